"""A Markdown list becomes a catalog; what was not understood is told with its line."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.collector import garbage_collection_paused
from lmsys_enrich.lists.identifiers import Identifiers, is_slug
from lmsys_enrich.lists.markdown.blocks import (
    Block,
    Heading,
    Html,
    Inline,
    Item,
    Items,
    Paragraph,
    Table,
    parse_blocks,
)
from lmsys_enrich.lists.markdown.entry_shapes import Draft, read_entry
from lmsys_enrich.lists.markdown.html_blocks import read_html
from lmsys_enrich.lists.markdown.pieces import LinkPiece, links_of, plain_text
from lmsys_enrich.lists.markdown.places import Places
from lmsys_enrich.lists.markdown.tables import read_table
from lmsys_enrich.lists.mistakes import Mistake
from lmsys_enrich.model.catalog import (
    Catalog,
    Cell,
    Column,
    Document,
    Entry,
    InsertionPoint,
    Link,
    Location,
    Section,
)
from lmsys_enrich.urls import is_web
from lmsys_enrich.values import replace

_NO_ENTRIES = re.compile(
    r"^\W*(table of )?contents?\b|^\W*toc\b|^\W*contribut|^\W*licen[cs]e\b|^\W*sponsor|^\W*star history"
    r"|^\W*acknowledg|^\W*code of conduct",
    re.IGNORECASE,
)
_BACK = re.compile(r"back to (the )?(top|toc)|go to top|return to top|⬆", re.IGNORECASE)
_BOM = "\ufeff"
_REFERENCE = re.compile(r"\[[^\]]*\]\(#([^)\s]+)\)")


@dataclass(slots=True)
class _Open:
    """A section while it is read; `level` is its heading's, or deeper for a group of bullets."""

    title: str
    level: int
    location: Location
    texts: list[str] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    sections: list["_Open"] = field(default_factory=list)
    has_entries: bool = True

    def closed(self) -> Section:
        inner = tuple(section.closed() for section in self.sections)
        texts = "\n\n".join(self.texts)
        return Section(self.title, self.location, texts, self.columns, tuple(self.entries), inner)


@dataclass(slots=True)
class _Drafted:
    """An entry in its section, before it has an id; `parent` is the number of the one it lies under."""

    section: _Open
    draft: Draft
    cells: dict[str, Cell]
    location: Location
    kind: str
    parent: int | None
    end: int  # the last line of its own text


def read_markdown(text: str, path: Path) -> Catalog:
    """
    Return the list; `path` is only its name.

    Raises `InputError` for a document without entries: it is no list.
    """
    with garbage_collection_paused():
        catalog = _Reader(text, path).catalog(parse_blocks(text.removeprefix(_BOM)))
    if not any(catalog.entries()):
        raise InputError(
            f"{path}:1:1: no entry was found: this is no list, or not in a shape that is understood",
            hint="An entry is a bullet, a numbered item or a table's row, with a name or a link.",
        )
    return catalog


