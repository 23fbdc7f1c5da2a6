"""Tables as lists have them: a column names the entry, the others say something of it."""

import re
from collections.abc import Iterator, Sequence

from lmsys_enrich.lists.identifiers import slug_of
from lmsys_enrich.lists.markdown.blocks import Inline, Table
from lmsys_enrich.lists.markdown.entry_shapes import Draft, read_entry
from lmsys_enrich.lists.markdown.pieces import links_of, plain_text
from lmsys_enrich.model.catalog import Cell, Column
from lmsys_enrich.urls import is_web
from lmsys_enrich.values import Value

# Headers of the column that names an entry, the surest first.
_NAMES = (
    "title", "name", "project", "tool", "course", "library", "package", "resource", "framework name",
    "paper", "paper title", "model", "dataset", "repository", "repo", "link", "framework",
)  # fmt: skip
_FLAGS = {"✔": True, "✔️": True, "✓": True, "✅": True, "✗": False, "✘": False, "❌": False}
_KEPT_FOR_ENTRIES = frozenset({"url", "links", "ignore", "id", "name", "description"})
_OURS = ("stars", "licence", "last commit", "status")
_YEAR = re.compile(r"\d{4}")
_SLUG = re.compile(r"[^a-z0-9]+")


class Row(Value):
    """A row that is an entry, and the line it stands in, counted from 0."""

    line: int
    draft: Draft
    cells: dict[str, Cell]


class ReadTable(Value):
    """What a table says; `placeholders` are lines of rows that only repeat what belongs there."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    placeholders: tuple[int, ...]


def read_table(table: Table) -> ReadTable:
    """Return the entries of a table, its columns under the headers that they have."""
    shown = _without_ours([plain_text(cell) for cell in table.header])
    naming = _naming(shown, table)
    columns = tuple(_columns(shown, naming, table))
    rows, placeholders = [], []
    for cells in table.rows:
        if _is_placeholder(cells[: len(shown)], shown):
            placeholders.append(cells[0].first)
        elif any(cell.content.strip() for cell in cells):
            rows.append(_row(cells[: len(shown)], naming, columns))
    return ReadTable(columns, tuple(rows), tuple(placeholders))


def _without_ours(headers: Sequence[str]) -> list[str]:
    """Return the headers without the columns that an enriched list has more."""
    kept = list(headers)
    while kept and kept[-1].lower() in _OURS and any(header.lower() == _OURS[-1] for header in headers[-1:]):
        kept.pop()
    return kept


def _naming(headers: Sequence[str], table: Table) -> int:
    """Return the number of the column that names the entries."""
    lower = [header.lower().strip(" *:") for header in headers]
    for name in _NAMES:
        if name in lower:
            return lower.index(name)
    for number in range(len(headers)):
        if any(links_of(row[number]) for row in table.rows):
            return number
    return 0


def _columns(headers: Sequence[str], naming: int, table: Table) -> Iterator[Column]:
    seen: set[str] = set()
    for number, header in enumerate(headers):
        if number == naming:
            key = "name"
        else:
            key = _SLUG.sub("_", slug_of(header).replace("-", "_")).strip("_") or f"column_{number + 1}"
            if key == "year" and not _are_years(table, number):
                key = "date"
            if key in _KEPT_FOR_ENTRIES or key in seen:
                key = f"{key}_{number + 1}"
        seen.add(key)
        yield Column(key, header or key)


def _are_years(table: Table, number: int) -> bool:
    texts = [plain_text(row[number]) for row in table.rows]
    headers = {plain_text(table.header[number]).lower()}
    return all(not text or _YEAR.fullmatch(text) or text.lower() in headers for text in texts)


def _is_placeholder(cells: Sequence[Inline], headers: Sequence[str]) -> bool:
    """Whether a row only says what is to stand in its columns, as `Year | Title1`."""
    texts = [plain_text(cell).lower() for cell in cells]
    if not any(texts) or any(links_of(cell) for cell in cells):
        return False
    return all(
        not text or header.lower().startswith(text.rstrip("0123456789 ."))
        for text, header in zip(texts, headers, strict=True)
    )


def _row(cells: Sequence[Inline], naming: int, columns: Sequence[Column]) -> Row:
    draft = read_entry(cells[naming])
    if "description" in draft.cells:
        marks = (draft.cells.get("marks", ""), draft.cells.pop("description"))
        draft.cells["marks"] = " ".join(filter(None, marks))
    values: dict[str, Cell] = dict(draft.cells)
    for number, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        if number == naming:
            continue
        for piece in links_of(cell):
            if is_web(piece.url):
                role = column.key.replace("_", "-")
                draft.links.append(("url" if not draft.links and _is_address(column.key) else role, piece))
        value = _value(cell, column.key)
        if value is not None:
            values[column.key] = value
    return Row(cells[0].first, draft, values)


def _is_address(key: str) -> bool:
    return key.startswith(("link", "url", "website", "site", "homepage", "repo", "github"))


def _value(cell: Inline, key: str) -> Cell:
    text = " ".join(cell.content.split())
    if text in _FLAGS:
        return _FLAGS[text]
    if key == "year" and _YEAR.fullmatch(text):
        return int(text)
    return text or None
