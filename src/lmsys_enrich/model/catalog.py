"""Catalog: a list as its maintainer wrote it, with the location of each section, entry and link."""

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from lmsys_enrich.model.document import Document
from lmsys_enrich.urls import InvalidAddress, link_key
from lmsys_enrich.values import Value, value_field

Cell: TypeAlias = str | int | float | bool | None
"""Value of a column; true and false are shown as ✔ and ✗, `None` as nothing."""


class Location(Value):
    """Location in a source. Line and column count from 1, as editors do."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Remark(Value):
    """Remark on a list, for its maintainer: something not understood, or a duplicate; one line of text."""

    location: Location
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


class Link(Value):
    """
    Address as written; `role` is `url` for an entry's main link, else its key in `links`.

    `local` names the file of the repository, and the anchor in it, that a link of a document leads to.
    """

    url: str
    role: str
    location: Location
    local: str = ""


_KINDS = {
    "prose": "a link in the text",
    "heading": "a link in a heading",
    "quote": "a link in a quotation",
    "item": "a link in a list",
    "footnote": "a link in a footnote",
    "html": "a link in HTML",
    "table": "a link in a table",
    "definition": "a definition of a link",
    "image": "an image",
    "anchor": "a link to a heading",
    "file": "a link to a file",
}


class DocumentLink(Value):
    """
    Link of a document outside of its entries.

    The link's `role` is its kind: `prose`, `heading`, `quote`, `html`, `table`, `definition`, `image`,
    `anchor` or `file`. `fault` says why a local target is not there. `path` are the titles of the sections.
    """

    link: Link
    path: tuple[str, ...] = ()
    fault: str | None = None
    ignore: "Exemption | None" = None

    @property
    def kind(self) -> str:
        """The kind in a few words: `a link in the text`."""
        return _KINDS.get(self.link.role, f"a link ({self.link.role})")


class Exemption(Value):
    """
    Reason for not checking an entry's links, and the last day on which it holds.

    With `only` = `stale` they are checked, and the entry is never reported as stale.
    """

    reason: str
    until: date | None = None
    only: str | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the exemption is still in force on that day."""
        return self.until is None or day <= self.until

    def exempts_links_on(self, day: date) -> bool:
        """Return whether links are not to be checked on that day."""
        return self.only is None and self.holds_on(day)


class IgnoreRule(Value):
    """An exemption of the links with an address, or of those that match a regular expression."""

    exemption: Exemption
    url: str | None = None
    pattern: str | None = None

    def matches(self, url: str) -> bool:
        """Return true if the rule is about a link, given by its key."""
        if self.pattern is not None:
            return re.search(self.pattern, url) is not None  # re caches compiled patterns
        return self.url is not None and _key(self.url) == url

    def exempts_links_on(self, day: date, url: str) -> bool:
        """Return true if the rule exempts a link from being checked on a day."""
        return self.exemption.exempts_links_on(day) and self.matches(url)

    def exempts_from_staleness_on(self, day: date, url: str) -> bool:
        """Return true if the rule exempts the repository of a link from being reported as stale."""
        return self.exemption.holds_on(day) and self.matches(url)


class Column(Value):
    """Column of a section's table: the entries' key, and the header as readers see it."""

    key: str
    title: str


class Entry(Value):
    """
    Entry of a list.

    `id` is unique within the list; where the source gives none it is made from
    the name, and `id_is_written` is false. `links` begins with the main link
    (role `url`), if there is one. `cells` holds everything else that the source
    says of the entry, under its keys and in its order (year, description, …).
    """

    id: str
    name: str
    location: Location
    links: tuple[Link, ...] = ()
    cells: Mapping[str, Cell] = value_field(default_factory=dict)
    ignore: Exemption | None = None
    id_is_written: bool = False

    @property
    def main(self) -> Link | None:
        """The main link, or none."""
        for link in self.links:
            if link.role == "url":
                return link
        return None

    @property
    def url(self) -> str | None:
        """The main link as written, or none."""
        main = self.main
        return main.url if main is not None else None


class Section(Value):
    """Heading with the content below it; without columns its entries are a bullet list."""

    title: str
    location: Location
    text: str = ""
    columns: tuple[Column, ...] = ()
    entries: Sequence[Entry] = ()
    sections: tuple["Section", ...] = ()


