"""`enriched.md`: the list as a reader sees it, in the layout of its source, with what is known."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lmsys_enrich.model.catalog import Catalog, Cell, Column, Entry, Section
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.fact_words import last_commit, licence, remarks, stars, status
from lmsys_enrich.outputs.markdown_text import address, escaped, in_cell, link, quoted, table

_DEEPEST_HEADING = 6
_FACTS: tuple[tuple[str, str, Callable[[Repository | None], str]], ...] = (
    ("Stars", "---:", stars),
    ("Licence", "---", licence),
    ("Last commit", "---", last_commit),
)


def enriched_md(report: Report) -> Mapping[str, str]:
    """Return the file; it carries no time of the run, nor any other word that changes by itself."""
    catalog = report.catalogs[0]
    page = _Page(report, {entry.id: entry for entry in _named(catalog)})
    return {"enriched.md": "\n\n".join([part for part in page.parts(catalog) if part]) + "\n"}


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
        if section.columns:
            yield self._table(section)
        else:
            yield "\n".join(self._bullet(entry) for entry in section.entries)
        for inner in section.sections:
            yield from self._section(inner, level + 1)

    def _table(self, section: Section) -> str:
        columns = section.columns
        if not any(column.key == "name" for column in columns):
            columns = (Column("name", "Name"), *columns)
        facts = {entry.id: self.report.repository(entry) for entry in section.entries}
        shown = [fact for fact in _FACTS if any(map(fact[2], facts.values()))]
        has_status = any(entry.links for entry in section.entries)
        rows = (
            [
                *(self._cell(entry, column, columns) for column in columns),
                *(words(facts[entry.id]) for _, _, words in shown),
                *([status(self.report, entry)] if has_status else []),
            ]
            for entry in section.entries
        )
        titles = [*(escaped(column.title) for column in columns), *(title for title, _, _ in shown)]
        aligned = [*(_aligned(section, column) for column in columns), *(side for _, side, _ in shown)]
        if has_status:
            titles, aligned = [*titles, "Status"], [*aligned, "---"]
        return table(titles, aligned, rows)

    def _cell(self, entry: Entry, column: Column, columns: Sequence[Column]) -> str:
        if column.key == "name":
            return f"{self._name(entry)}{self._further(entry, columns)}"
        if column.key == "id":
            return entry.id
        written = entry.cells.get(column.key)
        for known in entry.links:
            if known.role == column.key and written is None:
                return link(known.role, known.url)
        return self._written(column.key, written)

    def _bullet(self, entry: Entry) -> str:
        aside = [self._written(key, cell) for key, cell in entry.cells.items() if key != "description"]
        aside = [text for text in aside if text]
        description = entry.cells.get("description")
        return "".join(
            [
                f"- {self._name(entry)}{self._further(entry, ())}",
                f" ({', '.join(aside)})" if aside else "",
                f" - {in_cell(str(description))}" if description else "",
                self._suffix(entry),
            ]
        )

    def _suffix(self, entry: Entry) -> str:
        facts = self.report.repository(entry)
        count, commit = stars(facts), last_commit(facts)
        known = [f"★ {count}" if count else "", licence(facts), commit, remarks(self.report, entry)]
        words = " · ".join(word for word in known if word)
        return f" · {words}" if words else ""

    def _name(self, entry: Entry) -> str:
        anchor = f'<span id="{entry.id}"></span>' if entry.id_is_written else ""
        return anchor + (link(entry.name, entry.url) if entry.url else escaped(entry.name))

    def _further(self, entry: Entry, columns: Sequence[Column]) -> str:
        """Return the entry's links besides the main one, but for those that have a column."""
        has_column = {column.key for column in columns}
        links = [
            link(known.role, known.url)
            for known in entry.links[entry.url is not None :]
            if known.role not in has_column
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
