"""A Markdown list with facts: a suffix behind its bullets, columns in its tables, the rest as it stands."""

import re
from collections.abc import Iterator, Sequence

from lmsys_enrich.model.catalog import Document, Entry, Spot
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.fact_words import COLUMNS, status, suffix
from lmsys_enrich.outputs.markdown_text import quoted

_BARS = re.compile(r"(?<!\\)\|")
_LINE_END = re.compile(r"[ \t\r]*$")


def enriched_document(report: Report, document: Document) -> str:
    """Return the document; every byte of it that is not a fact is as it was."""
    entries = {placed.entry.id: placed.entry for placed in report.catalogs[0].placed()}
    lines = document.text.split("\n")
    for table in _tables(document.spots):
        _add_columns(lines, table, report, entries)
    for spot in document.spots:
        if spot.kind == "bullet":
            _put(lines, spot.line, suffix(report, entries[spot.entry]))
    text = "\n".join(lines)
    return f"{quoted(report.notice)}\n\n{text}" if report.notice else text


def _put(lines: list[str], line: int, text: str) -> None:
    """Put text behind a line, before its trailing blanks."""
    end = _LINE_END.search(lines[line - 1])
    at = end.start() if end else len(lines[line - 1])
    lines[line - 1] = lines[line - 1][:at] + text + lines[line - 1][at:]


def _tables(spots: Sequence[Spot]) -> Iterator[list[Spot]]:
    table: list[Spot] = []
    for spot in spots:
        if spot.kind == "header":
            if table:
                yield table
            table = [spot]
        elif spot.kind in {"rule", "row"} and table:
            table.append(spot)
    if table:
        yield table


def _add_columns(lines: list[str], table: Sequence[Spot], report: Report, entries: dict[str, Entry]) -> None:
    rows = [entries[spot.entry] for spot in table if spot.kind == "row"]
    if not any(status(report, entry) for entry in rows):
        return
    shown = [column for column in COLUMNS if any(column.words(report.repository(entry)) for entry in rows)]
    width = len(_BARS.split(lines[table[0].line - 1].strip().strip("|")))
    for spot in table:
        match spot.kind:
            case "header":
                cells = [*(column.title for column in shown), "Status"]
            case "rule":
                cells = [*(column.side for column in shown), "---"]
            case _:
                entry = entries[spot.entry]
                facts = report.repository(entry)
                cells = [*(column.words(facts) for column in shown), status(report, entry)]
        _add_cells(lines, spot.line, cells, width)


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
