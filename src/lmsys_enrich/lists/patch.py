"""Smallest edits of a source: the characters of an address, and nothing else."""

import difflib
from collections.abc import Iterable, Iterator

from lmsys_enrich.model.catalog import Link
from lmsys_enrich.values import Value

_NO_NEWLINE = "\\ No newline at end of file\n"
# What would end an address in Markdown or YAML, or begin something else there.
_ESCAPES = str.maketrans(
    {" ": "%20", "<": "%3C", ">": "%3E", "|": "%7C", '"': "%22", "'": "%27", "\\": "%5C", "`": "%60"}
)
_PARENTHESES = str.maketrans({"(": "%28", ")": "%29"})


class Edit(Value):
    """Address to write in place of a link's."""

    link: Link
    url: str


def edited(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit]]:
    """
    Return the text with the edits made, and those that could not be.

    An edit is made only where the link's address stands at its location just as it
    was read: what is escaped there, or stands elsewhere, is for a person.
    """
    lines = text.split("\n")
    undone: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.link.location.line, -edit.link.location.column)):
        number = edit.link.location.line - 1
        at = _column(lines[number], edit.link) if number < len(lines) else None
        if at is None:
            undone.append(edit)
            continue
        line = lines[number]
        lines[number] = line[:at] + written(edit.url) + line[at + len(edit.link.url) :]
    return "\n".join(lines), undone


def written(url: str) -> str:
    """Return an address that may stand in YAML and in Markdown as it is."""
    safe = url.translate(_ESCAPES)
    depth = 0
    for character in safe:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    return safe if depth == 0 else safe.translate(_PARENTHESES)


def unified_diff(name: str, before: str, after: str) -> str:
    """Return a patch that `git apply` takes, from the folder where `name` is relative to."""
    old, new = _lines(before), _lines(after)
    return "".join(_patch(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")))


def _lines(text: str) -> list[str]:
    """Split at line feeds alone, as git does; a carriage return is part of its line."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _patch(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n{_NO_NEWLINE}"


def _column(line: str, link: Link) -> int | None:
    """Return where the address stands: in its column, or behind a quote or bracket there."""
    first = link.location.column - 1
    for at in (first, first + 1):
        if line.startswith(link.url, at):
            return at
    return None
