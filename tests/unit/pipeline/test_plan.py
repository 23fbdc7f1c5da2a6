"""Plan: each link once, for the first checker that claims it, the most urgent first."""

import tracemalloc
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from lmsys_enrich.checkers.protocol import CheckResult, TaskQueue
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.catalog import Exemption, IgnoreRule, keys_of
from lmsys_enrich.model.finding import Finding, LinkTask, Observation, Verdict
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.pipeline.plan import Plan, PreviousFindings, build
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace
from tests.builders import catalog, day, entry, finding, repository
from tests.fakes import NIGHT, CostsNothing


@dataclass
class Claims(CostsNothing):
    """Checker of addresses with one prefix."""

    start: str
    obstacles: Sequence[Obstacle] = field(default=())

    def claims(self, url: str) -> bool:
        return url.startswith(self.start)

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        for task in queue.planned:
            yield Observation(task.url, Verdict.ALIVE, "checked")


CHECKERS = (Claims("https://github.com/"), Claims("http"))


def planned(*urls: str, previous: PreviousFindings | None = None, settings: Settings | None = None) -> Plan:
    lists = [catalog(*(entry(f"E{number}", url) for number, url in enumerate(urls)))]
    return build(lists, previous or PreviousFindings(), CHECKERS, settings or Settings(), NIGHT)


def checked(plan: Plan) -> list[list[str]]:
    return [[task.url for task in queue] for queue in plan.tasks]


def test_each_link_goes_to_the_first_checker_that_claims_it() -> None:
    plan = planned("https://arxiv.org/abs/1", "https://github.com/a/b")
    assert checked(plan) == [["https://github.com/a/b"], ["https://arxiv.org/abs/1"]]


def test_link_in_several_forms_is_checked_once() -> None:
    plan = planned("https://Example.org/a#x", "https://example.org:443/a#y", "https://example.org/a")
    assert checked(plan)[1] == ["https://example.org/a"]


def test_plan_of_many_links_takes_little_memory() -> None:
    lists = [catalog(*(entry(f"E{number}", f"https://example.org/{number}") for number in range(10_000)))]
    previous = PreviousFindings(keys=keys_of(lists))
    tracemalloc.start()
    plan = build(lists, previous, CHECKERS, Settings(), NIGHT)
    now, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(plan.tasks[1]) == 10_000
    assert now < 10_000 * 40


def test_what_is_fresh_is_not_requested() -> None:
    kept = finding("https://example.org/a", at=NIGHT - timedelta(days=1))
    plan = planned(kept.url, previous=PreviousFindings(kept={kept.url: kept}))
    assert checked(plan) == [[], []]
    assert plan.fresh == {kept.url: kept}


def test_refresh_checks_fresh_links_and_keeps_history() -> None:
    kept = finding("https://example.org/a", at=NIGHT - timedelta(days=1))
    plan = planned(
        kept.url, previous=PreviousFindings(kept={kept.url: kept}), settings=Settings(refresh=True)
    )
    assert list(plan.tasks[1]) == [LinkTask(kept.url, kept)]


def test_outputs_that_anybody_may_have_written_spare_no_question() -> None:
    reported = finding("https://example.org/a", at=NIGHT - timedelta(days=1))
    plan = planned(reported.url, previous=PreviousFindings(reported={reported.url: reported}))
    assert list(plan.tasks[1]) == [LinkTask(reported.url, reported, is_proven=False)]


def test_of_two_pasts_the_later_counts() -> None:
    older: Finding = finding("https://example.org/a", Verdict.FAILING, at=NIGHT - timedelta(days=2))
    newer = finding("https://example.org/a", Verdict.DEAD, at=NIGHT - timedelta(days=1))
    assert PreviousFindings({older.url: older}, {newer.url: newer}).about(older.url) == newer
    assert PreviousFindings({newer.url: newer}, {older.url: older}).about(older.url) == newer


