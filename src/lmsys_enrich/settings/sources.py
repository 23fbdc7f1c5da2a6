"""Sources of settings: flag, variable, file, default, in this order."""

import errno
import os
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast, get_args, get_type_hints

from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.model.workspace import find_workspace, leads_out
from lmsys_enrich.regular_file import read_regular_file
from lmsys_enrich.settings.settings import Settings, check, parse_duration
from lmsys_enrich.settings.tables import PARSERS, parse_regular_expression, parse_status, suggestion
from lmsys_enrich.values import Value

CONFIG_FILE = "lmsys-enrich.toml"
_TABLE = "tool.lmsys-enrich"
_MAX_SIZE = 2**23  # bytes of a file of settings
_HINT = "`lmsys-enrich run --help` lists every setting, `lmsys-enrich schema config` the keys of files."
_PREFIX = "LMSYS_ENRICH_"
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})
# Other variables with the prefix, which hold secrets or addresses and are not settings of files.
OTHER_VARIABLES = frozenset(f"{_PREFIX}{name}" for name in ("CONTACT", "FORGES", "HEADERS", "TOKENS"))
# A scheduler may run programs on every machine that connects to it, and a file may come from a stranger.
_NOT_IN_FILES = frozenset({"cluster"})


ReadFile: TypeAlias = Callable[[Path], bytes | None]
"""Reader of a file of settings; None where there is none."""


def read_file(path: Path) -> bytes | None:
    """Read a file of settings from disk. Raises `OSError` if it is not a regular file."""
    if not os.path.lexists(path):
        return None
    if (target := leads_out(path, find_workspace(path.parent, {}).root)) is not None:
        raise OSError(errno.ELOOP, f"a symbolic link out of the repository, to {target}", path.name)
    return read_regular_file(path, _MAX_SIZE)


def resolve(
    flags: Mapping[str, object], environ: Mapping[str, str], folder: Path, read: ReadFile = read_file
) -> Settings:
    """
    Return the settings for a run in `folder`; `flags` holds what the command line gave.

    `read` may return an earlier version of a settings file: a pull request must not change its own rules.

    Raises one `InputError` for all invalid values, each with its origin.
    """
    problems: list[str] = []
    values: dict[str, object] = {}
    for source in (_from_file(folder, read, problems), _from_environ(environ, problems), _from_flags(flags)):
        for name, (origin, raw) in source.items():
            try:
                values[name] = parse(name, raw)
                check(name, values[name])
            except ValueError as problem:
                problems.append(f"{origin}: {problem}")
    if problems:
        raise InputError("\n".join(problems), hint=_HINT)
    return Settings(**values)  # type: ignore[arg-type]  # `parse` gives each field its type


def knobs() -> Sequence[Field[Any]]:
    """Return the table of settings that flags, variables and files can set."""
    return [knob for knob in fields(Settings) if "key" not in knob.metadata]


def tables() -> Sequence[Field[Any]]:
    """Return the settings that only files can set; `metadata["key"]` is their key."""
    return [knob for knob in fields(Settings) if "key" in knob.metadata]


def flag_of(name: str) -> str:
    """Return a setting's flag, such as `--max-age`."""
    return f"--{key_of(name)}"


def key_of(name: str) -> str:
    """Return a setting's key in a file, such as `max-age`."""
    return name.replace("_", "-")


def variable_of(name: str) -> str:
    """Return a setting's environment variable, such as `LMSYS_ENRICH_MAX_AGE`."""
    return f"{_PREFIX}{name.upper()}"


def default_of(name: str) -> object:
    """Return a setting's default."""
    default = next(knob.default for knob in fields(Settings) if knob.name == name)
    return None if default is MISSING else default


def kind_of(name: str) -> type:
    """Return a setting's type: without None, and of a tuple the type of its items."""
    hint = _hints()[name]
    arguments = [argument for argument in get_args(hint) if argument not in {type(None), ...}]
    return cast("type", arguments[0] if arguments else hint)


@cache
def _hints() -> Mapping[str, Any]:
    return get_type_hints(Settings)


def is_list(name: str) -> bool:
    """Return true if a setting takes several values, separated by commas."""
    return isinstance(default_of(name), tuple)


def parse(name: str, raw: object) -> object:
    """Parse `raw`, a text or a TOML value. Raises `ValueError` with a message for the user."""
    if isinstance(raw, tuple):  # tables, parsed where they were read
        return raw
    if is_list(name):
        items = raw if isinstance(raw, list) else [raw]
        parts = (part for item in items for part in (_split(name, item) if isinstance(item, str) else [item]))
        return tuple(_parse_one(name, part) for part in parts)
    return _parse_one(name, raw)


def _split(name: str, text: str) -> list[str]:
    # A regular expression may hold commas: several are on lines of a variable.
    separator = "\n" if kind_of(name) is str else ","
    return [item.strip() for item in text.split(separator) if item.strip()]


def _parse_one(name: str, raw: object) -> object:
    kind = kind_of(name)
    if kind is bool:
        return raw if isinstance(raw, bool) else _switch(raw)
    if kind is timedelta:
        return parse_duration(str(raw))
    if issubclass(kind, StrEnum):
        return _one_of(str(raw), list(kind))
    if name == "accept":
        return parse_status(raw)
    if kind in {int, float}:
        return _number(raw, kind)
    return _text(name, raw, kind)


def _text(name: str, raw: object, kind: type) -> object:
    if not isinstance(raw, str):
        raise ValueError(f"{raw!r} is not text")  # noqa: TRY004 - a mistake of the user
    if kind is Path:
        if "\0" in raw:
            raise ValueError(f"{raw!r} is not a path")
        return Path(raw)
    return parse_regular_expression(raw) if is_list(name) else raw


