"""Nights of whole runs against services within the test, of which one may have a fault."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.protocol import CheckResult, TaskQueue
from lmsys_enrich.checkers.registry import api_checkers
from lmsys_enrich.fact_sources.registry import fact_sources
from lmsys_enrich.model.finding import Finding, Observation, Verdict
from lmsys_enrich.model.report import Obstacle, Report
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import Access
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.server import Fault
from tests.builders import catalog, day, entry
from tests.fakes import CostsNothing, DictStore, FakeClock
from tests.services import FAULTS, ServiceFetch, answered

MOST_REQUESTS = 9
MOST_SECONDS = 300
BY_PAGE = "as the page says"

COMMON_NIGHTS: Mapping[str, Fault] = {
    **FAULTS,
    "200 with an empty list": answered(200, []),
    "200 with `null`": answered(200, b"null"),
}
"""Faults that any service may have."""


class Pages(CostsNothing):
    """Websites: every page is there but those that are `gone`."""

    obstacles: Sequence[Obstacle] = ()

    def __init__(self, gone: Sequence[str] = ()) -> None:
        self._gone = gone

    def claims(self, url: str) -> bool:
        del url
        return True

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        for task in queue.planned:
            verdict = Verdict.DEAD if task.url in self._gone else Verdict.ALIVE
            yield Observation(task.url, verdict, BY_PAGE)
        async for tasks in queue.deferred():
            for task in tasks:
                yield Observation(task.url, Verdict.ALIVE, BY_PAGE)


@dataclass
class Ended:
    """A night with its report; `requests` is how many the API with the fault received."""

    report: Report
    requests: int
    seconds: float

    def __getitem__(self, url: str) -> Finding:
        return self.report.findings[url]


async def a_night(
    number: int,
    fetch: ServiceFetch,
    access: Access,
    links: Sequence[str],
    known: Mapping[str, Finding],
    *,
    host: str = "",
    gone: Sequence[str] = (),
) -> Ended:
    """Run on a day; `host` is that of the API with the fault."""
    clock = FakeClock(day(number))
    apis = Apis(fetch, clock, access, timedelta(minutes=2))
    run = Run(
        catalogs=[catalog(*(entry(url, url) for url in links))],
        checkers=(*api_checkers(apis), Pages(gone)),
        sources=fact_sources(apis),
        store=DictStore(),
        previous=PreviousFindings(kept=known),
        clock=clock,
        settings=Settings(refresh=True),
        stats=RequestStats(),
    )
    report = await check_and_enrich(run, run.plan(), Stop())
    assert report.bugs == ()
    return Ended(report, len(fetch.sent_to(host)), clock.elapsed)
