"""How far a run is, told as the place allows."""

from io import StringIO

from lmsys_enrich.cli.progress import progress
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.model.finding import Verdict
from tests.builders import finding


class _Screen(StringIO):
    def isatty(self) -> bool:
        return True


def _told(err: StringIO, total: int, *, quiet: bool = False, verbose: bool = False) -> str:
    terminal = Terminal(StringIO(), err, {"TERM": "xterm", "COLUMNS": "120"}, quiet=quiet)
    with progress(terminal, total, verbose=verbose) as watch:
        for number in range(total):
            watch(finding(f"https://a.example/{number}", Verdict.DEAD if number == 3 else Verdict.ALIVE))
    return err.getvalue()


def test_a_log_gets_few_lines_however_long_the_list() -> None:
    lines = _told(StringIO(), 1000).splitlines()
    assert len(lines) == 10
    assert lines[-1] == "1000 of 1000 links: 999 alive, 1 dead"


def test_a_person_sees_a_bar_that_goes_away() -> None:
    told = _told(_Screen(), 20)
    assert "checking links" in told
    assert "20/20" in told
    assert "19 alive, 1 dead" in told
    assert told.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


def test_quiet_tells_nothing() -> None:
    assert _told(StringIO(), 20, quiet=True) == ""


def test_verbose_tells_each_link_even_on_a_screen() -> None:
    assert len(_told(_Screen(), 20, verbose=True).splitlines()) == 20


def test_where_nothing_is_asked_nothing_is_told() -> None:
    assert _told(StringIO(), 0) == ""
