"""Part of a list that is new since a commit of its repository: what a pull request adds or changes."""

import re
from collections import Counter
from collections.abc import Container
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.git import earlier_version, fork_point
from lmsys_enrich.lists.read import parse_list
from lmsys_enrich.model.catalog import Catalog, Entry, Link, Section, key_of, keys_of
from lmsys_enrich.values import Value, replace

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Change(Value):
    """A list with its new links alone; `is_new` says that the file was not there, `lines` how many differ."""

    catalog: Catalog
    is_new: bool
    lines: int

    @property
    def links(self) -> int:
        return len(keys_of([self.catalog]))


class _New(Value):
    """Changes of a list: lines that the earlier version does not have, links that it does not hold."""

    lines: Container[int]
    known: Container[str]

    def holds(self, link: Link) -> bool:
        # A YAML address may be on other lines than its key, and come from an alias far away: a link
        # is new also by its address alone.
        return link.location.line in self.lines or key_of(link) not in self.known


def changed_since(catalog: Catalog, base: str) -> Change:
    """
    Return the list with those links alone that are new since `base`, or on a line that is.

    `base` is any name of a commit; changes that are not committed count as well. Raises
    `InputError` where git does not know.
    """
    source = catalog.source.resolve()
    before = earlier_version(source, fork_point(source.parent, base))
    if before is None:
        return Change(catalog, is_new=True, lines=0)
    lines = _new_lines(before, source.read_bytes())
    new = _New(lines, keys_of([_read(before, source)]))
    sections = tuple(filter(None, (_part(section, new) for section in catalog.sections)))
    outside = tuple(one for one in catalog.document_links if new.holds(one.link))
    part = replace(catalog, sections=sections, document=None, document_links=outside)
    return Change(part, is_new=False, lines=len(lines))


def _read(before: bytes, source: Path) -> Catalog:
    """Read the earlier version; one with mistakes held no links."""
    try:
        return parse_list(before, source)
    except InputError:
        return Catalog("", source)


def _new_lines(before: bytes, after: bytes) -> set[int]:
    """Return the numbers of the lines that the earlier version does not have; one that moved is not new."""
    left = Counter(_LINE_END.split(before))
    new: set[int] = set()
    for number, line in enumerate(_LINE_END.split(after), 1):
        if left[line]:
            left[line] -= 1
        elif line:
            new.add(number)
    return new


def _part(section: Section, new: _New) -> Section | None:
    entries = tuple(filter(None, (_with_new_links(entry, new) for entry in section.entries)))
    sections = tuple(filter(None, (_part(inner, new) for inner in section.sections)))
    return replace(section, entries=entries, sections=sections) if entries or sections else None


def _with_new_links(entry: Entry, new: _New) -> Entry | None:
    links = tuple(link for link in entry.links if new.holds(link))
    return replace(entry, links=links) if links else None