def _number(raw: object, kind: type) -> float:
    try:
        return cast("float", kind(str(raw)))
    except ValueError:
        raise ValueError(f"{raw!r} is not a {'whole ' if kind is int else ''}number") from None


def _switch(raw: object) -> bool:
    if isinstance(raw, str) and raw.lower() in _TRUE | _FALSE:
        return raw.lower() in _TRUE
    raise ValueError(f"{raw!r} is neither true nor false")


def _one_of(text: str, allowed: Sequence[StrEnum]) -> StrEnum:
    if text in allowed:
        return next(one for one in allowed if one == text)
    raise ValueError(f"{text!r} is not one of {', '.join(allowed)}{suggestion(text, allowed)}")


_Source = Mapping[str, tuple[str, object]]


def _from_flags(flags: Mapping[str, object]) -> _Source:
    return {name: (flag_of(name), raw) for name, raw in flags.items() if raw is not None}


def _from_environ(environ: Mapping[str, str], problems: list[str]) -> _Source:
    variables = {variable_of(knob.name): knob.name for knob in knobs()}
    in_files = {knob.metadata["key"] for knob in tables()}
    found: dict[str, tuple[str, object]] = {}
    for variable, value in environ.items():
        if variable in variables:
            found[variables[variable]] = (variable, value)
        elif variable.startswith(_PREFIX) and variable not in OTHER_VARIABLES:
            key = variable.removeprefix(_PREFIX).lower()
            known = [*variables, *OTHER_VARIABLES]
            better = "; set it in a file" if key in in_files else suggestion(variable, known)
            problems.append(f"{variable}: no such setting{better}")
    return found


def _from_file(folder: Path, read: ReadFile, problems: list[str]) -> _Source:
    for name, table in ((CONFIG_FILE, ""), ("pyproject.toml", _TABLE)):
        try:
            if (text := read(folder / name)) is not None and (file := _parsed(name, text.decode(), table)):
                return _named(file, problems)
        except (OSError, ValueError, RecursionError) as problem:
            raise InputError(
                f"{name} cannot be read: {reason_of(problem)}", hint="Correct it, or move it elsewhere."
            ) from None
    return {}


class _File(Value):
    """Settings in a file, and its lines by key, or by the name and number of an array's table."""

    name: str
    content: Mapping[str, object]
    lines: Mapping[tuple[str, int], int]

    def origin(self, key: str, number: int = 0) -> str:
        """Return `FILE:LINE`; the line is left out where a key is written in an unusual way."""
        line = self.lines.get((key, number))
        return self.name if line is None else f"{self.name}:{line}"


def _parsed(name: str, text: str, table: str) -> _File | None:
    """Parse the table that holds the settings. Raises `ValueError`."""
    content: object = tomllib.loads(text)
    for part in table.split(".") if table else ():
        if isinstance(content, dict) and part not in content and part.replace("-", "_") in content:
            wrong = table.replace("-", "_")
            raise InputError(f"{name} has a table [{wrong}]", hint=f"Its name is [{table}].")
        content = content.get(part) if isinstance(content, dict) else None
    if content is not None and not isinstance(content, dict):
        raise InputError(f"{name}: {table} is not a table", hint=f"Write [{table}] on a line of its own.")
    return _File(name, content, _lines(text, table)) if content else None


def _lines(text: str, table: str) -> Mapping[tuple[str, int], int]:
    """Return the number of the line of each key, for messages: tomllib gives no positions."""
    found: dict[tuple[str, int], int] = {}
    numbers: Counter[str] = Counter()
    inside = not table
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = stripped.partition("]")[0].strip("[ ").replace('"', "")
            key = header.removeprefix(f"{table}." if table else "")
            inside = header == table
            numbers[key] += 1
            found.setdefault((key, numbers[key]), number)
            found.setdefault((key, 0), number)
        elif inside:
            found.setdefault((stripped.partition("=")[0].strip(" \"'"), 0), number)
    return found


def _named(file: _File, problems: list[str]) -> _Source:
    keys = {key_of(knob.name): knob.name for knob in knobs() if knob.name not in _NOT_IN_FILES}
    keys |= {knob.metadata["key"]: knob.name for knob in tables()}
    found: dict[str, tuple[str, object]] = {}
    for key, raw in file.content.items():
        if key in PARSERS:
            found[keys[key]] = (file.origin(key), _parsed_tables(file, key, raw, problems))
        elif key in keys:
            found[keys[key]] = (f"{file.origin(key)}: {key}", raw)
        else:
            problems.append(f"{file.origin(key)}: no such setting {key!r}{_better(key, list(keys))}")
    return found


def _better(key: str, keys: Sequence[str]) -> str:
    """Return the end of a message that says what to write instead of an unknown key."""
    if key == "tool":
        return f"; settings stand at the top of {CONFIG_FILE}, without [{_TABLE}]"
    if any(word in key for word in ("token", "secret", "password")):
        return "; secrets come from the environment only"
    return suggestion(key, keys)


def _parsed_tables(file: _File, key: str, raw: object, problems: list[str]) -> tuple[object, ...]:
    """Parse each table of an array; those with mistakes are reported by their number."""
    parsed: list[object] = []
    for number, table in enumerate(raw if isinstance(raw, list) else [raw], 1):
        if not isinstance(table, dict):
            problems.append(f"{file.origin(key)}: [[{key}]]: write it as a table, [[{key}]]")
            continue
        try:
            parsed.append(PARSERS[key](table))
        except ValueError as problem:
            problems.append(f"{file.origin(key, number)}: [[{key}]] {number}: {problem}")
    return tuple(parsed)
