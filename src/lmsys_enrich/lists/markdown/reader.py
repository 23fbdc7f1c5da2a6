# ruff: noqa: RUF001 - dashes and brackets as lists in all scripts have them
"""Reader of Markdown lists: sections and entries from a document's blocks, and every other link of it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.collector import garbage_collection_paused
from lmsys_enrich.lists.fields import address_problem
from lmsys_enrich.lists.identifiers import Identifiers, is_slug
from lmsys_enrich.lists.markdown.blocks import (
    Block,
    Heading,
    Html,
    Item,
    Items,
    Paragraph,
    Quote,
    Table,
    front_matter,
    parse_blocks,
)
from lmsys_enrich.lists.markdown.document_links import DocumentLinks
from lmsys_enrich.lists.markdown.entries import (
    EntryBuilder,
    clean,
    description,
    is_main,
    is_prefix,
    read_entry,
    role,
)
from lmsys_enrich.lists.markdown.exemptions import exemption_in
from lmsys_enrich.lists.markdown.html import HtmlEvent
from lmsys_enrich.lists.markdown.roles import is_role
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.lists.markdown.sections import FoundEntry, OpenSection, each_once, is_bare, resolved
from lmsys_enrich.lists.markdown.tables import Cells, read_table
from lmsys_enrich.lists.markdown.titles import is_housekeeping
from lmsys_enrich.lists.mistakes import Mistake
from lmsys_enrich.model.catalog import (
    Catalog,
    Cell,
    Document,
    Entry,
    Exemption,
    InsertionPoint,
    Link,
    Location,
    Section,
)

_BACK = re.compile(
    r"\W*(?:(?:go |return )?back to (?:the )?(?:top|toc|contents|table of contents)"
    r"|(?:go|return) to (?:the )?top"
    r"|to top|top|回到顶部|返回顶部|返回目录|回到目录)\W*|\W*⬆\W*|\W*🔝\W*",
    re.IGNORECASE,
)
_FRONT_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+)$", re.MULTILINE)
_LINE_END = re.compile(r"\r\n?")
_GROUP, _FOLDED = 7, 20  # levels of sections that bullets and folded parts make, below those of headings
_LONGEST_TITLE = 300


class NothingFound(InputError):
    """A document without entries and without links."""


def read_markdown(text: str, path: Path) -> Catalog:
    """
    Return the list; `path` is its name, and where its local links start from.

    Raises `InputError` for a document with neither entries nor links: it is no list.
    """
    with garbage_collection_paused():
        catalog = _Reader(text, path).catalog()
    if not catalog.document_links and not any(catalog.entries()):
        raise NothingFound(
            f"{path}:1:1: no entry was found: this is no list, or not in a shape that is understood",
            hint="An entry is a bullet, a numbered item or a table's row, with a name or a link.",
        )
    return catalog


class _Reader:
    """Walks the blocks of one document from top to bottom."""

    def __init__(self, text: str, path: Path) -> None:
        self._text = text
        self._path = path
        plain = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
        self._front = front_matter(plain)
        self._parsed = parse_blocks(plain)
        self._outside = DocumentLinks(self._parsed, plain.split("\n"), path)
        self._remarks: list[Mistake] = []
        self._root = OpenSection("", 0, Location(str(path), 1, 1))
        self._open = [self._root]
        self._folded: list[int | None] = []  # for each open <details>: the entry in its summary
        self._found: list[FoundEntry] = []
        self._points: list[InsertionPoint] = []
        self._title: str | None = None
        self._ignore: Exemption | None = None
        self._rows: list[HtmlEvent] = []

    def catalog(self) -> Catalog:
        self._blocks(self._parsed.blocks)
        self._headings_as_entries(self._root)
        ids = self._make_entries()
        front = _FRONT_TITLE.search(self._front)
        title = self._title or (one_line(front[1]).strip("\"'") if front else "") or self._path.stem
        sections = tuple(resolved(section.closed(), ids) for section in self._root.sections)
        text = "\n\n".join(self._root.texts)
        if self._root.entries:
            first = Section(title, self._root.location, "", self._root.columns, tuple(self._root.entries))
            sections = (resolved(first, ids), *sections)
        kept = tuple(section for section in sections if not is_bare(section))
        document = Document(self._text, tuple(sorted(self._points, key=lambda point: point.line)))
        outside = self._outside.links()
        remarks = sorted(
            [*self._remarks, *self._outside.remarks],
            key=lambda remark: (remark.location.line, remark.location.column),
        )
        return Catalog(
            title, self._path, text, kept, document, tuple(map(str, remarks)), document_links=outside
        )

    def _blocks(self, blocks: Sequence[Block]) -> None:
        before: Block | None = None
        for block in blocks:
            match block:
                case Heading():
                    self._heading(block)
                case Paragraph():
                    self._paragraph(block.run)
                case Items():
                    if not self._is_fields(block, before):
                        self._items(block, None)
                    self._ignore = None
                case Table():
                    self._table(Cells((*block.header,), block.rows), block.header[0].line)
                    self._surplus(block)
                    self._ignore = None
                case Html():
                    self._html(block)
                case Quote():
                    pass  # its links are the document's
            before = block

    def _at(self, line: int) -> Location:
        return Location(str(self._path), line, self._outside.indent(line) + 1)

    def _remark(self, location: Location, message: str) -> None:
        self._remarks.append(Mistake(location, message))

    # Sections

    def _heading(self, heading: Heading) -> None:
        title = heading.run.text
        if heading.level == 1 and self._title is None and not self._root.sections:
            self._title = title or self._path.stem
            return
        shown = title or next((link.text for link in heading.run.links if link.text), "") or "(untitled)"
        self._begin(shown, heading.level, self._at(heading.run.line), heading.run)

    def _begin(self, title: str, level: int, location: Location, heading: Run | None = None) -> None:
        while self._open[-1].level >= level:
            self._open.pop()
        above = self._open[-1]
        has_entries = not is_housekeeping(title) and (above.has_entries or heading is not None)
        section = OpenSection(
            title, level, location, (*above.path, title), has_entries=has_entries, heading=heading
        )
        above.sections.append(section)
        self._outside.begin(location.line, section.path)
        self._open.append(section)

    # Paragraphs

    def _paragraph(self, run: Run) -> None:
        here = self._open[-1]
        text = run.text
        if _BACK.fullmatch(text) or not (text or run.links):
            return
        lines = list(run.lines())
        if here is not self._root and here.has_entries and all(map(_is_entry_line, lines)):
            for line in lines:
                self._add(read_entry(line), {}, self._at(line.line), "paragraph")
            return
        last = self._found[-1] if self._found and self._found[-1].section is here else None
        if last is not None:
            if last.kind == "paragraph" and not last.cells and "\n" not in run.source:
                last.cells["description"] = one_line(run.source)
            return  # a word after the entries; the source keeps it
        here.texts.append(run.source.strip())

    # Lists

    def _is_fields(self, block: Items, before: Block | None) -> bool:
        """Read a list of an entry's links, as `- Paper: https://…`, below its title or heading."""
        if not self._open[-1].has_entries or not all(map(_is_field, block.items)):
            return False
        here = self._open[-1]
        owner = self._folded[-1] if self._folded else None
        if owner is None and isinstance(before, Paragraph) and self._is_title(before.run):
            run = before.run
            if here.texts and here.texts[-1] == run.source.strip():
                here.texts.pop()
            owner = self._add(EntryBuilder(clean(run.text)), {}, self._at(run.line), "paragraph")
        if owner is None:
            return False
        self._take_fields(self._found[owner].builder, block)
        return True

    @staticmethod
    def _is_title(run: Run) -> bool:
        return (
            bool(run.strong) and run.strong == run.text and not run.links and len(run.text) <= _LONGEST_TITLE
        )

    @staticmethod
    def _take_fields(builder: EntryBuilder, block: Items) -> None:
        for item in block.items:
            for span, label in _fields(item):
                builder.links.append(("url" if not builder.links else label, span))

    def _items(self, block: Items, parent: int | None) -> None:
        if not self._open[-1].has_entries or all(_leads_inside(item) for item in block.items):
            return
        are_entries = any(map(_has_link, block.items))
        for item in block.items:
            self._item(item, parent, are_entries=are_entries)

    def _item(self, item: Item, parent: int | None, *, are_entries: bool) -> None:
        if item.run is None:
            self._blocks(item.blocks)
            return
        text = item.run.text
        nested = [block for block in item.blocks if isinstance(block, Items | Table)]
        own = read_entry(item.run)
        if not own.links and _BACK.fullmatch(text):
            return
        fields = [b for b in nested if isinstance(b, Items) and all(map(_is_field, b.items))]
        further = [pair for block in item.blocks for pair in _role_links(block)]
        location = self._at(item.line)
        if own.links or further or (fields and own.name):
            own.links += [
                ("url" if not own.links and not n else label, span) for n, (span, label) in enumerate(further)
            ]
            number = self._add(own, dict(own.cells), location, "bullet", parent, item.run)
            for block in item.blocks:
                if block in fields and isinstance(block, Items):
                    self._take_fields(own, block)
                elif isinstance(block, Items):
                    self._items(block, number)
                elif isinstance(block, Table | Html):
                    self._blocks([block])
        elif nested and text:
            self._group(text, location, item.blocks)
        elif own.name and are_entries and not _leads_inside(item):
            self._add(own, dict(own.cells), location, "bullet", parent, item.run)
        elif text and not _leads_inside(item):
            self._remark(location, f"no entry: {text[:60]}")

    def _group(self, text: str, location: Location, blocks: Sequence[Block]) -> None:
        """Make a bullet without a link one more step of the path of those below it."""
        depth = len(self._open)
        self._begin(text.rstrip(":"), max(self._open[-1].level + 1, _GROUP), location)
        self._blocks(blocks)
        del self._open[depth:]

    # Tables

    def _table(self, table: Cells, line: int, kind: str = "row") -> None:
        here = self._open[-1]
        if not here.has_entries:
            return
        read = read_table(table)
        if here.columns and here.columns != read.columns:
            self._begin(here.title, here.level + 1, self._at(line))
            here = self._open[-1]
        here.columns = read.columns
        if kind == "row":
            self._points += [InsertionPoint(line, "header"), InsertionPoint(line + 1, "rule")]
        for placeholder in read.placeholders:
            self._remark(self._at(placeholder), "a row that only says what belongs there")
            self._points.append(InsertionPoint(placeholder, "blank"))
        for row in read.rows:
            self._add(row.builder, row.cells, self._at(row.line), kind)

    def _surplus(self, table: Table) -> None:
        for cells in table.surplus.values():
            if any(cell.text or cell.links for cell in cells):
                self._remark(
                    self._at(cells[0].line), "a row with more cells than its header has: GitHub hides them"
                )

    # HTML

    def _html(self, block: Html) -> None:
        exemption, problem = exemption_in(block.text)
        if problem:
            self._remark(self._at(block.line), problem)
        if exemption is not None:
            self._ignore = exemption
        for event in self._outside.html(block).events:
            if event.kind != "row":
                self._end_rows()
            match event.kind:
                case "details":
                    self._folded.append(None)
                case "/details":
                    self._unfold()
                case "summary" if self._folded:
                    self._summary(event.run)
                case "heading":
                    self._html_heading(event)
                case "row":
                    self._rows.append(event)
                case _:
                    self._html_line(event)
        self._end_rows()

    def _unfold(self) -> None:
        if self._folded:
            while self._open[-1].level >= _FOLDED + len(self._folded):
                self._open.pop()
            self._folded.pop()

    def _summary(self, run: Run) -> None:
        if any(map(is_main, run.links)) and self._open[-1].has_entries:
            builder = read_entry(run)
            self._folded[-1] = self._add(builder, dict(builder.cells), self._at(run.line), "html")
        elif run.text:
            self._begin(run.text, _FOLDED + len(self._folded), self._at(run.line))

    def _html_heading(self, event: HtmlEvent) -> None:
        if self._title is None and event.level == 1 and event.run.text:
            self._title = event.run.text
        elif event.run.text:
            self._begin(event.run.text, event.level, self._at(event.run.line), event.run)

    def _html_line(self, event: HtmlEvent) -> None:
        here, run = self._open[-1], event.run
        if not here.has_entries or not any(map(is_main, run.links)) or _BACK.fullmatch(run.text):
            return
        is_entry = event.kind == "li" or (
            _is_entry_line(run) and (here is not self._root or bool(run.text and _follows(run)))
        )
        if is_entry:
            builder = read_entry(run)
            if builder.name and builder.links[0][1].has_words:
                self._add(builder, dict(builder.cells), self._at(run.line), "html")

    def _end_rows(self) -> None:
        rows, self._rows = [event.cells for event in self._rows], []
        here = self._open[-1]
        if not rows or here is self._root or not here.has_entries:
            return
        if len(rows) > 1 and len(rows[0]) > 1 and not any(cell.links for cell in rows[0]):
            width = len(rows[0])
            for cell in (cell for row in rows for cell in row):
                cell.source = "".join(span.source for span in cell.spans)
            self._table(Cells(rows[0], tuple(row[:width] for row in rows[1:])), rows[0][0].line, "html")
            return
        for cell in (cell for row in rows for cell in row):  # a table for the layout
            self._html_line(HtmlEvent("td", cell))

    # Entries

    def _add(
        self,
        builder: EntryBuilder,
        cells: dict[str, Cell],
        location: Location,
        kind: str,
        parent: int | None = None,
        run: Run | None = None,
    ) -> int:
        here = self._open[-1]
        if parent is not None and self._found[parent].section.title == here.title:
            here = self._found[parent].section  # an entry stays with the one it stands below
        elif here.sections and here is not self._root:
            # The order of the document is kept: what follows an inner section begins its section anew.
            self._begin(here.title, here.level, location, here.heading)
            here = self._open[-1]
        ignore = self._ignore
        if run is not None:
            own, problem = exemption_in(run.source)
            ignore = own or ignore
            if problem:
                self._remark(location, problem)
        self._ignore = None if kind != "bullet" or parent is None else ignore
        end = location.line if run is None else run.last
        cells = cells or dict(builder.cells)
        self._found.append(FoundEntry(here, builder, cells, location, kind, parent, end, ignore))
        return len(self._found) - 1

    def _headings_as_entries(self, section: OpenSection) -> None:
        """Make an entry of a heading that is a link and has no entries below it."""
        filled = {id(found.section) for found in self._found}
        pending = [section]
        while pending:
            above = pending.pop()
            for inner in list(above.sections):
                links = [span for span in inner.heading.links if is_main(span)] if inner.heading else []
                is_entry = inner.has_entries and not inner.sections and id(inner) not in filled
                if (
                    is_entry
                    and inner.heading
                    and len(links) == 1
                    and one_line(links[0].text) == inner.heading.text
                ):
                    above.sections.remove(inner)
                    builder = EntryBuilder(clean(links[0].text) or links[0].url, None, [("url", links[0])])
                    builder.note("description", one_line(" ".join(inner.texts)))
                    cells: dict[str, Cell] = dict(builder.cells)
                    self._found.append(
                        FoundEntry(above, builder, cells, inner.location, "html", None, inner.location.line)
                    )
                else:
                    pending.append(inner)

    def _make_entries(self) -> frozenset[str]:
        """Give each entry its id, and put it into its section; return the ids that are written."""
        anchors = Counter(found.builder.anchor for found in self._found)
        written = frozenset(a for a, count in anchors.items() if a is not None and is_slug(a) and count == 1)
        identifiers = Identifiers(written)
        ids: list[str] = []
        for found in self._found:
            builder, cells = found.builder, found.cells
            name = one_line(builder.name) or "(untitled)"
            own = builder.anchor if builder.anchor in written else None
            ids.append(own or identifiers.make(name))
            if found.parent is not None:
                cells["parent"] = ids[found.parent]
            for key, cell in cells.items():
                if isinstance(cell, str):
                    cells[key] = one_line(cell)
            links = tuple(self._links(builder))
            entry = Entry(ids[-1], name, found.location, links, cells, found.ignore, own is not None)
            found.section.entries.append(entry)
            if found.kind in {"bullet", "row"}:
                self._points.append(InsertionPoint(found.end, found.kind, ids[-1]))
        return written

    def _links(self, builder: EntryBuilder) -> Iterator[Link]:
        usable: list[tuple[str, Span]] = []
        for label, span in builder.links:
            if address_problem(span.url):
                continue  # stays a link of the document, which says what is wrong with it
            self._outside.take(span)
            usable.append(
                (
                    label if usable or builder.links[0][1] is span else ("url" if label == "url" else label),
                    span,
                )
            )
        for label, span in each_once(usable):
            yield Link(span.url, label, Location(str(self._path), span.line, span.column))


