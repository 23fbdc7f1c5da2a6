import pytest

from lmsys_enrich.cli.table import Table, markdown_table, text_table


def test_columns_are_aligned() -> None:
    table = Table(("Name", "Stars"), [("Alpa", "3,000"), ("Megatron-LM", "9")])
    assert text_table(table).splitlines() == ["Name         Stars", "Alpa         3,000", "Megatron-LM  9"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<img src=x>", r"\<img src=x\>"),
        ("[x](https://evil.example)", r"\[x\](https://evil.example)"),
        ("two\nlines", "two lines"),
        ("R&D &amp;", "R&D &amp;amp;"),
    ],
)
def test_foreign_text_stays_within_its_cell(name: str, shown: str) -> None:
    assert markdown_table(Table(("Name",), [(name,)])).splitlines()[2] == f"| {shown} |"
