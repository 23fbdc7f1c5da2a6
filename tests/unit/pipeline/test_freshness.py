"""Findings that need no check."""

from datetime import timedelta

import pytest

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.pipeline.plan import is_fresh
from tests.builders import finding
from tests.fakes import NIGHT

WEEK = timedelta(days=7)


@pytest.mark.parametrize("verdict", [Verdict.ALIVE, Verdict.MOVED])
def test_finding_is_fresh_for_half_to_all_of_max_age(verdict: Verdict) -> None:
    links = [finding(f"https://example.org/{number}", verdict) for number in range(200)]
    assert all(is_fresh(link, NIGHT + WEEK * 0.49, WEEK) for link in links)
    assert not any(is_fresh(link, NIGHT + WEEK, WEEK) for link in links)


def test_links_checked_in_one_night_are_due_in_different_nights() -> None:
    links = [finding(f"https://example.org/{number}") for number in range(1000)]
    due = [
        next(day for day in range(8) if not is_fresh(link, NIGHT + timedelta(days=day), WEEK))
        for link in links
    ]
    shares = [due.count(day) / len(due) for day in (4, 5, 6, 7)]
    assert all(share > 0.1 for share in shares)
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize("verdict", [Verdict.DEAD, Verdict.FAILING, Verdict.SKIPPED, Verdict.UNCHECKED])
def test_bad_news_is_requested_again(verdict: Verdict) -> None:
    assert not is_fresh(finding("https://example.org/", verdict), NIGHT + timedelta(minutes=1), WEEK)


def test_a_site_that_wants_no_robots_is_left_alone_for_two_days() -> None:
    guarded = finding("https://example.org/", Verdict.GUARDED)
    assert is_fresh(guarded, NIGHT + timedelta(days=1), WEEK)
    assert not is_fresh(guarded, NIGHT + timedelta(days=2), WEEK)


def test_a_finding_from_the_future_is_not_believed() -> None:
    assert not is_fresh(finding("https://example.org/"), NIGHT - timedelta(seconds=1), WEEK)


def test_no_age_is_fresh_when_nothing_may_be_old() -> None:
    assert not is_fresh(finding("https://example.org/"), NIGHT, timedelta(0))
