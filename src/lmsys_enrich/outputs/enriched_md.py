"""`enriched.md`: the list for readers, with its facts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from html import unescape
from itertools import islice

from lmsys_enrich.lists.identifiers import BETWEEN, role_of
from lmsys_enrich.lists.markdown.comments import ENTRIES, exemption_mark
from lmsys_enrich.lists.markdown.phrases import is_housekeeping
from lmsys_enrich.model.catalog import Catalog, Cell, Column, Entry, Link, Section
from lmsys_enrich.model.document import DocumentView, Order
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.enriched_document import enriched_copy, marked
from lmsys_enrich.outputs.fact_words import columns_of, suffix
from lmsys_enrich.outputs.text import (
    Streamed,
    Text,
    address,
    encoded,
    escaped,
    in_cell,
    link,
    quoted,
    table,
    unlinked,
)
from lmsys_enrich.spool import sequence_of
from lmsys_enrich.values import Value

# Cells that bullets show around the name, each at its own position.
_AROUND = frozenset({"prefix", "marks", "tags", "parent", "description"})


# Link or image: mark, text with balanced brackets, address; a role is short.
_LINK = re.compile(
    r"(\[!)?\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,80}\]){0,200})\](?:\([^()]*\)\])?"
    r"\((<[^<>]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)"
)
_TAG = re.compile(r"<[^<>]*>")
_INSIDE = frozenset("_(<\"'=/.")  # before an address that is part of something else
_GOES_ON = frozenset("_/?#&=%-")  # behind an address that is longer
_CLOSING = re.compile(r"(?<=\s)(#+)\Z")  # of a heading; GitHub does not show it
_WORDLESS = ("![", "[![", "<")  # beginnings of a description without words


class EntryWords(Value):
    """Entries as Markdown; `named` are those that others refer to by id."""

    named: Mapping[str, Entry]
    view: DocumentView

    def bullet(self, item: EnrichedEntry) -> str:
        """Return the text of a bullet, without its dash."""
        entry, cells = item.entry, item.entry.cells
        name = self._name(entry, frozenset())
        if not cells:
            return name + _exemption(entry) + suffix(item, self.view)
        aside = [self._written(key, cell) for key, cell in cells.items() if key not in _AROUND]
        description, tags = _cell(cells, "description"), _cell(cells, "tags")
        return "".join(
            [
                name,
                f" ({', '.join(filter(None, aside))})" if any(aside) else "",
                f" - {description}" if description else "",
                f" {tags}" if tags else "",
                _exemption(entry),
                suffix(item, self.view),
            ]
        )

    def cell(self, entry: Entry, column: Column, columns: AbstractSet[str]) -> str:
        """Return the cell of an entry in a column of a table with these `columns`."""
        if column.key == "name":
            return in_cell(self._name(entry, columns) + _exemption(entry))
        if column.key == "id":
            return entry.id
        written = entry.cells.get(column.key)
        for further in entry.links:
            if further.role == column.key and written is None:
                return in_cell(_link(further.role, further.url))
        return self._written(column.key, written)

    def _name(self, entry: Entry, columns: AbstractSet[str]) -> str:
        """Return the name with its prefix, marks and further links."""
        url = entry.url
        name = _link(entry.name, url) if url else unlinked(escaped(entry.name))
        if entry.id_is_written:
            name = f'<span id="{entry.id}"></span>{name}'
        prefix = _cell(entry.cells, "prefix")
        if not (url or columns) and _needs_bold(entry):
            prefix, name = "", f"**{prefix} {name}**" if prefix else f"**{name}**"
        further = _further(entry.links[url is not None :], entry.cells, columns)
        marks = _cell(entry.cells, "marks")
        if "](" in marks:  # in tables these may be words with links, which come last
            marks, further = "", f"{further} {marks}"
        return " ".join(part for part in (prefix, name, marks) if part) + further

    def _written(self, key: str, cell: Cell) -> str:
        if isinstance(cell, bool):
            return "✔" if cell else "✗"
        if key == "framework" and isinstance(cell, str) and cell in self.named:
            return f"[{escaped(self.named[cell].name)}](#{address(cell)})"
        return "" if cell is None else in_cell(str(cell))


def _exemption(entry: Entry) -> str:
    return f" {exemption_mark(entry.ignore)}" if entry.ignore is not None else ""


def _needs_bold(entry: Entry) -> bool:
    """Return whether a name without a link needs bold letters to show where it ends."""
    description = _cell(entry.cells, "description")
    has_tags_alone = not description and "tags" in entry.cells
    return has_tags_alone or description.startswith(_WORDLESS) or BETWEEN.search(entry.name) is not None


def words_of(report: Report) -> EntryWords:
    """Return the formatter of the entries in a report on one list."""
    named = {entry.id: entry for entry in _entries(report.catalogs[0].sections) if entry.id_is_written}
    return EntryWords(named, report.view)


def _entries(sections: Sequence[Section]) -> Iterator[Entry]:
    for section in sections:
        yield from section.entries
        yield from _entries(section.sections)


def _cell(cells: Mapping[str, Cell], key: str) -> str:
    cell = cells.get(key)
    return " ".join(str(cell).split()) if cell else ""


def _link(text: str, url: str) -> str:
    """Return a link; a bar in its address stays, as `in_cell` escapes it."""
    return link(text, url).replace("%7C", "|") if "|" in url and "%7C" not in url else link(text, url)


def _further(links: Sequence[Link], cells: Mapping[str, Cell], columns: AbstractSet[str]) -> str:
    """Return the entry's links besides the main one, without those that other cells show."""
    if not links:
        return ""
    shown = [str(cell) for key, cell in cells.items() if not columns or key in columns or key in _AROUND]
    # A link in a cell of its own column has its role from the column when it is read again.
    in_columns = [str(cell) for key, cell in cells.items() if key in columns]
    further = [
        _link(one.role, one.url)
        for one in links
        if not (one.role in columns and cells.get(one.role) is None)  # which shows it by itself
        and not any(_is_in(one, text) for text in shown)
        and not any(_roles_of(one.url, text) for text in in_columns)
    ]
    return f" ({', '.join(further)})" if further else ""


