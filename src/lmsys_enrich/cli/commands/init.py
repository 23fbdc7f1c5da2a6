"""`lmsys-enrich init`: a list, and a workflow that looks after it each night."""

import argparse
import re
from importlib.resources import files
from pathlib import Path

from lmsys_enrich.about import __version__
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.outputs.files import write_files

_LIST = "entries.yaml"
_WORKFLOW = Path(".github/workflows/links.yml")
_READMES = ("README.md", "readme.md", "Readme.md")
_BADGES = """\
Badges for your README, once build/badges is published or committed:

![links alive](build/badges/links-alive.svg)
![last check](build/badges/last-check.svg)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add DIR."""
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="where to begin (default: here)"
    )


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write what is not there yet; what is there is left alone."""
    folder: Path = arguments.folder
    name = _own_list(folder)
    texts: dict[Path, str] = {}
    if name is None:
        name = _LIST
        texts[Path(_LIST)] = _starter("entries.yaml")
    texts[_WORKFLOW] = workflow(name)
    for path, text in texts.items():
        if (folder / path).exists():
            terminal.result(f"{folder / path}: is there already, and was left alone")
        else:
            write_files(folder / path.parent, {path.name: text})
            terminal.result(f"{folder / path}: written")
    terminal.result(f"\nNext: lmsys-enrich run {folder / name}\n\n{_BADGES}")
    return 0


def _own_list(folder: Path) -> str | None:
    """Return the list that is there: entries.yaml, or a README that is one."""
    if (folder / _LIST).exists():
        return _LIST
    for name in _READMES:
        try:
            if (folder / name).exists() and any(read_list(folder / name).listed()):
                return name
        except InputError:
            continue  # a README like others, and no list
    return None


def workflow(name: str) -> str:
    """Return the nightly workflow for a list, with this version of the program."""
    # The list's name stands at the end of a command or before its flags.
    return re.sub(r" LIST\b", f" {name}", _starter("links.yml")).replace("==VERSION", f"=={__version__}")


def _starter(name: str) -> str:
    return files("lmsys_enrich").joinpath("starter", name).read_text(encoding="utf-8")
