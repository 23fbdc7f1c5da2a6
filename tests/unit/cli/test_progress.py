"""Progress of a run: a bar on a terminal, lines in a log."""

from io import StringIO

import pytest

from lmsys_enrich.cli.progress import progress
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.politeness.stats import Activity
from tests.builders import finding

_PULSE = Activity(("slow.example", "b.example", "c.example"), 4893)


class _Screen(StringIO):
    def isatty(self) -> bool:
        return True


def _printed(err: StringIO, total: int, *, quiet: bool = False, verbose: bool = False) -> str:
    terminal = Terminal(StringIO(), err, {"TERM": "xterm"}, quiet=quiet)
    with progress(terminal, total, lambda: _PULSE, verbose=verbose) as watch:
        for number in range(total):
            watch(finding(f"https://a.example/{number}", Verdict.DEAD if number == 3 else Verdict.ALIVE))
    return err.getvalue()


def test_a_log_gets_few_lines_however_long_the_list() -> None:
    lines = _printed(StringIO(), 1000).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "1000 of 1000 links: 999 alive, 1 dead"


def test_a_person_sees_a_bar_that_goes_away() -> None:
    output = _printed(_Screen(), 20)
    assert "checking links" in output
    assert "20/20" in output
    assert "19 alive, 1 dead" in output
    assert output.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


def test_who_is_waited_for_and_what_is_left_of_the_quota_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    output = _printed(_Screen(), 20)
    assert "GitHub: 4,893 points left | slow.example, b.example +1" in output
    monkeypatch.setenv("COLUMNS", "60")
    assert "slow.example" not in _printed(_Screen(), 20)


def test_quiet_shows_nothing() -> None:
    assert _printed(StringIO(), 20, quiet=True) == ""


def test_verbose_shows_each_link_even_on_a_screen() -> None:
    assert len(_printed(_Screen(), 20, verbose=True).splitlines()) == 20


def test_where_nothing_is_requested_nothing_is_shown() -> None:
    assert _printed(StringIO(), 0) == ""
