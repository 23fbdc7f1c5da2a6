"""`lmsys-enrich init`: writes a list, and a nightly workflow that installs the program from where it came."""

import argparse
import json
import os
import shlex
from collections.abc import Callable, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from lmsys_enrich.cli.flags import ENTRIES, READMES
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.git import head_commit, origin_url, top_level
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.values import Value

_NAME = "lmsys-enrich"
_WORKFLOW = Path(".github/workflows/links.yml")
_BADGES = """\
Badges for your README:

![links alive](build/badges/links-alive.svg)
![entries](build/badges/entries.svg)"""
_NOT_PUBLISHED = """\
With --publish commit the workflow also commits the enriched list, the report and badges for your README."""
_NO_SOURCE = """\
this program was not installed from an address that others can reach.
Before the workflow runs, set the repository's variable LMSYS_ENRICH_SOURCE (Settings, Secrets and variables,
Actions, Variables) to the source for `pip install`, as git+https://HOST/OWNER/NAME@COMMIT."""


class InstallSource(Value):
    """
    Argument of `pip install`, None where the program's source is not known to others.

    `is_here` says that the program is installed from the very repository it is run for.
    """

    requirement: str | None
    is_here: bool = False


class Workflow(Value):
    """Choices for the nightly workflow: the list, its folder in the repository, what is published and how."""

    name: str
    source: InstallSource
    folder: str | None = None
    publish: str = "none"
    in_place: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add DIR and the choices for the workflow."""
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="folder of the list (default: .)"
    )
    parser.add_argument(
        "--publish",
        choices=("none", "commit", "pull-request"),
        default="none",
        help="what the workflow does with the enriched list, the report and the badges (default: none)",
    )
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="let the workflow write the facts into the Markdown list itself; implies --publish commit",
    )


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write what does not exist yet; files that exist are left as they are."""
    folder: Path = arguments.folder
    name = _own_list(folder)
    texts: dict[Path, str] = {}
    if name is None:
        name = ENTRIES
        texts[folder / ENTRIES] = _starter("entries.yaml")
    if arguments.in_place and name == ENTRIES:
        raise InputError(
            "--in-place is for Markdown lists", hint="Leave it away: entries.yaml stays as it is."
        )
    publish = "commit" if arguments.in_place and arguments.publish == "none" else arguments.publish
    folder.mkdir(parents=True, exist_ok=True)
    within = inside(folder)
    chosen = Workflow(name, install_source(folder), within, publish, arguments.in_place)
    root = top_level(folder) if within is not None else None
    texts[(root or folder) / _WORKFLOW] = workflow(chosen)
    for path, text in texts.items():
        if path.exists():
            terminal.result(f"{path}: exists already, and was not changed")
        else:
            write_files(path.parent, {path.name: text})
            terminal.result(f"{path}: written")
    if within is not None:
        terminal.result(
            f"GitHub reads workflows at the top of the repository only, so it is not in {folder}."
        )
    if chosen.source.requirement is None and not chosen.source.is_here:
        terminal.warn(_NO_SOURCE)
    terminal.result(f"\nNext: lmsys-enrich run {shlex.quote(str(folder / name))}, then commit these files.")
    terminal.result(f"\n{_NOT_PUBLISHED if publish == 'none' else _BADGES}")
    return 0


def _own_list(folder: Path) -> str | None:
    """Return the list that exists: entries.yaml, or a README that has entries."""
    if (folder / ENTRIES).exists():
        return ENTRIES
    for name in READMES:
        try:
            if (folder / name).exists() and any(read_list(folder / name).listed()):
                return name
        except InputError:
            continue  # a README that is no list
    return None


def workflow(chosen: Workflow) -> str:
    """Return the nightly workflow."""
    folder = f"{chosen.folder}/" if chosen.folder else ""
    blocks = {
        "@DEFAULTS@": _defaults(chosen.folder),
        "@INSTALL@": _install(chosen.source),
        "@PUBLISH@": _publish(chosen),
    }
    words = {
        "@CONTENTS@": "read" if chosen.publish == "none" else "write # to commit what was found",
        "@FOLDER@": folder,
        "@LIST@": shlex.quote(chosen.name),
        "@FLAGS@": " --in-place" if chosen.in_place else "",
    }
    text = "\n".join(_filled(_starter("links.yml"), blocks)) + "\n"
    for token, word in words.items():
        text = text.replace(token, word)
    if chosen.publish == "pull-request":
        text = text.replace("      issues: write", "      pull-requests: write\n      issues: write")
    return text


