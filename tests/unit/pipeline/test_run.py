"""A whole run without network: every link gets a finding, whatever ends the run."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from lmsys_enrich.checkers.protocol import CheckResult, TaskQueue
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import Finding, Observation, Verdict
from lmsys_enrich.model.report import Obstacle, Report
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace
from tests.builders import catalog, entry, finding, repository
from tests.fakes import NIGHT, CostsNothing, DictStore, FakeClock


@dataclass
class Knows(CostsNothing):
    """Checker with given verdicts, and a given behaviour behind them."""

    previous: dict[str, Verdict]
    start: str = "https://"
    then_hangs: bool = False
    raises: Exception | None = None
    obstacles: Sequence[Obstacle] = ()
    asked: list[str] = field(default_factory=list)
    was_ended: bool = False

    def claims(self, url: str) -> bool:
        return url.startswith(self.start)

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        try:
            for task in queue.planned:
                self.asked.append(task.url)
                if task.url in self.previous:
                    yield Observation(task.url, self.previous[task.url], "as given")
            if self.raises:
                raise self.raises
            if self.then_hangs:
                await asyncio.Event().wait()
        finally:
            self.was_ended = True


def sent_requests(*, web: int) -> RequestStats:
    stats = RequestStats()
    for _ in range(web):
        stats.sent(RequestKind.WEB)
    return stats


GOOD, BAD, OTHER = "https://example.org/good", "https://example.org/bad", "https://example.org/other"


def a_run(
    *checkers: Knows, settings: Settings | None = None, previous: PreviousFindings | None = None
) -> Run:
    return Run(
        catalogs=[catalog(entry("Good", GOOD), entry("Bad", BAD), entry("Other", OTHER))],
        checkers=checkers,
        store=DictStore(),
        previous=previous or PreviousFindings(),
        clock=FakeClock(),
        settings=settings or Settings(),
        stats=sent_requests(web=3),
    )


async def done(run: Run, stop: Stop | None = None) -> Report:
    return await check_and_enrich(run, run.plan(), stop or Stop())


def verdicts(report: Report) -> dict[str, Verdict]:
    return {url: found.verdict for url, found in report.findings.items()}


async def test_every_link_has_a_finding_and_every_answer_is_kept() -> None:
    run = a_run(Knows({GOOD: Verdict.ALIVE, BAD: Verdict.DEAD, OTHER: Verdict.MOVED}))
    report = await done(run)
    assert verdicts(report) == {GOOD: Verdict.ALIVE, BAD: Verdict.DEAD, OTHER: Verdict.MOVED}
    assert run.store.load([GOOD, BAD, OTHER]) == report.findings


async def test_link_without_result_is_unchecked_with_the_reason() -> None:
    obstacle = Obstacle("GitHub rejects the token", "Renew GITHUB_TOKEN.")
    report = await done(a_run(Knows({GOOD: Verdict.ALIVE}, obstacles=[obstacle])))
    assert report.findings[BAD].verdict is Verdict.UNCHECKED
    assert report.findings[BAD].reason == "GitHub rejects the token"
    assert report.obstacles == (obstacle,)


async def test_reason_names_the_obstacle_of_its_own_checker() -> None:
    forge = Knows({}, start=GOOD, obstacles=[Obstacle("the quota is used up", "Wait.")])
    web = Knows({BAD: Verdict.ALIVE})
    report = await done(a_run(forge, web))
    assert report.findings[GOOD].reason == "the quota is used up"
    assert report.findings[OTHER].reason == "no response came"


async def test_unchecked_link_keeps_facts_and_dates() -> None:
    yesterday = NIGHT - timedelta(days=1)
    facts = repository(fetched_at=yesterday)
    past = finding(BAD, Verdict.FAILING, yesterday, failures=2, repository=facts)
    report = await done(a_run(Knows({}), previous=PreviousFindings(kept={BAD: past})))
    kept = report.findings[BAD]
    assert (kept.verdict, kept.effective_verdict) == (Verdict.UNCHECKED, Verdict.FAILING)
    assert (kept.checked_at, kept.failures, kept.repository) == (yesterday, 2, facts)


async def test_unchecked_link_does_not_replace_its_finding() -> None:
    run = a_run(Knows({GOOD: Verdict.ALIVE}))
    await done(run)
    assert set(run.store.load([GOOD, BAD, OTHER])) == {GOOD}


async def test_offline_sends_no_request() -> None:
    checker = Knows({GOOD: Verdict.ALIVE})
    report = await done(a_run(checker, settings=Settings(offline=True)))
    assert checker.asked == []
    assert set(verdicts(report).values()) == {Verdict.UNCHECKED}
    assert "--offline" in report.findings[GOOD].reason


async def test_a_deadline_keeps_what_was_found_before_it() -> None:
    checker = Knows({GOOD: Verdict.ALIVE}, then_hangs=True)
    run = a_run(checker, settings=Settings(deadline=timedelta(minutes=20)))
    report = await done(run)
    assert checker.was_ended
    assert report.findings[GOOD].verdict is Verdict.ALIVE
    assert report.findings[BAD].reason == "the deadline of 20m was reached"
    assert set(run.store.load([GOOD, BAD])) == {GOOD}


async def test_reading_the_lists_counts_towards_the_deadline() -> None:
    checker = Knows({GOOD: Verdict.ALIVE})
    run = a_run(checker, settings=Settings(deadline=timedelta(minutes=20)))
    report = await done(replace(run, clock=FakeClock(elapsed=1300.0), began=0.0))
    assert checker.asked == []
    assert report.findings[GOOD].reason == "the deadline of 20m was reached"


async def test_an_interruption_keeps_what_was_found_before_it() -> None:
    stop = Stop()
    checker = Knows({GOOD: Verdict.ALIVE}, then_hangs=True)
    run = a_run(checker)
    found_links: list[Finding] = []

    def interrupt(found: Finding) -> None:
        found_links.append(found)
        stop.now("interrupted")

    report = await done(Run(**{**_fields(run), "watch": interrupt}), stop)  # type: ignore[arg-type]
    assert [found.url for found in found_links] == [GOOD]
    assert report.findings[BAD].reason == "interrupted"
    assert set(run.store.load([GOOD, BAD])) == {GOOD}


def _fields(run: Run) -> dict[str, object]:
    return {name: getattr(run, name) for name in Run.__struct_fields__}


async def test_second_run_requests_only_what_was_not_alive() -> None:
    first = a_run(Knows({GOOD: Verdict.ALIVE, BAD: Verdict.DEAD, OTHER: Verdict.ALIVE}))
    kept = (await done(first)).findings
    again = Knows({BAD: Verdict.DEAD})
    report = await done(a_run(again, previous=PreviousFindings(kept=kept)))
    assert again.asked == [BAD]
    assert report.traffic.cached == 2
    assert verdicts(report) == {GOOD: Verdict.ALIVE, BAD: Verdict.DEAD, OTHER: Verdict.ALIVE}


async def test_bug_in_checker_costs_only_its_unjudged_links() -> None:
    forge = Knows({}, start=GOOD, raises=ZeroDivisionError("a bug"))
    web = Knows({BAD: Verdict.DEAD, OTHER: Verdict.ALIVE})
    report = await done(a_run(forge, web))
    assert verdicts(report) == {GOOD: Verdict.UNCHECKED, BAD: Verdict.DEAD, OTHER: Verdict.ALIVE}
    assert report.findings[GOOD].reason == "a bug in lmsys-enrich"
    assert [bug.url for bug in report.bugs] == [GOOD]
    assert "ZeroDivisionError: a bug" in report.bugs[0].traceback


async def test_bug_while_planning_costs_only_its_link() -> None:
    @dataclass
    class Broken(Knows):
        def claims(self, url: str) -> bool:
            if url == BAD:
                raise ZeroDivisionError("a bug")
            return True

    report = await done(a_run(Broken({GOOD: Verdict.ALIVE, OTHER: Verdict.ALIVE})))
    assert verdicts(report) == {GOOD: Verdict.ALIVE, BAD: Verdict.UNCHECKED, OTHER: Verdict.ALIVE}
    assert [bug.url for bug in report.bugs] == [BAD]


async def test_missing_fields_keep_values_and_dates() -> None:
    earlier = NIGHT - timedelta(days=3)
    past = finding(GOOD, at=earlier, repository=repository(stars=10, language="Python", fetched_at=earlier))
    new = repository(stars=None, language=None, forks=7)
    update = RepositoryUpdate(new, missing_fields=frozenset({"stars"}))

    @dataclass
    class Tells(Knows):
        async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
            for task in queue.planned:
                yield Observation(task.url, Verdict.ALIVE, "reason", repository=update)

    report = await done(a_run(Tells({}), previous=PreviousFindings(reported={GOOD: past})))
    facts = report.findings[GOOD].repository
    assert facts is not None
    assert (facts.stars, facts.kept) == (10, {"stars": earlier})
    assert (facts.language, facts.forks) == (None, 7)
