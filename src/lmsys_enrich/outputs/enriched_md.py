"""`enriched.md`: the list as a reader sees it, in the layout of its source, with what is known."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmsys_enrich.lists.identifiers import role_of
from lmsys_enrich.model.catalog import Catalog, Cell, Column, Entry, Link, Section
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.enriched_document import enriched_document
from lmsys_enrich.outputs.fact_words import COLUMNS, status, suffix
from lmsys_enrich.outputs.markdown_text import address, escaped, in_cell, link, quoted, table

_DEEPEST_HEADING = 6
# What lists have around an entry, each in its own place.
_AROUND = frozenset({"prefix", "marks", "tags", "parent", "description"})


def enriched_md(report: Report) -> Mapping[str, str]:
    """Return the file; it carries no time of the run, nor any other word that changes by itself."""
    catalog = report.catalogs[0]
    if catalog.document is not None:
        return {"enriched.md": enriched_document(report, catalog.document)}
    page = _Page(report, {entry.id: entry for entry in _named(catalog)})
    return {"enriched.md": "\n\n".join([part for part in page.parts(catalog) if part]) + "\n"}


def section_md(report: Report, section: Section) -> str:
    """Return the entries of one section, as they stand in the file."""
    page = _Page(report, {entry.id: entry for entry in _named(report.catalogs[0])})
    return page.entries(section)


@dataclass(frozen=True, slots=True)
class _Page:
    """What is needed everywhere on the page; `named` are the entries that others refer to."""

    report: Report
    named: Mapping[str, Entry]

    def parts(self, catalog: Catalog) -> Iterator[str]:
        yield f"# {escaped(catalog.title)}"
        yield quoted(self.report.notice) if self.report.notice else ""
        yield catalog.description
        for section in catalog.sections:
            yield from self._section(section, 2)

    def _section(self, section: Section, level: int) -> Iterator[str]:
        yield f"{'#' * min(level, _DEEPEST_HEADING)} {escaped(section.title)}"
        yield section.text
        yield self.entries(section)
        for inner in section.sections:
            yield from self._section(inner, level + 1)

    def entries(self, section: Section) -> str:
        """Return a table where the section has columns, else bullets."""
        return self._table(section) if section.columns else "\n".join(self._bullets(section.entries))

    def _table(self, section: Section) -> str:
        columns = section.columns
        if not any(column.key == "name" for column in columns):
            columns = (Column("name", "Name"), *columns)
        facts = {entry.id: self.report.repository(entry) for entry in section.entries}
        shown = [column for column in COLUMNS if any(map(column.words, facts.values()))]
        has_status = any(status(self.report, entry) for entry in section.entries)
        rows = (
            [
                *(self._cell(entry, column, columns) for column in columns),
                *(column.words(facts[entry.id]) for column in shown),
                *([status(self.report, entry)] if has_status else []),
            ]
            for entry in section.entries
        )
        titles = [*(escaped(column.title) for column in columns), *(column.title for column in shown)]
        aligned = [*(_aligned(section, column) for column in columns), *(column.side for column in shown)]
        if has_status:
            titles, aligned = [*titles, "Status"], [*aligned, "---"]
        return table(titles, aligned, rows)

    def _cell(self, entry: Entry, column: Column, columns: Sequence[Column]) -> str:
        if column.key == "name":
            return self._named(entry, columns)
        if column.key == "id":
            return entry.id
        written = entry.cells.get(column.key)
        for known in entry.links:
            if known.role == column.key and written is None:
                return link(known.role, known.url)
        return self._written(column.key, written)

    def _bullets(self, entries: Sequence[Entry]) -> Iterator[str]:
        """Yield the lines of a bullet list; an entry stands below its parent, if that is listed before it."""
        depths: dict[str, int] = {}
        for entry in entries:
            parent = entry.cells.get("parent")
            depths[entry.id] = depths[str(parent)] + 1 if str(parent) in depths else 0
            yield "  " * depths[entry.id] + self._bullet(entry)

    def _bullet(self, entry: Entry) -> str:
        aside = [self._written(key, cell) for key, cell in entry.cells.items() if key not in _AROUND]
        description, tags = (in_cell(str(entry.cells.get(key) or "")) for key in ("description", "tags"))
        return "".join(
            [
                f"- {self._named(entry, ())}",
                f" ({', '.join(filter(None, aside))})" if any(aside) else "",
                f" - {description}" if description else "",
                f" {tags}" if tags else "",
                suffix(self.report, entry),
            ]
        )

    def _named(self, entry: Entry, columns: Sequence[Column]) -> str:
        """Return the name with what stands before and behind it."""
        prefix, marks = (in_cell(str(entry.cells.get(key) or "")) for key in ("prefix", "marks"))
        parts = [prefix, self._name(entry), marks]
        return " ".join(part for part in parts if part) + self._further(entry, columns)

    def _name(self, entry: Entry) -> str:
        anchor = f'<span id="{entry.id}"></span>' if entry.id_is_written else ""
        return anchor + (link(entry.name, entry.url) if entry.url else escaped(entry.name))

    def _further(self, entry: Entry, columns: Sequence[Column]) -> str:
        """Return the entry's links besides the main one, but for those that are seen elsewhere."""
        has_column = {column.key for column in columns}
        shown = [str(cell) for key, cell in entry.cells.items() if not columns or key in has_column | _AROUND]
        links = [
            link(known.role, known.url)
            for known in entry.links[entry.url is not None :]
            if known.role not in has_column and not any(_is_in(known, text) for text in shown)
        ]
        return f" ({', '.join(links)})" if links else ""

    def _written(self, key: str, cell: Cell) -> str:
        if isinstance(cell, bool):
            return "✔" if cell else "✗"
        if key == "framework" and isinstance(cell, str) and cell in self.named:
            return f"[{escaped(self.named[cell].name)}](#{address(cell)})"
        return "" if cell is None else in_cell(str(cell))


def _named(catalog: Catalog) -> Iterator[Entry]:
    return (placed.entry for placed in catalog.placed() if placed.entry.id_is_written)


def _aligned(section: Section, column: Column) -> str:
    """Return how a column stands: flags and years in the middle, as readers compare them down the page."""
    cells = [cell for entry in section.entries if (cell := entry.cells.get(column.key)) is not None]
    flags = bool(cells) and all(isinstance(cell, bool) for cell in cells)
    return ":---:" if flags or column.key == "year" else "---"


def _is_in(known: Link, markdown: str) -> bool:
    """Whether a text has the link already, by a name that makes the same role of it."""
    if known.url not in markdown:
        return False
    texts = re.findall(rf"(\[!)?\[([^\[\]]*)\](?:\([^()]*\)\])?\(<?{re.escape(known.url)}", markdown)
    roles = {"badge" if picture else role_of(text) for picture, text in texts}
    return known.role in roles or re.sub(r"-\d+$", "", known.role) in roles