class _Reader:
    """Walks the blocks of one document from top to bottom."""

    def __init__(self, text: str, path: Path) -> None:
        self._remarks: list[Mistake] = []
        self._text = text
        self._path = path
        self._places = Places(text, str(path))
        self._root = _Open("", 0, Location(str(path), 1, 1))
        self._open = [self._root]
        self._details = 0
        self._drafted: list[_Drafted] = []
        self._spots: list[InsertionPoint] = []
        self._title: str | None = None

    def catalog(self, blocks: Sequence[Block]) -> Catalog:
        self._blocks(blocks)
        ids = self._make_entries()
        sections = tuple(_resolved(section.closed(), ids) for section in self._root.sections)
        description = "\n\n".join(self._root.texts)
        if self._root.entries:
            first = dataclasses.replace(
                self._root, title=self._title or self._path.stem, texts=[], sections=[]
            )
            sections = (_resolved(first.closed(), ids), *sections)
        kept = tuple(section for section in sections if not _is_bare(section))
        insertion_points = tuple(sorted(self._spots, key=lambda insertion_point: insertion_point.line))
        document = Document(self._text, insertion_points)
        ordered = sorted(self._remarks, key=lambda remark: remark.location.line)
        remarks = tuple(map(str, ordered))
        return Catalog(self._title or self._path.stem, self._path, description, kept, document, remarks)

    def _blocks(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            match block:
                case Heading():
                    self._heading(block)
                case Paragraph():
                    self._paragraph(block.inline)
                case Items():
                    self._items(block, None)
                case Table():
                    self._table(block)
                case Html():
                    self._html(block)

    def _heading(self, heading: Heading) -> None:
        title = plain_text(heading.inline)
        location = self._places.line(heading.inline.first)
        if heading.level == 1 and self._title is None and not self._root.sections:
            self._title = title or self._path.stem
            return
        self._begin(title or "(untitled)", heading.level, location)

    def _begin(self, title: str, level: int, location: Location) -> None:
        while self._open[-1].level >= level:
            self._open.pop()
        section = _Open(title, level, location, has_entries=not _NO_ENTRIES.search(title))
        self._open[-1].sections.append(section)
        self._open.append(section)

    def _paragraph(self, inline: Inline) -> None:
        text = plain_text(inline)
        here = self._open[-1]
        if _BACK.search(text) or not text:
            return
        if self._drafted and self._drafted[-1].section is here:
            return  # a word after the entries; the source keeps it
        here.texts.append(inline.content)

    def _items(self, block: Items, parent: int | None) -> None:
        here = self._open[-1]
        if not here.has_entries or all(_leads_inside(item) for item in block.items):
            return
        are_entries = cache(partial(_are_mostly_linked, block))  # asked for by items without a link alone
        for item in block.items:
            self._item(item, parent, are_entries)

    def _item(self, item: Item, parent: int | None, are_entries: Callable[[], bool]) -> None:
        location = self._places.line(item.first)
        if item.inline is None:
            self._blocks(item.blocks)
            return
        text = plain_text(item.inline)
        nested = [block for block in item.blocks if isinstance(block, Items | Table)]
        own = None if _BACK.search(text) else read_entry(item.inline)
        if own is not None and own.links:
            number = self._add(own, dict(own.cells), location, "bullet", parent, item.inline.last)
            for block in item.blocks:
                if isinstance(block, Items):
                    self._items(block, number)
        elif nested and text:
            self._group(text, location, item.blocks)
        elif own is not None and own.name and are_entries() and not _leads_inside(item):
            self._add(own, dict(own.cells), location, "bullet", parent, item.inline.last)
        elif text and not _BACK.search(text) and not _leads_inside(item):
            self._remark(location, f"no entry: {text[:60]}")

    def _group(self, text: str, location: Location, blocks: Sequence[Block]) -> None:
        """Make a bullet without a link one more step of the path of those below it."""
        depth = len(self._open)
        self._begin(text.rstrip(":"), max(self._open[-1].level + 1, 7), location)
        self._blocks(blocks)
        del self._open[depth:]

    def _table(self, table: Table) -> None:
        here = self._open[-1]
        if not here.has_entries:
            return
        read = read_table(table)
        if here.columns and here.columns != read.columns:
            self._begin(here.title, here.level + 1, self._places.line(table.header[0].first))
            here = self._open[-1]
        here.columns = read.columns
        header = table.header[0].first + 1
        self._spots += [InsertionPoint(header, "header"), InsertionPoint(header + 1, "rule")]
        for line in read.placeholders:
            self._remark(self._places.line(line), "a row that only says what belongs there")
            self._spots.append(InsertionPoint(line + 1, "blank"))
        for row in read.rows:
            self._add(row.draft, row.cells, self._places.line(row.line), "row")

    def _html(self, block: Html) -> None:
        for event in read_html(block.text):
            line = block.first + event.line
            match event.kind:
                case "details":
                    self._details += 1
                case "summary" if self._details:
                    self._begin(event.text, 20 + self._details, self._places.line(line))
                case "/details" if self._details:
                    while self._open[-1].level >= 20 + self._details:
                        self._open.pop()
                    self._details -= 1
                case "heading":
                    if self._title is None and event.level == 1:
                        self._title = event.text
                    elif event.text:
                        self._begin(event.text, event.level, self._places.line(line))
                case "entry" if self._open[-1] is not self._root and self._open[-1].has_entries:
                    piece = LinkPiece(event.text, event.url, 0, 0)
                    self._add(Draft(event.text, None, [("url", piece)]), {}, self._places.line(line), "html")
                case _:
                    pass

    def _add(
        self,
        draft: Draft,
        cells: dict[str, Cell],
        location: Location,
        kind: str,
        parent: int | None = None,
        last: int | None = None,
    ) -> int:
        here = self._open[-1]
        if parent is not None and self._drafted[parent].section.title == here.title:
            here = self._drafted[parent].section  # an entry stays with the one it stands below
        elif here.sections and here is not self._root:
            # The order of the document is kept: what follows an inner section begins its section anew.
            self._begin(here.title, here.level, location)
            here = self._open[-1]
        end = location.line if last is None else last + 1
        self._drafted.append(_Drafted(here, draft, cells, location, kind, parent, end))
        return len(self._drafted) - 1

    def _make_entries(self) -> frozenset[str]:
        """Give each draft its id, and put it into its section; return the ids that are written."""
        anchors = Counter(found.draft.anchor for found in self._drafted)
        written = frozenset(a for a, count in anchors.items() if a is not None and is_slug(a) and count == 1)
        identifiers = Identifiers(written)
        ids: list[str] = []
        for found in self._drafted:
            draft, cells = found.draft, found.cells
            own = draft.anchor if draft.anchor in written else None
            ids.append(own or identifiers.make(draft.name))
            if not draft.links and draft.broken:
                self._remark(found.location, f"the address of {draft.name} is not whole: {draft.broken}")
            if found.parent is not None:
                cells["parent"] = ids[found.parent]
            links = tuple(self._link(role, piece, found.location) for role, piece in _each_once(draft.links))
            entry = Entry(ids[-1], draft.name, found.location, links, cells, None, own is not None)
            found.section.entries.append(entry)
            self._spots.append(InsertionPoint(found.end, found.kind, ids[-1]))
        return written

    def _link(self, role: str, piece: LinkPiece, location: Location) -> Link:
        return Link(piece.url, role, self._places.of(piece.url, location.line - 1))

    def _remark(self, location: Location, message: str) -> None:
        self._remarks.append(Mistake(location, message))


def _each_once(links: Sequence[tuple[str, LinkPiece]]) -> Iterator[tuple[str, LinkPiece]]:
    """Yield links with roles that differ; a badge leads mostly to what is linked by a name as well."""
    roles: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    named = {piece.url for role, piece in links if role != "badge"}
    for role, piece in links:
        if (role, piece.url) in seen or (role == "badge" and piece.url in named):
            continue
        seen.add((role, piece.url))
        roles[role] += 1
        yield (role if roles[role] == 1 else f"{role}-{roles[role]}"), piece


def _are_mostly_linked(block: Items) -> bool:
    return sum(map(_has_link, block.items)) * 2 >= len(block.items)


def _has_link(item: Item) -> bool:
    return item.inline is not None and any(is_web(piece.url) for piece in links_of(item.inline))


def _leads_inside(item: Item) -> bool:
    """Whether all of an item's links lead to places in the same document, as in a table of contents."""
    links = links_of(item.inline) if item.inline is not None else []
    return bool(links) and all(piece.url.startswith("#") for piece in links)


def _is_bare(section: Section) -> bool:
    """Whether nothing of a list is left of a section, as of a table of contents."""
    is_empty = not (section.entries or section.columns or section.sections)
    return is_empty and (not section.text or _NO_ENTRIES.search(section.title) is not None)


def _resolved(section: Section, ids: frozenset[str]) -> Section:
    """Return the section with references to entries in the place of links to their anchors."""
    entries = tuple(
        replace(entry, cells={key: _reference(key, cell, ids) for key, cell in entry.cells.items()})
        if "framework" in entry.cells
        else entry
        for entry in section.entries
    )
    inner = tuple(_resolved(inner, ids) for inner in section.sections)
    return replace(section, entries=entries, sections=tuple(s for s in inner if not _is_bare(s)))


def _reference(key: str, cell: Cell, ids: frozenset[str]) -> Cell:
    if key == "framework" and isinstance(cell, str) and (found := _REFERENCE.fullmatch(cell)):
        return found[1] if found[1] in ids else cell
    return cell
