"""`lmsys-enrich schema` and `completion`: JSON Schemas for editors, completion scripts for shells."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import Field
from datetime import timedelta
from importlib.resources import files
from typing import Any

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.cli.flags import shown
from lmsys_enrich.cli.main import COMMANDS, Command, build_parser
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.settings.settings import Failure
from lmsys_enrich.settings.sources import default_of, is_list, key_of, kind_of, knobs, tables
from lmsys_enrich.settings.tables import STATUSES, ForgeKind

_TEXT = {"type": "string", "minLength": 1}
_STATUS = {"type": "integer", "minimum": STATUSES.start, "maximum": STATUSES.stop - 1}
_ITEMS: dict[str, dict[str, Any]] = {
    "lists": _TEXT,
    "host": {
        "type": "object",
        "additionalProperties": False,
        "required": ["host"],
        "properties": {
            "host": {**_TEXT, "description": "docs.example.org, or with a port"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "accept": {"type": "array", "items": _STATUS, "description": "statuses that count as alive"},
            "per_host": {"type": "integer", "minimum": 1, "description": "concurrent requests"},
        },
    },
    "ignore": {
        "type": "object",
        "additionalProperties": False,
        "required": ["reason"],
        "oneOf": [{"required": ["url"]}, {"required": ["pattern"]}],
        "properties": {
            "url": {**_TEXT, "description": "the address of the link"},
            "pattern": {**_TEXT, "description": "a regular expression that is found in the address"},
            "reason": _TEXT,
            "until": {"description": "the last day on which the exemption holds, such as 2027-01-31"},
            "only": {"const": "stale", "description": "the links are checked, but never reported as stale"},
        },
    },
    "forge": {
        "type": "object",
        "additionalProperties": False,
        "required": ["host", "kind"],
        "properties": {"host": _TEXT, "kind": {"enum": [kind.value for kind in ForgeKind]}},
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the schema."""
    parser.add_argument(
        "which",
        nargs="?",
        choices=("entries", "report", "config"),
        default="entries",
        help="entries.yaml, enriched.json and dead-links.json, or lmsys-enrich.toml (default: entries)",
    )


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the schema."""
    if arguments.which == "config":
        terminal.result(json.dumps(config_schema(), indent=2, ensure_ascii=False))
    else:
        schema = (
            files("lmsys_enrich").joinpath("schemas", f"{arguments.which}.json").read_text(encoding="utf-8")
        )
        terminal.result(schema.rstrip("\n"))
    return 0


def config_schema() -> dict[str, Any]:
    """Return the schema of lmsys-enrich.toml, made from the table of settings."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{PROJECT_URL}/raw/main/src/lmsys_enrich/schemas/config.json",
        "title": "Settings of lmsys-enrich",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{key_of(knob.name): _property(knob.name, knob.metadata["about"]) for knob in knobs()},
            **{knob.metadata["key"]: _of_tables(knob) for knob in tables()},
        },
    }


def _of_tables(knob: Field[Any]) -> dict[str, Any]:
    """Return the schema of an array of tables, which only settings files can hold."""
    key: str = knob.metadata["key"]
    return {"description": knob.metadata["about"], "type": "array", "items": _ITEMS[key]}


def _property(name: str, about: str) -> dict[str, Any]:
    kind, default = kind_of(name), default_of(name)
    value: dict[str, Any] = {"type": "string"}
    if kind is bool:
        value = {"type": "boolean"}
    elif kind in {int, float}:
        value = {"type": "integer" if kind is int else "number", "minimum": 0}
    elif kind is timedelta:
        value = {"type": "string", "pattern": r"^\d+(\.\d+)? *(s|m|h|d|w|mo|y)$"}
    elif kind is Failure:
        value = {"enum": [failure.value for failure in Failure]}
    if is_list(name):
        items = default if isinstance(default, tuple) else ()
        return {"description": about, "type": "array", "items": value, "default": list(items)}
    default = default if isinstance(default, bool | int | float) else shown(default)
    return {"description": about, **value, **({"default": default} if default not in {"", None} else {})}


_SHELLS = ("bash", "zsh", "fish")


def add_completion_arguments(parser: argparse.ArgumentParser) -> None:
    """Add SHELL."""
    parser.add_argument("shell", metavar="SHELL", choices=_SHELLS, help=", ".join(_SHELLS))


def execute_completion(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the script; the documentation says where to put it."""
    import shtab  # no other command needs it

    files_by_metavar = {"LIST": shtab.FILE, "FILE": shtab.FILE, "DIR": shtab.DIRECTORY}
    parser = build_parser(list(COMMANDS))
    for action in _actions(parser):
        if action.metavar in files_by_metavar:
            action.complete = files_by_metavar[str(action.metavar)]  # type: ignore[attr-defined]  # shtab reads it
    terminal.result(shtab.complete(parser, shell=arguments.shell).rstrip("\n"))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to walk a parser
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for command in action.choices.values():
                yield from _actions(command)


COMPLETION = Command(add_completion_arguments, execute_completion)