def _filled(template: str, blocks: dict[str, str]) -> list[str]:
    """Return the lines of a template with its blocks, of which an empty one leaves no line."""
    lines: list[str] = []
    for line in template.splitlines():
        block = blocks.get(line.strip())
        if block is None:
            lines.append(line)
        elif block:
            lines.append(block.rstrip("\n"))
    return lines


def _defaults(folder: str | None) -> str:
    if folder is None:
        return ""
    return f"    defaults:\n      run:\n        working-directory: {_yaml(folder)}"


def _install(source: InstallSource) -> str:
    """Return the step that installs the program from where the running one came."""
    if source.is_here:
        return '      - run: python -m pip install "$GITHUB_WORKSPACE"'
    if source.requirement is not None:
        return f"      - run: python -m pip install {shlex.quote(source.requirement)}"
    return (
        "      # The variable names what pip installs, as git+https://HOST/OWNER/NAME@COMMIT.\n"
        '      - run: python -m pip install "${SOURCE:?set the variable LMSYS_ENRICH_SOURCE}"\n'
        "        env:\n"
        "          SOURCE: ${{ vars.LMSYS_ENRICH_SOURCE }}"
    )


def _publish(chosen: Workflow) -> str:
    """Return the step that commits what was found, if it is wanted."""
    if chosen.publish == "none":
        return ""
    paths = ["build/enriched.md", "build/dead-links.md", "build/badges"]
    if chosen.in_place:
        paths.insert(0, chosen.name)
    end = _starter("commit.sh" if chosen.publish == "commit" else "pull-request.sh")
    return _starter("publish.yml").replace("@PATHS@", " ".join(paths)) + end


def _yaml(text: str) -> str:
    """Return a text as a YAML scalar."""
    return f"'{text.replace(chr(39), chr(39) * 2)}'"


def _starter(name: str) -> str:
    return files("lmsys_enrich").joinpath("starter", name).read_text(encoding="utf-8")


def install_source(
    folder: Path, own_distribution: Callable[[], Distribution] = lambda: distribution(_NAME)
) -> InstallSource:
    """
    Return the source of the program, for a workflow of the repository of a folder.

    It is what the installer has recorded (PEP 610), with its commit; for a checkout the
    origin of that. A version of a package index is returned only if the program came
    from one: the name could be anybody's there.
    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        own = own_distribution()
    except PackageNotFoundError:
        return InstallSource(None)
    record = _record(own)
    if record is None:
        return InstallSource(f"{_NAME}=={own.version}")
    url = str(record.get("url", ""))
    vcs, archive = record.get("vcs_info"), record.get("archive_info")
    if isinstance(vcs, Mapping):
        return InstallSource(f"{vcs.get('vcs')}+{_public(url)}@{vcs.get('commit_id')}")
    if url.startswith("file:"):
        return _of_checkout(Path(unquote(urlsplit(url).path)), folder)
    digest = archive.get("hash") if isinstance(archive, Mapping) else None
    return InstallSource(_public(url) + (f"#{digest}" if digest else ""))


def _record(own: Distribution) -> Mapping[str, object] | None:
    try:
        record = json.loads(own.read_text("direct_url.json") or "null")
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _of_checkout(checkout: Path, folder: Path) -> InstallSource:
    """Return the source of a program that was installed from a folder."""
    if checkout.is_dir() and top_level(folder) == checkout.resolve():
        return InstallSource(None, is_here=True)
    if not checkout.is_dir() or (root := top_level(checkout)) is None or root != checkout.resolve():
        return InstallSource(None)
    url, commit = origin_url(checkout), head_commit(checkout)
    address = _https(url) if url else None
    return InstallSource(f"git+{address}@{commit}" if address and commit else None)


def _https(url: str) -> str | None:
    """Return the https address of a git remote, which may be written as `git@HOST:OWNER/NAME.git`."""
    host, colon, path = url.partition(":")
    if "://" not in url and colon and "/" not in host:
        return f"https://{host.rpartition('@')[2]}/{path.lstrip('/')}"
    parts = urlsplit(url)
    if parts.scheme not in ("https", "ssh", "git") or not parts.hostname:
        return None  # a folder, or http without encryption
    return f"https://{parts.hostname}{parts.path}"


def _public(url: str) -> str:
    """Return an address without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def inside(folder: Path) -> str | None:
    """Return the path of a folder in its repository, None where it is the top or in none."""
    top = top_level(folder)
    if top is None or top == folder.resolve():
        return None
    return Path(os.path.relpath(folder.resolve(), top)).as_posix()