class ListedEntry(Value):
    """Entry together with the titles of its sections, outermost first."""

    path: tuple[str, ...]
    entry: Entry


class ListedLink(Value):
    """
    Link together with what it belongs to.

    `name` is that of its entry, `path` has the titles of its sections. A link
    outside of entries has no `entry_id`, its kind as its name, and above the first section
    the list's title as its path.
    """

    link: Link
    path: tuple[str, ...]
    name: str
    entry_id: str | None = None


class Catalog(Value, dict=True):
    """
    Whole list. `source` is the file it was read from, as the user named it.

    `remarks` say what in it was not understood; `digest` identifies its content.
    `repeats` are further occurrences of links that entries have. `front_matter` is the
    YAML that a Markdown document begins with. `left_out` says what else readers see in the
    document that entries.yaml has no place for.
    """

    title: str
    source: Path
    description: str = ""
    sections: tuple[Section, ...] = ()
    document: Document | None = None
    remarks: tuple[Remark, ...] = ()
    digest: str = ""
    document_links: tuple[DocumentLink, ...] = ()
    repeats: tuple[Link, ...] = ()
    front_matter: str = ""
    left_out: tuple[Remark, ...] = ()

    def links(self) -> Iterator[Link]:
        """Yield every link to check: those of entries, then those outside of them."""
        for entry in self.entries():
            yield from entry.links
        for outside in self.document_links:
            yield outside.link

    @property
    def name(self) -> str:
        """A short name for folders and headings: the file's, or its folder's for a README."""
        stem = self.source.stem
        parent = self.source.resolve().parent.name
        return parent if stem.lower() in {"readme", "index"} and parent else stem

    def listed(self) -> Iterator[ListedEntry]:
        """Yield every entry in the order of the source."""
        for section in self.sections:
            yield from _placed(section, ())

    def entries(self) -> Iterator[Entry]:
        """Yield every entry without its sections, which takes less time."""
        for section in self.sections:
            yield from _entries(section)

    @cached_property
    def duplicates(self) -> Sequence[Remark]:
        """
        A remark, with both locations, for each main link and each name in a section that recurs.

        The list is read twice, since most of it does not recur, and it may have a million entries.
        """
        recurring = _recurring(hash(one[0]) for listed in self.listed() for one in _naming(listed))
        remarks: list[Remark] = []
        first: dict[Hashable, Location] = {}
        for listed in self.listed() if recurring else ():
            for key, location, name, fault in _naming(listed):
                # Repetitions by a YAML alias have one location.
                if hash(key) in recurring and (there := first.setdefault(key, location)) != location:
                    remarks.append(Remark(location, f"{name} {fault} {there}"))
        return remarks


def _placed(section: Section, above: tuple[str, ...]) -> Iterator[ListedEntry]:
    path = (*above, section.title)
    for entry in section.entries:
        yield ListedEntry(path, entry)
    for inner in section.sections:
        yield from _placed(inner, path)


def _entries(section: Section) -> Iterator[Entry]:
    yield from section.entries
    for inner in section.sections:
        yield from _entries(inner)


def _naming(listed: ListedEntry) -> Iterator[tuple[Hashable, Location, str, str]]:
    """Yield each unique property of an entry: key, location, name, and the message about a duplicate."""
    entry = listed.entry
    main = entry.main
    if main is not None:
        yield _key(main.url), main.location, main.url, "is also the link of another entry, at"
    same = listed.path, entry.name.casefold()
    yield same, entry.location, entry.name, "is listed twice in this section, first at"


def _recurring(hashes: Iterable[int]) -> frozenset[int]:
    """Return the numbers that occur more than once."""
    return frozenset(number for number, following in pairwise(sorted(hashes)) if number == following)


def keys_of(catalogs: Iterable[Catalog]) -> dict[str, int]:
    """Return the key of every link, each once, in the order of the lists, numbered from 0."""
    keys: dict[str, int] = {}
    for catalog in catalogs:
        for link in catalog.links():
            keys.setdefault(key_of(link), len(keys))
    return keys


def key_of(link: Link) -> str:
    """Return the key of a link's finding; an unusable address is its own key."""
    return link.local or _key(link.url)


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url.strip()