def test_links_never_checked_come_first_then_the_oldest() -> None:
    pasts = {
        f"https://example.org/{days}": finding(
            f"https://example.org/{days}", Verdict.FAILING, at=NIGHT - timedelta(days=days)
        )
        for days in (1, 30, 7)
    }
    plan = planned(*pasts, "https://example.org/new", previous=PreviousFindings(kept=pasts))
    assert checked(plan)[1] == [f"https://example.org/{what}" for what in ("new", 30, 7, 1)]


@pytest.mark.parametrize(
    ("url", "reason"),
    [("mailto:someone@example.org", "not an http"), ("ftp://example.org/x", "not an http")],
)
def test_other_schemes_are_skipped(url: str, reason: str) -> None:
    ((task, observation),) = planned(url).settled
    assert (task.url, observation.verdict) == (url, Verdict.SKIPPED)
    assert reason in observation.reason


def test_an_address_without_a_host_fails_without_a_question() -> None:
    ((_, observation),) = planned("https://").settled
    assert (observation.verdict, observation.can_become_dead) == (Verdict.FAILING, False)


def test_settings_exclude_by_regular_expression() -> None:
    plan = planned("https://example.org/a", "https://other.org/b", settings=Settings(exclude=(r"example\.",)))
    assert checked(plan)[1] == ["https://other.org/b"]
    assert plan.settled[0][1].reason == r"excluded by the settings: example\."


def _exempt(until: date | None) -> Exemption:
    return Exemption("known to be slow", until)


@pytest.mark.parametrize("until", [None, NIGHT.date(), date(2030, 1, 1)])
def test_an_exemption_holds_through_its_last_day(until: date | None) -> None:
    lists = [catalog(entry("A", "https://example.org/a", ignore=_exempt(until)))]
    plan = build(lists, PreviousFindings(), CHECKERS, Settings(), NIGHT)
    assert plan.settled[0][1].verdict is Verdict.SKIPPED
    assert "known to be slow" in plan.settled[0][1].reason


def test_an_exemption_that_ended_no_longer_exempts() -> None:
    ended = _exempt(NIGHT.date() - timedelta(days=1))
    lists = [catalog(entry("A", "https://example.org/a", ignore=ended))]
    assert checked(build(lists, PreviousFindings(), CHECKERS, Settings(), NIGHT))[1] == [
        "https://example.org/a"
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_link_exempt_in_one_entry_alone_is_checked(order: int) -> None:
    entries = [entry("A", "https://example.org/a", ignore=_exempt(None)), entry("B", "https://example.org/a")]
    plan = build([catalog(*entries[::order])], PreviousFindings(), CHECKERS, Settings(), NIGHT)
    assert checked(plan)[1] == ["https://example.org/a"]


def test_identity_in_outputs_counts_only_if_the_cache_has_it() -> None:
    url = "https://github.com/a/b"
    own = finding(url, repository=repository("a/b", id=1))
    planted = replace(own, checked_at=day(30), repository=repository("a/b", id=999))
    assert PreviousFindings(kept={url: own}, reported={url: planted}).about(url) == own
    alone = PreviousFindings(reported={url: planted}).task(url)
    assert (alone.previous, alone.is_proven) == (planted, False)
    assert PreviousFindings(kept={url: own}).task(url).is_proven


@pytest.mark.parametrize("by", ["comment", "settings"])
def test_missing_file_can_be_exempt(by: str) -> None:
    comment = "<!-- lmsys-enrich-ignore reason: comes with the release -->" if by == "comment" else ""
    lists = [read_markdown(f"# L\n\nSee [the notes](notes.md). {comment}\n", Path("README.md"))]
    rule = IgnoreRule(Exemption("comes with the release"), pattern=r"notes\.md")
    settings = Settings(ignores=(rule,) if by == "settings" else ())
    [(_, observation)] = build(lists, PreviousFindings(), CHECKERS, settings, NIGHT).settled
    assert (observation.verdict, observation.reason) == (Verdict.SKIPPED, "exempt: comes with the release")
