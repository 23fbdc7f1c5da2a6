"""`enriched.md`: the list as readers see it, with its facts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice

from lmsys_enrich.lists.identifiers import role_of
from lmsys_enrich.model.catalog import Catalog, Cell, Column, Document, Entry, InsertionPoint, Link, Section
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.outputs.fact_words import COLUMNS, status, suffix
from lmsys_enrich.outputs.text import Streamed, Text, address, encoded, escaped, in_cell, link, quoted, table
from lmsys_enrich.values import Value

# Cells that bullets show around the name, each at its own position.
_AROUND = frozenset({"prefix", "marks", "tags", "parent", "description"})


class EntryWords(Value):
    """Entries as Markdown; `named` are those that others refer to by id."""

    named: Mapping[str, Entry]

    def bullet(self, item: EnrichedEntry) -> str:
        """Return the text of a bullet, without its dash."""
        entry, cells = item.entry, item.entry.cells
        name = self._name(entry, frozenset())
        if not cells:
            return name + suffix(item)
        aside = [self._written(key, cell) for key, cell in cells.items() if key not in _AROUND]
        description, tags = _cell(cells, "description"), _cell(cells, "tags")
        return "".join(
            [
                name,
                f" ({', '.join(filter(None, aside))})" if any(aside) else "",
                f" - {description}" if description else "",
                f" {tags}" if tags else "",
                suffix(item),
            ]
        )

    def cell(self, entry: Entry, column: Column, columns: AbstractSet[str]) -> str:
        """Return the cell of an entry in a column of a table with these `columns`."""
        if column.key == "name":
            return self._name(entry, columns)
        if column.key == "id":
            return entry.id
        written = entry.cells.get(column.key)
        for further in entry.links:
            if further.role == column.key and written is None:
                return link(further.role, further.url)
        return self._written(column.key, written)

    def _name(self, entry: Entry, columns: AbstractSet[str]) -> str:
        """Return the name with its prefix, marks and further links."""
        url = entry.url
        name = link(entry.name, url) if url else escaped(entry.name)
        if entry.id_is_written:
            name = f'<span id="{entry.id}"></span>{name}'
        if entry.cells:
            parts = [_cell(entry.cells, "prefix"), name, _cell(entry.cells, "marks")]
            name = " ".join(part for part in parts if part)
        further = entry.links[url is not None :]
        return name + _further(further, entry.cells, columns) if further else name

    def _written(self, key: str, cell: Cell) -> str:
        if isinstance(cell, bool):
            return "✔" if cell else "✗"
        if key == "framework" and isinstance(cell, str) and cell in self.named:
            return f"[{escaped(self.named[cell].name)}](#{address(cell)})"
        return "" if cell is None else in_cell(str(cell))


def words_of(catalog: Catalog) -> EntryWords:
    """Return the writer of a list's entries."""
    return EntryWords({entry.id: entry for entry in _entries(catalog.sections) if entry.id_is_written})


def _entries(sections: Sequence[Section]) -> Iterator[Entry]:
    for section in sections:
        yield from section.entries
        yield from _entries(section.sections)


def _cell(cells: Mapping[str, Cell], key: str) -> str:
    cell = cells.get(key)
    return in_cell(str(cell)) if cell else ""


def _further(links: Sequence[Link], cells: Mapping[str, Cell], columns: AbstractSet[str]) -> str:
    """Return the entry's links besides the main one, without those that other cells show."""
    shown = [str(cell) for key, cell in cells.items() if not columns or key in columns or key in _AROUND]
    # A link in a cell of its own column has its role from the column when it is read again.
    in_columns = [str(cell) for key, cell in cells.items() if key in columns]
    further = [
        link(one.role, one.url)
        for one in links
        if one.role not in columns
        and not any(_is_in(one, text) for text in shown)
        and not any(f"]({one.url})" in text for text in in_columns)
    ]
    return f" ({', '.join(further)})" if further else ""


def _is_in(wanted: Link, markdown: str) -> bool:
    """Return whether a text has the link already, under a name that gives the same role."""
    if wanted.url not in markdown:
        return False
    texts = re.findall(rf"(\[!)?\[([^\[\]]*)\](?:\([^()]*\)\])?\(<?{re.escape(wanted.url)}", markdown)
    roles = {"badge" if picture else role_of(text) for picture, text in texts}
    return wanted.role in roles or re.sub(r"-\d+$", "", wanted.role) in roles


_BARS = re.compile(r"(?<!\\)\|")


def enriched_document(report: Report, document: Document) -> str:
    """Return the document; every byte of it that is not a fact is as it was."""
    entries = {item.entry.id: item for item in report.entries}
    lines = document.text.split("\n")
    for rows in _tables(document.insertion_points):
        _add_columns(lines, rows, entries)
    for insertion_point in document.insertion_points:
        if insertion_point.kind == "bullet":
            _put(lines, insertion_point.line, suffix(entries[insertion_point.entry]))
    text = "\n".join(lines)
    return f"{quoted(report.notice)}\n\n{text}" if report.notice else text


def _put(lines: list[str], line: int, text: str) -> None:
    """Append text to a line, before its trailing blanks."""
    whole = lines[line - 1]
    at = len(whole.rstrip(" \t\r"))
    lines[line - 1] = whole[:at] + text + whole[at:]


