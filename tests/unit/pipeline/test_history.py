"""History: the effect of an observation, given the link's earlier findings."""

from datetime import timedelta

import pytest

from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import Finding, LinkTask, Observation, Suggestion, Verdict
from lmsys_enrich.pipeline.history import accepted, update
from lmsys_enrich.settings.settings import Settings
from tests.builders import day, repository

URL = "https://example.org/paper"


def night(
    previous: Finding | None, number: int, verdict: Verdict, *, can_become_dead: bool = True
) -> Finding:
    observation = Observation(URL, verdict, "no answer within 20 s", can_become_dead=can_become_dead)
    return update(LinkTask(URL, previous), observation, day(number), dead_after=3)


def test_failing_on_three_days_is_dead() -> None:
    found = None
    seen = []
    for number in (10, 11, 12):
        found = night(found, number, Verdict.FAILING)
        seen.append((found.verdict, found.failures, found.failing_since))
    assert seen == [
        (Verdict.FAILING, 1, day(10)),
        (Verdict.FAILING, 2, day(10)),
        (Verdict.DEAD, 3, day(10)),
    ]
    assert found is not None
    assert "failed on 3 days since 2026-11-10" in found.reason


def test_runs_in_one_night_count_once() -> None:
    found = None
    for hour in range(5):
        observation = Observation(URL, Verdict.FAILING, "503")
        found = update(LinkTask(URL, found), observation, day(10) + timedelta(hours=hour), dead_after=3)
    assert found is not None
    assert (found.verdict, found.failures) == (Verdict.FAILING, 1)


def test_a_clock_that_was_set_back_counts_no_day_twice() -> None:
    found = night(night(night(None, 11, Verdict.FAILING), 10, Verdict.FAILING), 11, Verdict.FAILING)
    assert (found.verdict, found.failures) == (Verdict.FAILING, 1)


@pytest.mark.parametrize("between", [Verdict.ALIVE, Verdict.MOVED, Verdict.GUARDED, Verdict.SKIPPED])
def test_any_other_answer_begins_the_count_anew(between: Verdict) -> None:
    found = night(night(None, 10, Verdict.FAILING), 11, Verdict.FAILING)
    found = night(night(found, 12, between), 13, Verdict.FAILING)
    assert (found.verdict, found.failures, found.failing_since) == (Verdict.FAILING, 1, day(13))


def test_a_soft_404_never_dies_however_long_it_lasts() -> None:
    found = None
    for number in range(1, 30):
        found = night(found, number, Verdict.FAILING, can_become_dead=False)
        assert found.verdict is Verdict.FAILING
    assert found is not None
    assert found.failures == 29


def test_days_of_soft_404_do_not_count_towards_dead() -> None:
    found = None
    for number in range(1, 10):
        found = night(found, number, Verdict.FAILING, can_become_dead=False)
    found = night(found, 10, Verdict.FAILING)
    assert (found.verdict, found.failures) == (Verdict.FAILING, 1)


def test_revived_link_starts_a_new_history() -> None:
    found = night(night(None, 10, Verdict.DEAD), 11, Verdict.ALIVE)
    assert (found.verdict, found.failures, found.failing_since) == (Verdict.ALIVE, 0, None)
    assert found.last_alive == day(11)
    assert found.first_seen == day(10)


def test_the_last_day_alive_is_remembered_through_failures() -> None:
    found = night(night(None, 10, Verdict.ALIVE), 12, Verdict.FAILING)
    assert found.last_alive == day(10)


def test_a_404_is_dead_at_once_and_keeps_its_date() -> None:
    found = night(night(None, 10, Verdict.DEAD), 11, Verdict.DEAD)
    assert (found.verdict, found.failing_since, found.failures) == (Verdict.DEAD, day(10), 2)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_facts_outlive_every_verdict(verdict: Verdict) -> None:
    facts = repository(stars=3000)
    previous = update(
        LinkTask(URL),
        Observation(URL, Verdict.ALIVE, "", repository=RepositoryUpdate(facts)),
        day(10),
        dead_after=3,
    )
    assert night(previous, 11, verdict).repository == facts


@pytest.mark.parametrize(
    ("url", "is_kept"),
    [
        ("https://example.org/new", True),
        ("https://user:secret@example.org/new", False),
        ("https://example.org/new;jsessionid=0A1B2C3D", False),
    ],
)
def test_suggestion_with_credentials_is_not_kept(url: str, *, is_kept: bool) -> None:
    suggestion = Suggestion(url, "permanent redirect")
    observation = Observation(URL, Verdict.MOVED, "moved permanently", suggestion=suggestion)
    found = update(LinkTask(URL, None), observation, day(10), dead_after=3)
    assert (found.verdict, found.suggestion) == (Verdict.MOVED, suggestion if is_kept else None)


def test_planted_dates_are_corrected_by_an_answer() -> None:
    far = day(1).replace(year=2999)
    planted = Finding(
        url=URL,
        verdict=Verdict.FAILING,
        reason="planted",
        checked_at=far,
        first_seen=far,
        last_alive=far,
        verdict_since=far,
        failing_since=far,
        failures=2,
        failed_on=far.date(),
        asked={"citations": far},
    )
    found: Finding | None = planted
    for number in (10, 11, 12):
        found = night(found, number, Verdict.FAILING)
    assert found is not None
    assert (found.verdict, found.failures, found.failing_since) == (Verdict.DEAD, 3, day(10))
    moments = (found.checked_at, found.first_seen, found.last_alive, found.verdict_since)
    assert all(at is None or at <= day(12) for at in moments)
    assert found.asked == {}


@pytest.mark.parametrize(
    ("verdict", "status", "result"),
    [
        (Verdict.GUARDED, 403, Verdict.ALIVE),
        (Verdict.DEAD, 404, Verdict.DEAD),
        # A page of errors that says 200: its status is no reason to call it alive.
        (Verdict.FAILING, 200, Verdict.FAILING),
        (Verdict.FAILING, None, Verdict.FAILING),
    ],
)
def test_accepted_statuses_are_alive(verdict: Verdict, status: int | None, result: Verdict) -> None:
    observation = Observation(URL, verdict, "refused", http_status=status)
    assert accepted(observation, Settings(accept=(200, 403))).verdict == result
