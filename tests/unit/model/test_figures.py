import pytest

from lmsys_enrich.model.figures import counted


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "link", "0 links"),
        (1, "link", "1 link"),
        (1200, "link", "1,200 links"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
        (3, "day", "3 days"),
    ],
)
def test_a_number_agrees_with_its_noun(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text