def _has_link(item: Item) -> bool:
    return item.run is not None and any(map(is_main, item.run.links))


def _is_field(item: Item) -> bool:
    """Whether an item only gives a link to an entry named elsewhere: its links are called by their roles."""
    if item.run is None or any(isinstance(block, Items) for block in item.blocks):
        return False
    links = [span for span in item.run.links if is_main(span)]
    return bool(links) and all(_is_role_in(span, item.run) for span in links)


def _is_role_in(span: Span, run: Run) -> bool:
    if span.form == "bare" or not span.has_words:
        return is_role(_label(span, run))
    return is_role(span.text)


def _label(span: Span, run: Run) -> str:
    before = run.spans[: run.spans.index(span)]
    return "".join(part.text for part in before if part.kind != "link").strip(" :-*：")


def _fields(item: Item) -> Iterator[tuple[Span, str]]:
    if item.run is not None:
        for span in filter(is_main, item.run.links):
            label = _label(span, item.run) if span.form == "bare" else ""
            yield span, role(Span("link", label, "", span.url)) if label else role(span)


def _role_links(block: Block) -> Iterator[tuple[Span, str]]:
    """Yield the links in a further paragraph of an item that are called by their roles."""
    if isinstance(block, Paragraph):
        for span in filter(is_main, block.run.links):
            if span.form != "bare" and is_role(span.text):
                yield span, role(span)


def _leads_inside(item: Item) -> bool:
    """Whether all of an item's links lead to headings of the document, as in a table of contents."""
    links = item.run.links if item.run is not None else []
    return bool(links) and all(span.url.startswith("#") for span in links)


def _is_entry_line(run: Run) -> bool:
    """Whether a line is a link alone, or a link and a description behind a separator."""
    number = next((n for n, span in enumerate(run.spans) if is_main(span)), None)
    if number is None or not run.spans[number].has_words:
        return False
    before = "".join(span.source for span in run.spans[:number])
    return (
        is_prefix(before)
        and run.spans[number].form != "bare"
        and (not _rest_of(run, number) or _follows(run))
    )


def _rest_of(run: Run, number: int) -> str:
    return "".join(span.source for span in run.spans[number + 1 :]).strip().strip("*_")


def _follows(run: Run) -> bool:
    """Whether a separator and a text follow the first link."""
    number = next(n for n, span in enumerate(run.spans) if span.kind == "link")
    rest = _rest_of(run, number)
    return description(rest) != one_line(rest)
