"""Reader of Markdown lists: sections and entries from a document's blocks, and every other link of it."""

import re
from collections.abc import Sequence
from pathlib import Path

from lmsys_enrich.lists.markdown.assembly import Assembly
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
    front_title,
    parse_blocks,
    walk_texts,
)
from lmsys_enrich.lists.markdown.comments import exemption_in, without_facts, without_mdx
from lmsys_enrich.lists.markdown.document_links import DocumentLinks
from lmsys_enrich.lists.markdown.entries import EntryBuilder, read_entry
from lmsys_enrich.lists.markdown.folded import HtmlReader
from lmsys_enrich.lists.markdown.items import (
    are_fields,
    entry_lines,
    fields_of,
    has_fields,
    has_link,
    is_field,
    is_title,
    leads_inside,
    mark_roles,
    names_by_paragraph,
)
from lmsys_enrich.lists.markdown.outline import Outline
from lmsys_enrich.lists.markdown.phrases import clean, is_way_back
from lmsys_enrich.lists.markdown.runs import Run
from lmsys_enrich.lists.markdown.tables import Cells, read_table
from lmsys_enrich.model.catalog import Catalog, Location
from lmsys_enrich.model.document import Document, InsertionPoint

_LINE_END = re.compile(r"\r\n?")
_LONGEST_LINE = 100_000  # characters; no reader follows such a line, and parsing it would take long
_OVERLONG = f"longer than {_LONGEST_LINE:,} characters, so it is not read; split it into several lines"
_GROUP = 7  # level of the first section that a bullet makes, below those of headings


def read_markdown(text: str, path: Path) -> Catalog:
    """Return the list; `path` is its name, and where its local links start from."""
    return _Reader(text, path).catalog()