def _is_in(wanted: Link, markdown: str) -> bool:
    """Return whether a text has the link already, under a name that gives the same role."""
    roles = _roles_of(wanted.url, markdown)
    return wanted.role in roles or re.sub(r"-\d+$", "", wanted.role) in roles


def _roles_of(url: str, markdown: str) -> set[str]:
    """Return the roles that links to an address have by their names in a text."""
    if url.removeprefix("https:").partition("&")[0].partition("%")[0] not in markdown:
        return set()
    found = ((picture, text) for picture, text, written in _LINK.findall(markdown) if _is_same(written, url))
    roles = {"badge" if picture else role_of(_TAG.sub("", text)) for picture, text in found}
    if _stands_bare(url, markdown):
        roles.add("link")
    return roles


def _stands_bare(url: str, markdown: str) -> bool:
    """Return whether an address stands in a text as a whole, and not as another link's."""
    at = markdown.find(url)
    while at >= 0:
        end = at + len(url)
        before, after = markdown[max(at - 1, 0) : at], markdown[end : end + 1]
        if not (before.isalnum() or before in _INSIDE or after.isalnum() or after in _GOES_ON):
            return True
        at = markdown.find(url, at + 1)
    return False


def _is_same(written: str, url: str) -> bool:
    bare = unescape(written.strip("<>")).replace(" ", "%20")
    return url in {bare, f"https:{bare}"}


_DEEPEST_HEADING = 6


def enriched_md(report: Report) -> Mapping[str, Text]:
    """Return the file; it contains no time of the run, so that only facts change it."""
    [catalog] = report.catalogs
    if catalog.document is not None:
        is_relative = _relative_links(catalog) > 0
        return {"enriched.md": enriched_copy(report, catalog.document, has_relative_links=is_relative)}
    return {"enriched.md": Streamed(lambda: _joined(_blocks(report)))}


def _relative_links(catalog: Catalog) -> int:
    """Return the number of links to files, which start from the folder of the list."""
    return sum(bool(one.link.local) and one.link.role != "anchor" for one in catalog.document_links)


def section_md(report: Report, section: Section) -> str:
    """Return the entries of one section as in the file."""
    entries = {item.entry.id: item for item in report.entries}
    own = [entries[entry.id] for entry in section.entries]
    return b"".join(_SectionWriter(words_of(report)).entries(section, own)).decode("utf-8")


