"""`lmsys-enrich schema`: JSON Schemas of the input and output files."""

import argparse
import json
from datetime import timedelta
from importlib.resources import files
from typing import Any

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.cli.flags import shown
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.settings.settings import Failure
from lmsys_enrich.settings.sources import default_of, is_list, key_of, kind_of, knobs


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
        "$id": f"{PROJECT_URL}/raw/main/schemas/config.json",
        "title": "Settings of lmsys-enrich",
        "type": "object",
        "additionalProperties": False,
        "properties": {key_of(knob.name): _property(knob.name, knob.metadata["about"]) for knob in knobs()},
    }


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