class _Reader:
    """Reads the blocks of one document from top to bottom."""

    def __init__(self, text: str, path: Path) -> None:
        self._text = without_facts(text)
        self._path = path
        plain = _LINE_END.sub("\n", self._text.removeprefix("\ufeff"))
        if path.suffix.lower() == ".mdx":
            plain = without_mdx(plain)
        self._front = front_matter(plain)
        lines = plain.split("\n")
        overlong = [number for number, line in enumerate(lines) if len(line) > _LONGEST_LINE]
        for number in overlong:
            lines[number] = ""
        self._parsed = parse_blocks("\n".join(lines) if overlong else plain)
        self._outside = DocumentLinks(self._parsed, lines, path)
        mark_roles([*self._outside.runs()])
        self._outline = Outline(path, self._outside)
        self._html = HtmlReader(self._outline, self._table)
        for number in overlong:
            self._outline.remark(Location(str(path), number + 1, 1), _OVERLONG)

    def catalog(self) -> Catalog:
        """Return the whole list."""
        self._blocks(self._parsed.blocks)
        self._outline.exempt(None)
        title = self._outline.title or front_title(self._front) or self._path.stem
        sections = Assembly(self._outline, self._outside).sections(title)
        document = Document(self._text, tuple(sorted(self._outline.points, key=lambda point: point.line)))
        outside = self._outside.links()
        remarks = sorted(
            [*self._outline.remarks, *self._outside.remarks],
            key=lambda remark: (remark.location.line, remark.location.column),
        )
        return Catalog(
            title,
            self._path,
            self._outline.text,
            sections,
            document,
            tuple(remarks),
            document_links=outside,
            repeats=tuple(self._outline.repeats),
            front_matter=self._front.rstrip(),
            left_out=tuple(sorted(self._outline.left_out, key=lambda remark: remark.location.line)),
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
                    self._outline.exempt(None)
                case Table():
                    self._table(Cells((*block.header,), block.rows), "row")
                    self._remark_surplus(block)
                    self._outline.exempt(None)
                case Html():
                    self._html_block(block)
                case Quote():
                    # Its links are the document's.
                    self._outline.leave_out(run for _, run in walk_texts([block]) if isinstance(run, Run))
            before = block

    def _heading(self, heading: Heading) -> None:
        title = heading.run.text
        self._outline.remark_exemption(heading.run)
        if heading.level == 1 and self._outline.title is None and not self._outline.has_sections:
            self._outline.title = title or self._path.stem
            return
        name = title or next((link.text for link in heading.run.links if link.text), "") or "(untitled)"
        self._outline.begin(name, heading.level, heading.run.line, heading.run)

    def _paragraph(self, run: Run) -> None:
        here = self._outline.here
        text = run.text
        if is_way_back(text) or not (text or run.links):
            return
        if self._outline.is_in_section and here.has_entries and (found := entry_lines(run)):
            for line in found:
                self._outline.add(read_entry(line), line.line, "paragraph", run=line)
            return
        self._outline.remark_exemption(run)
        last = self._outline.last
        if last is None:
            here.paragraphs.append(run)
        elif last.kind == "paragraph" and not last.cells and "\n" not in run.source:
            last.builder.describe(run)
        else:
            here.between.append(run)  # text of the next table; before other entries it stays in the source

    def _html_block(self, block: Html) -> None:
        exemption, problem = exemption_in(block.text)
        if problem:
            self._outline.remark(self._outline.at(block.line), problem)
        if exemption is not None:
            self._outline.exempt(exemption, block.line)
        self._html.read(self._outside.html(block).events)

    # Lists

    def _is_fields(self, block: Items, before: Block | None) -> bool:
        """Read a list of an entry's links, as `- Paper: https://…`, below its title or heading."""
        here = self._outline.here
        if not here.has_entries or not are_fields(block):
            return False
        owner = self._html.owner
        if owner is None and isinstance(before, Paragraph) and is_title(before.run):
            run = before.run
            if here.paragraphs and here.paragraphs[-1] is run:
                here.paragraphs.pop()
            owner = self._outline.add(EntryBuilder(clean(run.text)), run.line, "paragraph")
        if owner is None:
            return self._outline.defer(block)
        self._take_fields(self._outline.found[owner].builder, block)
        return True

    @staticmethod
    def _take_fields(builder: EntryBuilder, block: Items) -> None:
        for item in block.items:
            if item.run is not None and is_field(item):
                builder.take_fields(fields_of(item.run))
            elif item.run is not None:
                builder.describe(item.run, is_item=True)

    def _items(self, block: Items, parent: int | None) -> None:
        if not self._outline.here.has_entries or all(map(leads_inside, block.items)):
            return
        are_entries = any(map(has_link, block.items))
        for item in block.items:
            self._item(item, parent, are_entries=are_entries)

    def _item(self, item: Item, parent: int | None, *, are_entries: bool) -> None:
        if item.run is None:
            for block in item.blocks:
                if isinstance(block, Items):
                    self._items(block, parent)
                else:
                    self._blocks([block])
            return
        text = item.run.text
        own = read_entry(item.run)
        if not own.links and is_way_back(text):
            return
        is_above_fields = bool(own.name) and any(map(are_fields, item.blocks))
        if own.links or is_above_fields or names_by_paragraph(item):
            number = self._outline.add(own, item.line, "bullet", parent=parent, run=item.run)
            self._below(item, own, number)
        elif text and any(isinstance(block, Items | Table) for block in item.blocks):
            self._group(text, item)
        elif own.name and not leads_inside(item) and (are_entries or self._is_described(own)):
            self._outline.add(own, item.line, "bullet", parent=parent, run=item.run)
        elif text and parent is not None and not item.blocks:
            self._outline.found[parent].builder.describe(item.run, is_item=True)
        elif text and not leads_inside(item):
            self._outline.remark(self._outline.at(item.line), f"not read as an entry: {text[:60]}")

    def _is_described(self, builder: EntryBuilder) -> bool:
        """Return whether an item of a section has a name and a description."""
        return "description" in builder.cells and self._outline.is_in_section

    def _below(self, item: Item, builder: EntryBuilder, number: int) -> None:
        """Read the content below an entry: its fields, further entries, tables and HTML."""
        for block in item.blocks:
            if isinstance(block, Items) and has_fields(block):
                self._take_fields(builder, block)
            elif isinstance(block, Items):
                self._items(block, number)
            elif isinstance(block, Paragraph) and not is_way_back(block.run.text):
                builder.describe(block.run)
            elif isinstance(block, Table | Html):
                self._blocks([block])

    def _group(self, text: str, item: Item) -> None:
        """Make a bullet without a link a section of the bullets below it."""
        level = max(self._outline.here.level + 1, _GROUP)
        self._outline.begin(text.rstrip(":"), level, item.line)
        self._blocks(item.blocks)
        self._outline.end(level)

    # Tables

    def _table(self, table: Cells, kind: str) -> None:
        outline = self._outline
        if not outline.here.has_entries:
            return
        line = table.header[0].line
        read = read_table(table)
        outline.begin_table(read.columns, line)
        if kind == "row":
            outline.points += [InsertionPoint(line, "header"), InsertionPoint(line + 1, "rule")]
        for placeholder in read.placeholders:
            outline.remark(outline.at(placeholder), "a placeholder row")
        for row in read.rows:
            outline.add(row.builder, row.line, kind, cells=row.cells, source=row.source)

    def _remark_surplus(self, table: Table) -> None:
        for cells in table.surplus.values():
            if any(cell.text or cell.links for cell in cells):
                location = self._outline.at(cells[0].line)
                self._outline.remark(
                    location, "a row with more cells than its header: GitHub hides the extra ones"
                )