def _joined(blocks: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the blocks that are not empty, with an empty line between any two."""
    before = b""
    for block in blocks:
        for chunk in filter(None, block):
            yield before + chunk
            before = b""
        before = before or b"\n\n"
    yield b"\n"


def _blocks(report: Report) -> Iterator[Iterable[bytes]]:
    """Yield the blocks of the document, each in chunks."""
    [catalog] = report.catalogs
    if front := catalog.front_matter:
        yield (encoded(front if front.startswith("+++") else f"---\n{front}\n---"),)
    yield (encoded(f"# {escaped(catalog.title)}"),)
    yield (encoded(quoted(report.notice)) if report.notice else b"",)
    yield (encoded(catalog.description),)
    writer = _SectionWriter(words_of(report))
    entries = iter(report.entries)
    yield from writer.sections(catalog.sections, 2, entries)


class _SectionWriter(Value):
    """Sections as Markdown: headings, and tables or bullets of entries."""

    words: EntryWords

    def sections(
        self, sections: Sequence[Section], level: int, entries: Iterator[EnrichedEntry]
    ) -> Iterator[Iterable[bytes]]:
        """Yield the blocks of sections and of those within them, in the order of the list."""
        before: Section | None = None
        for section in sections:
            if before is None or not _continues(before, section):
                yield (encoded(f"{'#' * min(level, _DEEPEST_HEADING)} {_heading(section)}"),)
            yield (encoded(section.text),)
            yield self.entries(section, _next(entries, len(section.entries)))
            yield from self.sections(section.sections, level + 1, entries)
            before = section

    def entries(self, section: Section, entries: Sequence[EnrichedEntry]) -> Iterable[bytes]:
        """Return a table where the section has columns, else bullets."""
        return (encoded(self._table(section, entries)),) if section.columns else self._bullets(entries)

    def _table(self, section: Section, entries: Sequence[EnrichedEntry]) -> str:
        columns = section.columns
        if not any(column.key == "name" for column in columns):
            columns = (Column("name", "Name"), *columns)
        keys = frozenset(column.key for column in columns)
        view = self.words.view
        shown = columns_of(entries, view)
        rows = (
            [
                *(self.words.cell(item.entry, column, keys) for column in columns),
                *marked([column.cell(item, view) for column in shown]),
            ]
            for item in _in_order(entries, view.order)
        )
        titles = [*(escaped(column.title) for column in columns), *marked([one.title for one in shown])]
        aligned = [*(_aligned(section, column) for column in columns), *(one.side for one in shown)]
        return table(titles, aligned, rows)

    def _bullets(self, entries: Sequence[EnrichedEntry]) -> Iterator[bytes]:
        """Yield the lines of a bullet list; an entry is nested below its parent if that comes before it."""
        depths: dict[str, int] = {}
        line_end = ""
        for item in _in_order(entries, self.words.view.order):
            depth = depths.get(str(item.entry.cells.get("parent")), -1) + 1
            depths[item.entry.id] = depth
            yield encoded(f"{line_end}{'  ' * depth}- {self.words.bullet(item)}")
            line_end = "\n"


def _heading(section: Section) -> str:
    """Return the title; a mark shows that there are entries below a title such as Contents."""
    has_entries = bool(section.entries or section.sections)
    # In front of the title: a blank behind it would be a hyphen in GitHub's anchor.
    mark = ENTRIES if has_entries and is_housekeeping(section.title) else ""
    return mark + _CLOSING.sub(r"\\\1", escaped(section.title))


def _continues(before: Section, section: Section) -> bool:
    """
    Return true if a section is the next table below one heading.

    A heading with two tables of other columns is read as two sections with its title.
    """
    is_next = section.title == before.title and section.columns != before.columns
    return is_next and not section.text and not before.sections


def _next(entries: Iterator[EnrichedEntry], size: int) -> Sequence[EnrichedEntry]:
    return sequence_of(islice(entries, size), size)


def _in_order(entries: Sequence[EnrichedEntry], order: Order) -> Sequence[EnrichedEntry]:
    """Return the entries in the wanted order, unknown values last; nested ones stay below their parents."""
    if order is Order.LIST or any("parent" in item.entry.cells for item in entries):
        return entries
    if order is Order.STARS:
        return sorted(entries, key=lambda item: -(item.facts.stars or -1) if item.facts else 1)
    return sorted(
        entries,
        key=lambda item: item.facts.last_commit.timestamp() if item.facts and item.facts.last_commit else 0.0,
        reverse=True,
    )


def _aligned(section: Section, column: Column) -> str:
    """Return the alignment of a column: flags and years are centred, as readers compare them downwards."""
    cells = [cell for entry in section.entries if (cell := entry.cells.get(column.key)) is not None]
    flags = bool(cells) and all(isinstance(cell, bool) for cell in cells)
    return ":---:" if flags or column.key == "year" else "---"
