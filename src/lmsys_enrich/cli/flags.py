"""Command-line flags, generated from the table of settings."""

import argparse
from collections.abc import Collection, Mapping, Sequence
from dataclasses import Field
from datetime import timedelta
from pathlib import Path
from typing import Any

from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.settings.settings import Settings, format_duration
from lmsys_enrich.settings.sources import (
    ReadFile,
    default_of,
    flag_of,
    is_list,
    kind_of,
    knobs,
    read_file,
    resolve,
)

ENTRIES = "entries.yaml"
READMES = ("README.md", "readme.md", "Readme.md")


def add_list_argument(parser: argparse.ArgumentParser) -> None:
    """Add LIST…, the files to read."""
    parser.add_argument(
        "lists",
        nargs="*",
        metavar="LIST",
        type=Path,
        help="entries.yaml, Markdown files or folders"
        " (default: the setting `lists`, else entries.yaml, else README.md)",
    )


def lists_of(arguments: argparse.Namespace, settings: Settings) -> Sequence[Path]:
    """Return the files to read: those of the command line, of the settings, or the first that exists."""
    if arguments.lists or settings.lists:
        return arguments.lists or settings.lists
    names = (path for path in map(Path, (ENTRIES, *READMES)) if path.is_file())
    return [next(names, Path(ENTRIES))]


def add_setting_flags(parser: argparse.ArgumentParser, names: Collection[str] | None = None) -> None:
    """Add a flag for each setting, or for those named."""
    group = parser.add_argument_group("settings")
    for knob in knobs():
        if names is None or knob.name in names:
            _add(group, knob)


def settings_of(
    arguments: argparse.Namespace, environ: Mapping[str, str], read: ReadFile = read_file
) -> Settings:
    """Resolve the settings from flags, variables and files. Raises `InputError`."""
    flags = {knob.name: getattr(arguments, knob.name, None) for knob in knobs()}
    try:
        folder = Path.cwd()
    except OSError as problem:  # it was removed
        raise InputError(f"the current folder: {reason_of(problem)}", hint="Go to another one.") from None
    return resolve(flags, environ, folder, read)


def _add(group: argparse._ArgumentGroup, knob: Field[Any]) -> None:
    flag, about = flag_of(knob.name), knob.metadata["about"]
    if kind_of(knob.name) is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=about)
        return
    default = shown(default_of(knob.name))
    about = f"{about} (default: {default})" if default else about
    # argparse reads % in help as its own. A setting with several values may be given several times.
    group.add_argument(
        flag,
        metavar=knob.metadata["metavar"],
        action="append" if is_list(knob.name) else "store",
        default=None,
        help=about.replace("%", "%%"),
    )


def shown(default: object) -> str:
    """Return a default as a user would write it."""
    match default:
        case None | ():
            return ""
        case timedelta():
            return format_duration(default)
        case tuple():
            return ",".join(map(str, default))
        case float():
            return f"{default:g}"
        case _:
            return str(default)
