"""A Markdown list with facts, as a copy or in place: every byte outside the facts stays unchanged."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lmsys_enrich.lists.markdown.comments import BEGIN, END, notice_mark
from lmsys_enrich.lists.read import digest_of
from lmsys_enrich.model.document import Document, DocumentView, InsertionPoint
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.fact_words import columns_of, suffix, without_comments
from lmsys_enrich.outputs.files import replace_source
from lmsys_enrich.outputs.text import quoted

_BARS = re.compile(r"(?<!\\)\|")
_BOM = "\ufeff"
_RELATIVE = "Relative links in this copy start from the folder of the original list."


def enriched_document(report: Report, document: Document) -> str:
    """Return the document with its facts, between marks by which the next run finds them."""
    entries = {item.entry.id: item for item in report.entries}
    lines = document.text.split("\n")
    for rows in _tables(document.insertion_points):
        _add_columns(lines, rows, entries, report.view)
    for insertion_point in document.insertion_points:
        if insertion_point.kind == "bullet":
            _put(lines, insertion_point.line, suffix(entries[insertion_point.entry], report.view))
    text = "\n".join(lines)
    if not report.notice:
        return text
    bom = _BOM if text.startswith(_BOM) else ""
    return f"{bom}{notice_mark(quoted(report.notice))}\n\n{text.removeprefix(_BOM)}"


def enriched_copy(report: Report, document: Document, *, has_relative_links: bool) -> str:
    """
    Return the document with its facts, for a file in another folder than the list's.

    Its last line says where relative links start. That line is between the marks of facts, so the
    copy reads as the list; without a line end before it, it would be part of an entry.
    """
    text = enriched_document(report, document)
    return f"{text}{BEGIN}{_RELATIVE}{END}" if has_relative_links and text.endswith("\n") else text


def marked(cells: Sequence[str]) -> list[str]:
    """Return cells at the end of a row with the marks of facts around them."""
    if not cells:
        return []
    safe = list(map(without_comments, cells))
    # A bar or a dot behind the mark means another kind of facts.
    blank = " " if safe[0][:1] in {"", "·", "|"} else ""
    safe[0] = f"{BEGIN}{blank}{safe[0]}"
    safe[-1] = f"{safe[-1]}{END}"
    return safe


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
        elif insertion_point.kind in {"rule", "row"}:
            table.append(insertion_point)
    if table:
        yield table


def _add_columns(
    lines: list[str],
    table: Sequence[InsertionPoint],
    entries: Mapping[str, EnrichedEntry],
    view: DocumentView,
) -> None:
    rows = [entries[insertion_point.entry] for insertion_point in table if insertion_point.kind == "row"]
    columns = columns_of(rows, view)
    if not columns:
        return
    width = len(_BARS.split(lines[table[0].line - 1].strip().strip("|")))
    for point in table:
        match point.kind:
            case "header":
                _add_cells(lines, point.line, marked([column.title for column in columns]), width)
            case "rule":
                _add_cells(lines, point.line, [column.side for column in columns], width)
            case _:  # rows alone: GitHub completes those that are not entries
                cells = marked([column.cell(entries[point.entry], view) for column in columns])
                _add_cells(lines, point.line, cells, width)


def _add_cells(lines: list[str], line: int, cells: Sequence[str], width: int) -> None:
    """
    Add cells to a row; one with more cells than the header stays unchanged.

    Cells that complete the row are within the marks as well. A row without a bar at its
    end gets none.
    """
    text = lines[line - 1].rstrip()
    ends_with_bar = text.endswith("|") and not text.endswith("\\|")
    bare = text.strip()
    count = len(_BARS.split(bare.removeprefix("|"))) - (1 if ends_with_bar else 0)
    if count > width:
        return
    added = " | ".join(cells)
    if not added.startswith(BEGIN):
        _put(lines, line, f" {added} |" if ends_with_bar else f" | {added}")
        return
    added = added.removeprefix(BEGIN)
    missing = " |" * (width - count)
    if ends_with_bar:
        _put(lines, line, f" {BEGIN}{missing}{' ' if missing else ''}{added} |")
    else:
        _put(lines, line, f" {BEGIN}|{missing} {added}")


def write_in_place(report: Report, warn: Callable[[str], None]) -> list[Path]:
    """
    Write the facts into each Markdown list, and return those that changed.

    A list that changed since it was read stays unchanged, because its line numbers may be wrong.
    """
    return [*_changed(report, warn)]


def _changed(report: Report, warn: Callable[[str], None]) -> Iterator[Path]:
    for of_one in report.of_each_list():
        catalog = of_one.catalogs[0]
        if catalog.document is None:
            warn(f"{catalog.source}: facts are only written into Markdown lists; enriched.md has them")
        elif digest_of(catalog.source) != catalog.digest:
            warn(f"{catalog.source}: changed during the run, so no facts were written; run again")
        elif b"\r" in catalog.source.read_bytes().replace(b"\r\n", b""):
            warn(
                f"{catalog.source}: has bare carriage returns, which would be lost, so no facts were written"
            )
        elif replace_source(
            catalog.source, enriched_document(replace(of_one, notice=None), catalog.document)
        ):
            yield catalog.source
