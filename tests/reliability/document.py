"""The tables of `docs/reliability.md` are made from the cases that are tested."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lmsys_enrich.outputs.text import in_cell, table
from tests.golden import assert_golden_block


def assert_documented(path: Path, name: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Compare a block of the document with the table of the cases."""
    cells = [[in_cell(cell) for cell in row] for row in rows]
    assert_golden_block(path, name, table(titles, ["---"] * len(titles), cells))
