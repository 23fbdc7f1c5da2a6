"""Equivalent Markdown layouts give the same list."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lmsys_enrich.lists.markdown.reader import read_markdown
from tests.golden import ROOT

_OWN = (ROOT / "docs" / "list.md").read_text(encoding="utf-8")
_BULLETS = """\
# Bullets

- [A](https://a.example/) - one
- [B](https://b.example/) ([code](https://c.example/)) `x`
  - [C](https://d.example/)

## More

1. [D](https://e.example/)
2. **E** [paper](https://f.example/)
"""


def _said(text: str) -> list[tuple[tuple[str, ...], str, str | None]]:
    listed = read_markdown(text, Path("README.md")).listed()
    return [(found.path, found.entry.name, found.entry.url) for found in listed]


def _longer_rows(text: str) -> str:
    return "\n".join(
        f"{line} surplus |" if line.startswith("|") and "](http" in line else line
        for line in text.split("\n")
    )


def _wider(text: str) -> str:
    return "\n".join(
        line.replace(" | ", "   |   ") if line.startswith("|") else line for line in text.split("\n")
    )


_LAYOUTS: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "BOM": lambda text: "\ufeff" + text,
    "no newline at the end": lambda text: text.rstrip("\n"),
    "other bullets": lambda text: text.replace("- [", "* [").replace("  - ", "  + "),
    "wider cells": _wider,
    "longer rows": _longer_rows,
    "blank lines": lambda text: text.replace("\n## ", "\n\n\n## "),
    "closed headings": lambda text: text.replace("## More", "## More ##").replace(
        "## Papers", "## Papers ##"
    ),
}


@pytest.mark.parametrize("layout", _LAYOUTS.values(), ids=_LAYOUTS)
@pytest.mark.parametrize("text", [_OWN, _BULLETS], ids=["tables", "bullets"])
def test_another_layout_changes_nothing(text: str, layout: Callable[[str], str]) -> None:
    assert _said(layout(text)) == _said(text)


def test_columns_in_another_order_name_the_same_entries() -> None:
    def turned(line: str) -> str:
        return "|".join(["", *reversed(line.strip("|").split("|")), ""]) if line.startswith("|") else line

    text = "\n".join(map(turned, _OWN.split("\n")))
    assert _said(text) == _said(_OWN)


def test_a_repeated_row_is_an_entry_twice() -> None:
    [line] = [line for line in _OWN.split("\n") if 'id="alpa"' in line]
    said = _said(_OWN.replace(line, f"{line}\n{line}"))
    assert len(said) == len(_said(_OWN)) + 1
