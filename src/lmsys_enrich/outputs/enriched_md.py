"""`enriched.md`: the list as a reader sees it, in the layout of its source, with what is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from lmsys_enrich.model.catalog import Column, Section
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.outputs.enriched_document import enriched_document
from lmsys_enrich.outputs.entry_md import EntryWords, words_of
from lmsys_enrich.outputs.fact_words import COLUMNS, status
from lmsys_enrich.outputs.markdown_text import escaped, quoted, table
from lmsys_enrich.outputs.protocol import Entrywise, Piece, Streamed, Text, encoded
from lmsys_enrich.values import Value

_DEEPEST_HEADING = 6


def _piece(report: Report) -> Piece:
    """Make bullets; a row of a table has a place for what is known of others, so that it is no piece."""
    bullet = words_of(report.catalogs[0]).bullet
    return lambda known: encoded(bullet(known))


def _has_bullets(report: Report) -> bool:
    return report.catalogs[0].document is None


def _files(report: Report, piece: Piece) -> Mapping[str, Text]:
    """Return the file; it carries no time of the run, nor any other word that changes by itself."""
    [catalog] = report.catalogs
    if catalog.document is not None:
        return {"enriched.md": enriched_document(report, catalog.document)}
    page = _Page(words_of(catalog), piece)
    return {"enriched.md": Streamed(lambda: _joined(page.parts(report)))}


enriched_md = Entrywise(_piece, _files, _has_bullets)


def section_md(report: Report, section: Section) -> str:
    """Return the entries of one section, as they stand in the file."""
    page = _Page(words_of(report.catalogs[0]), _piece(report))
    entries = {known.entry.id: known for known in report.entries}
    own = [entries[entry.id] for entry in section.entries]
    return b"".join(page.entries(section, own)).decode("utf-8")


def _joined(parts: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the parts that there are with an empty line between them."""
    before = b""
    for part in parts:
        for piece in filter(None, part):
            yield before + piece
            before = b""
        before = before or b"\n\n"
    yield b"\n"


class _Page(Value):
    """The file in parts."""

    words: EntryWords
    bullet: Piece

    def parts(self, report: Report) -> Iterator[Iterable[bytes]]:
        """Yield what stands in the file, with an empty line between any two."""
        [catalog] = report.catalogs
        yield (encoded(f"# {escaped(catalog.title)}"),)
        yield (encoded(quoted(report.notice)) if report.notice else b"",)
        yield (encoded(catalog.description),)
        entries = iter(report.entries)
        for section in catalog.sections:
            yield from self._section(section, 2, entries)

    def _section(
        self, section: Section, level: int, entries: Iterator[EnrichedEntry]
    ) -> Iterator[Iterable[bytes]]:
        yield (encoded(f"{'#' * min(level, _DEEPEST_HEADING)} {escaped(section.title)}"),)
        yield (encoded(section.text),)
        yield self.entries(section, [*islice(entries, len(section.entries))])
        for inner in section.sections:
            yield from self._section(inner, level + 1, entries)

    def entries(self, section: Section, entries: Sequence[EnrichedEntry]) -> Iterable[bytes]:
        """Return a table where the section has columns, else bullets."""
        return (encoded(self._table(section, entries)),) if section.columns else self._bullets(entries)

    def _table(self, section: Section, entries: Sequence[EnrichedEntry]) -> str:
        columns = section.columns
        if not any(column.key == "name" for column in columns):
            columns = (Column("name", "Name"), *columns)
        keys = frozenset(column.key for column in columns)
        shown = [column for column in COLUMNS if any(column.words(known.facts) for known in entries)]
        has_status = any(map(status, entries))
        rows = (
            [
                *(self.words.cell(known.entry, column, keys) for column in columns),
                *(column.words(known.facts) for column in shown),
                *([status(known)] if has_status else []),
            ]
            for known in entries
        )
        titles = [*(escaped(column.title) for column in columns), *(column.title for column in shown)]
        aligned = [*(_aligned(section, column) for column in columns), *(column.side for column in shown)]
        if has_status:
            titles, aligned = [*titles, "Status"], [*aligned, "---"]
        return table(titles, aligned, rows)

    def _bullets(self, entries: Iterable[EnrichedEntry]) -> Iterator[bytes]:
        """Yield the lines of a bullet list; an entry stands below its parent, if that is listed before it."""
        depths: dict[str, int] = {}
        line_end = b""
        for known in entries:
            parent = str(known.entry.cells.get("parent"))
            depth = depths[known.entry.id] = depths[parent] + 1 if parent in depths else 0
            yield b"%s%s- %s" % (line_end, b"  " * depth, self.bullet(known))
            line_end = b"\n"


def _aligned(section: Section, column: Column) -> str:
    """Return how a column stands: flags and years in the middle, as readers compare them down the page."""
    cells = [cell for entry in section.entries if (cell := entry.cells.get(column.key)) is not None]
    flags = bool(cells) and all(isinstance(cell, bool) for cell in cells)
    return ":---:" if flags or column.key == "year" else "---"
