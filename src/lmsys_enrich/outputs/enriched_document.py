"""A Markdown list with facts: a suffix behind its bullets, columns in its tables, the rest as it stands."""

import re
from collections.abc import Iterator, Sequence

from lmsys_enrich.model.catalog import Document, InsertionPoint
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.outputs.fact_words import COLUMNS, status, suffix
from lmsys_enrich.outputs.markdown_text import quoted

_BARS = re.compile(r"(?<!\\)\|")


def enriched_document(report: Report, document: Document) -> str:
    """Return the document; every byte of it that is not a fact is as it was."""
    entries = {known.entry.id: known for known in report.entries}
    lines = document.text.split("\n")
    for table in _tables(document.insertion_points):
        _add_columns(lines, table, entries)
    for insertion_point in document.insertion_points:
        if insertion_point.kind == "bullet":
            _put(lines, insertion_point.line, suffix(entries[insertion_point.entry]))
    text = "\n".join(lines)
    return f"{quoted(report.notice)}\n\n{text}" if report.notice else text


def _put(lines: list[str], line: int, text: str) -> None:
    """Put text behind a line, before its trailing blanks."""
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
    shown = [column for column in COLUMNS if any(column.words(known.facts) for known in rows)]
    width = len(_BARS.split(lines[table[0].line - 1].strip().strip("|")))
    for insertion_point in table:
        match insertion_point.kind:
            case "header":
                cells = [*(column.title for column in shown), "Status"]
            case "rule":
                cells = [*(column.side for column in shown), "---"]
            case _:
                known = entries[insertion_point.entry]
                cells = [*(column.words(known.facts) for column in shown), status(known)]
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
