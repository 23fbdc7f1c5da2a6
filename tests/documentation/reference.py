"""Parts of the reference that are generated from the parser, the settings and the schemas."""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import Field
from importlib.resources import files
from typing import Any, TypeAlias

import yaml

from lmsys_enrich.cli.commands.init import Workflow, workflow
from lmsys_enrich.cli.flags import shown
from lmsys_enrich.cli.install_source import InstallSource
from lmsys_enrich.outputs.text import escaped, in_cell, table
from lmsys_enrich.settings.sources import default_of, flag_of, knobs, variable_of
from tests.documentation.command_line import arguments_of, commands, exit_codes, usage
from tests.golden import ROOT

Schema: TypeAlias = Mapping[str, Any]


def commands_md() -> str:
    """Return a section for each command: what it does, how it is typed, what it takes."""
    return "\n\n".join("\n\n".join(_command(name, parser)) for name, parser in commands().items())


def settings_md() -> str:
    """Return the table of settings, with the commands that take each."""
    rows = [
        (
            f"`{flag_of(knob.name)}`",
            f"`{variable_of(knob.name)}`",
            _default(default_of(knob.name)),
            escaped(knob.metadata["about"]),
            ", ".join(f"`{name}`" for name, parser in commands().items() if _takes(parser, knob)),
        )
        for knob in knobs()
    ]
    return _table(("Flag", "Variable", "Default", "Meaning", "Of"), rows)


def exit_codes_md() -> str:
    """Return the table of exit codes, from `--help`."""
    return _table(("Code", "Meaning"), [(f"[{code}](#{code})", meaning) for code, meaning in exit_codes()])


def report_md() -> str:
    """Return the fields of enriched.json and dead-links.json, from their schema."""
    schema = json.loads(files("lmsys_enrich").joinpath("schemas", "report.json").read_text(encoding="utf-8"))
    objects = ((name, _object(definition)) for name, definition in schema["$defs"].items())
    return "\n\n".join(f"### {name}\n\n{_fields(form)}" for name, form in objects if form is not None)


def entries_md() -> str:
    """Return the keys of entries.yaml, as its schema has them."""
    schema = json.loads(files("lmsys_enrich").joinpath("schemas", "entries.json").read_text(encoding="utf-8"))
    section, entry = schema["$defs"]["section"], schema["$defs"]["entry"]
    parts = [
        ("Of the list", schema),
        ("Of a section", section),
        ("Of an entry", entry),
        ("Of `ignore`", entry["properties"]["ignore"]),
    ]
    return "\n\n".join(f"### {title}\n\n{_keys(part)}" for title, part in parts)


def _keys(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (f"`{name}`", in_cell(value.get("description", "")), "yes" if name in required else "")
        for name, value in schema["properties"].items()
    ]
    return _table(("Key", "Meaning", "Required"), rows)


_SHOWN = Workflow(["README.md"], InstallSource("git+https://github.com/OWNER/lmsys-enrich@COMMIT"))


def workflow_md() -> str:
    """Return the workflow that `init` writes."""
    return f"```yaml\n{workflow(_SHOWN)}```"


def action_md() -> str:
    """Return the inputs and outputs of the action."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = [
        (f"`{name}`", escaped(definition["description"]), _lines(definition["default"]))
        for name, definition in action["inputs"].items()
    ]
    outputs = [
        (f"`{name}`", escaped(definition["description"])) for name, definition in action["outputs"].items()
    ]
    parts = [
        "## Inputs",
        _table(("Input", "Meaning", "Default"), inputs),
        "## Outputs",
        _table(("Output", "Meaning"), outputs),
    ]
    return "\n\n".join(parts)


def _lines(definition: object) -> str:
    return ", ".join(f"`{line}`" for line in str(definition).split("\n") if line)


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}"
    yield escaped(parser.description or "")
    taken = list(arguments_of(parser))
    flags = " [FLAGS]" if any(action.option_strings for action in taken) else ""
    yield f"```text\nlmsys-enrich {usage(name, parser)}{flags}\n```"
    if taken:
        yield _table(("Argument", "Meaning"), [(_spelled(action), _help(action)) for action in taken])


def _spelled(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else "|".join(map(str, action.choices or ()))
    if not action.option_strings:
        return f"`{metavar}`".replace("|", "`, `")
    value = f" {metavar}" if metavar else ""
    return ", ".join(f"`{flag}{value}`" for flag in action.option_strings)


def _help(action: argparse.Action) -> str:
    return escaped((action.help or "").replace("%%", "%"))


def _default(default: object) -> str:
    return f"`{shown(default)}`" if default not in {False, None, ()} else ""


def _takes(parser: argparse.ArgumentParser, knob: Field[Any]) -> bool:
    # `--quiet` of `validate` is a flag of its own and no setting: it means something else.
    return any(
        action.dest == knob.name and _help(action).startswith(escaped(knob.metadata["about"]))
        for action in arguments_of(parser)
    )


def _object(definition: Schema) -> Schema | None:
    forms = [definition, *definition.get("oneOf", ())]
    return next((form for form in forms if "properties" in form), None)


def _fields(definition: Schema) -> str:
    rows = [
        (f"`{name}`", _kind(value), in_cell(value.get("description", "")))
        for name, value in definition["properties"].items()
    ]
    return _table(("Field", "Is", "Meaning"), rows)


def _kind(value: Schema) -> str:
    match value:
        case {"const": word}:
            kind = f"`{word}`"
        case {"enum": words}:
            kind = ", ".join(f"`{word}`" for word in words)
        case {"$ref": "#/$defs/time"}:
            kind = "time"
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            kind = f"[{name}](#{name})"
        case {"oneOf": forms}:
            kind = " or ".join(sorted(map(_kind, forms), key="null".__eq__))
        case {"items": items}:
            kind = f"list: {_kind(items)}"
        case {"properties": properties}:
            kind = "object: " + ", ".join(f"`{name}`" for name in properties)
        case {"type": kinds}:
            words = kinds if isinstance(kinds, list) else [kinds]
            kind = " or ".join(value.get("format", word) if word == "string" else word for word in words)
        case _:
            raise ValueError(f"a field of no kind: {value}")
    return kind


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(titles, ["---"] * len(titles), rows)
