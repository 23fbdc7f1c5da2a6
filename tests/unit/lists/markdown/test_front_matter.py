from pathlib import Path

import pytest

from lmsys_enrich.lists.markdown.reader import read_markdown


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A list", "A list"),
        ('"A list"', "A list"),
        ("'A list'", "A list"),
        ("alpha", "alpha"),  # begins and ends with one letter, which is no quote
        ('"', '"'),
    ],
)
def test_a_title_in_front_matter_loses_its_quotes_alone(written: str, title: str) -> None:
    text = f"---\ntitle: {written}\n---\n\n- [A](https://a.example/)\n"
    assert read_markdown(text, Path("README.md")).title == title
