"""Tables for terminals and for Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from lmsys_enrich.outputs.markdown_text import escaped


@dataclass(frozen=True, slots=True)
class Table:
    """Titles and rows of text; every row is as long as the titles."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]


def text_table(table: Table) -> str:
    """Return columns aligned by spaces."""
    lines = [table.titles, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown_table(table: Table) -> str:
    """Return a table for GitHub; what would end a cell or begin something else is escaped."""
    lines = [
        table.titles,
        ["---"] * len(table.titles),
        *([escaped(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
