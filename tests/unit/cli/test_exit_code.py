from datetime import timedelta

import pytest

from lmsys_enrich.cli.finish_run import exit_code
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.settings.settings import Failure, Settings
from tests.builders import finding, report, repository
from tests.fakes import NIGHT

DEAD = finding("https://a.org/", Verdict.DEAD)
DIED = finding("https://a.org/", Verdict.DEAD, reported=Verdict.ALIVE)
LONG_DEAD = finding("https://a.org/", Verdict.DEAD, reported=Verdict.DEAD)
MOVED = finding("https://a.org/", Verdict.MOVED)
ARCHIVED = finding("https://github.com/a/b", repository=repository("a/b", archived=True))
OLD = finding("https://github.com/a/b", repository=repository("a/b", last_commit=NIGHT - timedelta(days=500)))
YOUNG = finding("https://github.com/a/b", repository=repository("a/b", last_commit=NIGHT))
FAILING = finding("https://a.org/", Verdict.FAILING)
GUARDED = finding("https://a.org/", Verdict.GUARDED)
SKIPPED = finding("https://a.org/", Verdict.SKIPPED)
UNCHECKED = finding("https://b.org/", Verdict.UNCHECKED)


def code(*found: Finding, fail_on: tuple[Failure, ...] = (Failure.DEAD,), **rest: bool) -> int:
    settings = Settings(fail_on=fail_on, offline=rest.get("offline", False))
    missed = sum(one.verdict is Verdict.UNCHECKED for one in found)
    return exit_code(report(*found, missed=missed), settings, interrupted=rest.get("interrupted", False))


@pytest.mark.parametrize(
    ("found", "fail_on", "expected"),
    [
        pytest.param(DEAD, Failure.DEAD, 10, id="dead-fail-on-dead"),
        pytest.param(DEAD, Failure.NEW_DEAD, 0, id="dead-fail-on-new-dead"),
        pytest.param(DIED, Failure.NEW_DEAD, 10, id="new-dead-fail-on-new-dead"),
        pytest.param(LONG_DEAD, Failure.DEAD, 10, id="known-dead-fail-on-dead"),
        pytest.param(LONG_DEAD, Failure.NEW_DEAD, 0, id="known-dead-fail-on-new-dead"),
        pytest.param(DEAD, Failure.NONE, 0, id="dead-fail-on-none"),
        pytest.param(MOVED, Failure.MOVED, 10, id="moved-fail-on-moved"),
        pytest.param(MOVED, Failure.DEAD, 0, id="moved-fail-on-dead"),
        pytest.param(ARCHIVED, Failure.ARCHIVED, 10, id="archived-fail-on-archived"),
        pytest.param(ARCHIVED, Failure.STALE, 0, id="archived-fail-on-stale"),
        pytest.param(OLD, Failure.STALE, 10, id="stale-fail-on-stale"),
        pytest.param(YOUNG, Failure.STALE, 0, id="active-fail-on-stale"),
        pytest.param(YOUNG, Failure.ARCHIVED, 0, id="active-fail-on-archived"),
        pytest.param(YOUNG, Failure.MOVED, 0, id="active-fail-on-moved"),
        pytest.param(YOUNG, Failure.NEW_DEAD, 0, id="active-fail-on-new-dead"),
        pytest.param(FAILING, Failure.DEAD, 0, id="failing-fail-on-dead"),
        pytest.param(GUARDED, Failure.DEAD, 0, id="guarded-fail-on-dead"),
        pytest.param(SKIPPED, Failure.DEAD, 0, id="skipped-fail-on-dead"),
    ],
)
def test_run_fails_on_findings_of_fail_on(found: Finding, fail_on: Failure, expected: int) -> None:
    assert code(found, fail_on=(fail_on,)) == expected


def test_link_that_is_new_and_dead_fails_but_for_the_first_run() -> None:
    known = finding("https://b.org/", reported=Verdict.ALIVE)
    assert code(DEAD, known, fail_on=(Failure.NEW_DEAD,)) == 10
    settings = Settings(fail_on=(Failure.NEW_DEAD,))
    assert exit_code(report(DEAD), settings, interrupted=False, in_part=True) == 10


def test_missing_answers_come_before_findings() -> None:
    assert code(DEAD, UNCHECKED) == 3


def test_offline_run_with_unchecked_links_succeeds() -> None:
    assert code(UNCHECKED, offline=True) == 0


def test_interruption_comes_first() -> None:
    assert code(DEAD, UNCHECKED, interrupted=True) == 130


def test_unchecked_link_of_a_host_given_up_does_not_fail_the_run() -> None:
    settings = Settings(fail_on=(Failure.DEAD,))
    assert exit_code(report(UNCHECKED), settings, interrupted=False) == 0
