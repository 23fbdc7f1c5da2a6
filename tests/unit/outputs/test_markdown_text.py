"""Foreign text in Markdown is shown literally and changes nothing around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from lmsys_enrich.outputs.text import address, escaped, in_cell, link, quoted, table

_READER = MarkdownIt("gfm-like", {"linkify": False})


def _text_of(markdown: str) -> str:
    """The text a reader sees, and nothing else: anything but text is a failure."""
    [inline] = [token for token in _READER.parse(markdown) if token.type == "inline"]
    assert {child.type for child in inline.children or ()} <= {"text"}, inline.children
    return "".join(child.content for child in inline.children or ())


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1))
def test_escaped_text_is_shown_literally(text: str) -> None:
    if words := " ".join(text.split()):
        assert _text_of(escaped(text)).split() == words.split()


@given(st.text(st.sampled_from(" ab1_-+=#.)~&;*`|é(/?"), max_size=12))
def test_plain_text_is_recognised(text: str) -> None:
    # A control character is dropped, and keeps the text from being taken for one that needs nothing.
    assert escaped(text) == escaped(f"\a{text}")
    assert address(text) == address(f"\a{text}")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("snake_case_name", "snake_case_name"),
        ("_emphasis_", r"\_emphasis\_"),
        ("1. item", r"1\. item"),
        ("2024", "2024"),
        ("- item", r"\- item"),
        ("# heading", r"\# heading"),
        ("R&D", "R&D"),
        ("&lt;", "&amp;lt;"),
        ("~/path", "~/path"),
        ("~~struck~~", r"\~\~struck\~\~"),
        ("line\nbreak\x1b[31m\u202e", r"line break \[31m"),
    ],
)
def test_only_markup_is_escaped(text: str, markdown: str) -> None:
    assert escaped(text) == markdown


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://a/b_(c)", "https://a/b_(c)"),
        ("https://a/b(c", "<https://a/b(c>"),
        ("https://a/b)c(", "<https://a/b)c(>"),
        ("https://a/b c|d>", "https://a/b%20c%7Cd%3E"),
    ],
)
def test_address_with_brackets_is_one_link(url: str, written: str) -> None:
    assert address(url) == written


def test_link_is_read_as_one() -> None:
    [inline] = [token for token in _READER.parse(link("a]( b", "https://a/(x")) if token.type == "inline"]
    opening = (inline.children or [])[0]
    assert opening.attrs["href"] == "https://a/(x"


def test_cell_keeps_markdown_but_no_bars_or_line_ends() -> None:
    assert in_cell("*a* | b \\| c\n d") == r"*a* \| b \| c d"


def test_a_table_has_a_line_for_each_row() -> None:
    assert table(["A", "B"], ["---", "---:"], [["1", ""]]) == "| A | B |\n| --- | ---: |\n| 1 |  |"


def test_a_quote_is_one_line() -> None:
    assert quoted("a\n> b") == r"> a \> b"
