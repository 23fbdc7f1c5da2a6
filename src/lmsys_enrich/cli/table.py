"""Tables for terminals and for Markdown."""

from collections.abc import Sequence
from typing import Self

from lmsys_enrich.cli.terminal import Terminal, printable
from lmsys_enrich.outputs.text import escaped
from lmsys_enrich.values import Value


class Linked(str):
    """Text of a cell with a link, for terminals that show links."""

    __slots__ = ("url",)

    url: str

    def __new__(cls, text: str, url: str) -> Self:
        """Create the text."""
        made = super().__new__(cls, text)
        made.url = url
        return made


class Table(Value):
    """Titles and rows of equal length; the columns named in `numbers` are aligned right."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[str] = frozenset()


def show(tables: Sequence[Table], terminal: Terminal) -> None:
    """Print tables: drawn, with links, on a terminal; plain columns in a pipe."""
    if not terminal.is_watched:
        terminal.result("\n\n".join(map(text_table, tables)))
        return
    # rich takes 40 ms to import: only for terminals.
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    console = Console(file=terminal.out, no_color="NO_COLOR" in terminal.environ)
    for table in tables:
        drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False)
        for title in table.titles:
            drawn.add_column(title, justify="right" if title in table.numbers else "left", overflow="fold")
        for row in table.rows:
            drawn.add_row(*(Text(printable(cell), style=_style(cell)) for cell in row))
        console.print(drawn)


def text_table(table: Table) -> str:
    """Return columns aligned by spaces."""
    lines = [table.titles, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown_table(table: Table) -> str:
    """Return a table for GitHub; Markdown in the cells is escaped."""
    lines = [
        table.titles,
        ["---"] * len(table.titles),
        *([escaped(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _style(cell: str) -> str:
    """Return a link style for web addresses that cannot break out of the terminal's escape sequence."""
    url = cell.url if isinstance(cell, Linked) else ""
    safe = url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and " " not in url
    return f"link {url}" if safe else ""