def _tables(insertion_points: Sequence[InsertionPoint]) -> Iterator[list[InsertionPoint]]:
    table: list[InsertionPoint] = []
    for insertion_point in insertion_points:
        if insertion_point.kind == "header":
            if table:
                yield table
            table = [insertion_point]
        elif insertion_point.kind in {"rule", "row"} and table:
            table.append(insertion_point)
    if table:
        yield table


def _add_columns(
    lines: list[str], table: Sequence[InsertionPoint], entries: dict[str, EnrichedEntry]
) -> None:
    rows = [entries[insertion_point.entry] for insertion_point in table if insertion_point.kind == "row"]
    if not any(map(status, rows)):
        return
    shown = [column for column in COLUMNS if any(column.words(item.facts) for item in rows)]
    width = len(_BARS.split(lines[table[0].line - 1].strip().strip("|")))
    for insertion_point in table:
        match insertion_point.kind:
            case "header":
                cells = [*(column.title for column in shown), "Status"]
            case "rule":
                cells = [*(column.side for column in shown), "---"]
            case _:
                item = entries[insertion_point.entry]
                cells = [*(column.words(item.facts) for column in shown), status(item)]
        _add_cells(lines, insertion_point.line, cells, width)


def _add_cells(lines: list[str], line: int, cells: Sequence[str], width: int) -> None:
    """Add cells to a row that has as many as the header or fewer; one that has more is left alone."""
    text = lines[line - 1].rstrip()
    has_end = text.endswith("|") and not text.endswith("\\|")
    bare = text.strip()
    count = len(_BARS.split(bare.removeprefix("|"))) - (1 if has_end else 0)
    if count > width:
        return
    missing = "".join(" |" for _ in range(width - count))
    _put(lines, line, f"{'' if has_end else ' |'}{missing} {' | '.join(cells)} |")


_DEEPEST_HEADING = 6


def enriched_md(report: Report) -> Mapping[str, Text]:
    """Return the file; it carries no time of the run, nor any other word that changes by itself."""
    [catalog] = report.catalogs
    if catalog.document is not None:
        return {"enriched.md": enriched_document(report, catalog.document)}
    return {"enriched.md": Streamed(lambda: _joined(_blocks(report)))}


def section_md(report: Report, section: Section) -> str:
    """Return the entries of one section as in the file."""
    entries = {item.entry.id: item for item in report.entries}
    own = [entries[entry.id] for entry in section.entries]
    return b"".join(_SectionWriter(words_of(report.catalogs[0])).entries(section, own)).decode("utf-8")


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
    yield (encoded(f"# {escaped(catalog.title)}"),)
    yield (encoded(quoted(report.notice)) if report.notice else b"",)
    yield (encoded(catalog.description),)
    writer = _SectionWriter(words_of(catalog))
    entries = iter(report.entries)
    for section in catalog.sections:
        yield from writer.section(section, 2, entries)


class _SectionWriter(Value):
    """Sections as Markdown: headings, and tables or bullets of entries."""

    words: EntryWords

    def section(
        self, section: Section, level: int, entries: Iterator[EnrichedEntry]
    ) -> Iterator[Iterable[bytes]]:
        """Yield the blocks of a section and of those within it, in the order of the list."""
        yield (encoded(f"{'#' * min(level, _DEEPEST_HEADING)} {escaped(section.title)}"),)
        yield (encoded(section.text),)
        yield self.entries(section, [*islice(entries, len(section.entries))])
        for inner in section.sections:
            yield from self.section(inner, level + 1, entries)

    def entries(self, section: Section, entries: Sequence[EnrichedEntry]) -> Iterable[bytes]:
        """Return a table where the section has columns, else bullets."""
        return (encoded(self._table(section, entries)),) if section.columns else self._bullets(entries)

    def _table(self, section: Section, entries: Sequence[EnrichedEntry]) -> str:
        columns = section.columns
        if not any(column.key == "name" for column in columns):
            columns = (Column("name", "Name"), *columns)
        keys = frozenset(column.key for column in columns)
        shown = [column for column in COLUMNS if any(column.words(item.facts) for item in entries)]
        has_status = any(map(status, entries))
        rows = (
            [
                *(self.words.cell(item.entry, column, keys) for column in columns),
                *(column.words(item.facts) for column in shown),
                *([status(item)] if has_status else []),
            ]
            for item in entries
        )
        titles = [*(escaped(column.title) for column in columns), *(column.title for column in shown)]
        aligned = [*(_aligned(section, column) for column in columns), *(column.side for column in shown)]
        if has_status:
            titles, aligned = [*titles, "Status"], [*aligned, "---"]
        return table(titles, aligned, rows)

    def _bullets(self, entries: Iterable[EnrichedEntry]) -> Iterator[bytes]:
        """Yield the lines of a bullet list; an entry is nested below its parent if that comes before it."""
        depths: dict[str, int] = {}
        line_end = ""
        for item in entries:
            parent = str(item.entry.cells.get("parent"))
            depth = depths[item.entry.id] = depths[parent] + 1 if parent in depths else 0
            yield encoded(f"{line_end}{'  ' * depth}- {self.words.bullet(item)}")
            line_end = "\n"


def _aligned(section: Section, column: Column) -> str:
    """Return the alignment of a column: flags and years are centred, as readers compare them downwards."""
    cells = [cell for entry in section.entries if (cell := entry.cells.get(column.key)) is not None]
    flags = bool(cells) and all(isinstance(cell, bool) for cell in cells)
    return ":---:" if flags or column.key == "year" else "---"
