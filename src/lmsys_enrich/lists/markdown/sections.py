"""Sections and entries while a document is read, and the catalog's parts that they become."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lmsys_enrich.lists.markdown.entries import EntryBuilder
from lmsys_enrich.lists.markdown.runs import Run, Span
from lmsys_enrich.lists.markdown.titles import is_housekeeping
from lmsys_enrich.model.catalog import Cell, Column, Entry, Exemption, Location, Section
from lmsys_enrich.values import replace

_REFERENCE = re.compile(r"\[[^\]]*\]\(#([^)\s]+)\)")


@dataclass(slots=True)
class OpenSection:
    """A section while it is read; `level` is its heading's, or deeper for a group of bullets."""

    title: str
    level: int
    location: Location
    path: tuple[str, ...] = ()
    texts: list[str] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    sections: list["OpenSection"] = field(default_factory=list)
    has_entries: bool = True
    heading: Run | None = None

    def closed(self) -> Section:
        """Return the section as the catalog has it."""
        inner = tuple(section.closed() for section in self.sections)
        texts = "\n\n".join(self.texts)
        return Section(self.title, self.location, texts, self.columns, tuple(self.entries), inner)


@dataclass(slots=True)
class FoundEntry:
    """An entry in its section, before it has an id; `parent` is the number of the one it lies under."""

    section: OpenSection
    builder: EntryBuilder
    cells: dict[str, Cell]
    location: Location
    kind: str
    parent: int | None
    end: int  # the last line of its own text
    ignore: Exemption | None = None


def each_once(links: Sequence[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    """Yield links with roles that differ; a badge leads mostly to what is linked by a name as well."""
    roles: Counter[str] = Counter()
    used: set[str] = set()
    seen: set[tuple[str, str]] = set()
    named = {span.url for role, span in links if role != "badge"}
    for role, span in links:
        is_main_again = role.startswith("url-") and ("url", span.url) in seen
        if is_main_again or (role, span.url) in seen or (role == "badge" and span.url in named):
            continue
        seen.add((role, span.url))
        roles[role] += 1
        unique = role if roles[role] == 1 else f"{role}-{roles[role]}"
        while unique in used:
            roles[role] += 1
            unique = f"{role}-{roles[role]}"
        used.add(unique)
        yield unique, span


def is_bare(section: Section) -> bool:
    """Whether nothing of a list is left of a section, as of a table of contents."""
    is_empty = not (section.entries or section.columns or section.sections)
    return is_empty and (not section.text or is_housekeeping(section.title))


def resolved(section: Section, ids: frozenset[str]) -> Section:
    """Return the section with references to entries in the place of links to their anchors."""
    entries = tuple(
        replace(entry, cells={key: _reference(key, cell, ids) for key, cell in entry.cells.items()})
        if "framework" in entry.cells
        else entry
        for entry in section.entries
    )
    inner = tuple(resolved(inner, ids) for inner in section.sections)
    return replace(section, entries=entries, sections=tuple(s for s in inner if not is_bare(s)))


def _reference(key: str, cell: Cell, ids: frozenset[str]) -> Cell:
    if key == "framework" and isinstance(cell, str) and (found := _REFERENCE.fullmatch(cell)):
        return found[1] if found[1] in ids else cell
    return cell
