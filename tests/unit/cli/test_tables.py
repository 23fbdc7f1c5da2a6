"""Tables as a person sees them: drawn, with links, within the width, and plain wherever a program reads."""

import re
from collections.abc import Mapping
from io import StringIO

import pytest

from lmsys_enrich.cli.terminal import Linked, Table, Terminal, markdown_table, show, text_table

_TABLE = Table(
    ("Repository", "Stars"),
    [(Linked("acme/tool", "https://github.com/acme/tool"), "3,000"), ("none", "")],
    numbers=frozenset({"Stars"}),
)


class _Screen(StringIO):
    def isatty(self) -> bool:
        return True


def _shown(out: StringIO, table: Table = _TABLE, environ: Mapping[str, str] | None = None) -> str:
    show([table], Terminal(out, StringIO(), {"TERM": "xterm-256color", **(environ or {})}))
    return out.getvalue()


@pytest.mark.parametrize(
    ("out", "environ"), [(StringIO, {}), (_Screen, {"CI": "true"}), (_Screen, {"TERM": "dumb"})]
)
def test_pipe_gets_plain_columns(out: type[StringIO], environ: dict[str, str]) -> None:
    assert _shown(out(), environ=environ) == "Repository  Stars\nacme/tool   3,000\nnone\n"


def test_terminal_gets_hyperlinks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    output = _shown(_Screen())
    assert "https://github.com/acme/tool\x1b\\acme/tool" in output
    assert "──" in output


def test_foreign_text_sends_no_control_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    hostile = Linked("[red]a\x1b[31m", "https://a.org/\x1b]0;title\x07")
    output = _shown(_Screen(), Table(("Name",), [(hostile,)]))
    assert "[red]a\ufffd[31m" in output
    assert "title" not in output
    assert "javascript" not in _shown(_Screen(), Table(("Name",), [(Linked("a", "javascript:1"),)]))


def test_a_narrow_terminal_folds_rather_than_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    output = _shown(_Screen(), Table(("A", "B"), [("x" * 40, "y" * 40)]))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert max(map(len, plain.splitlines())) <= 30
    assert (plain.count("x"), plain.count("y")) == (40, 40)


def test_ascii_terminal_gets_ascii_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ascii(_Screen):
        encoding = "ascii"

    monkeypatch.setenv("TERM", "xterm-256color")
    assert _shown(Ascii()).isascii()


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
