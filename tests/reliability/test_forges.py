"""Bad nights of forges other than GitHub, in whole runs; `docs/reliability.md` is made from them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

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
from lmsys_enrich.settings.access import Access, ApiAccess, ForgeAccess
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.forges import Projects, SimulatedForges, SimulatedProject
from lmsys_enrich.simulation.paper_services import Fault
from lmsys_enrich.simulation.server import Received, Response, Sent
from tests.builders import catalog, day, entry
from tests.fakes import CostsNothing, DictStore, FakeClock
from tests.golden import ROOT
from tests.reliability.document import assert_documented
from tests.services import FAULTS, ServiceFetch, answered

FORGES: Mapping[str, tuple[str, str]] = {
    "GitLab": ("gitlab.test", "https://gitlab.com/acme/tool"),
    "Forgejo": ("codeberg.test", "https://codeberg.org/acme/tool"),
    "Hugging Face": ("hub.test", "https://huggingface.co/acme/large"),
}
"""Host of each API, and the link about which it is asked."""

ACCESS = Access(
    gitlab=(ForgeAccess("gitlab.com", "https://gitlab.test/gitlab.com", "glpat-secret"),),
    forgejo=(ForgeAccess("codeberg.org", "https://codeberg.test/codeberg.org", "secret"),),
    hugging_face=ApiAccess("https://hub.test/huggingface.co", "hf_secret"),
)
LINKS = [url for _, url in FORGES.values()]
MOST_REQUESTS = 9
MOST_SECONDS = 300


def about_another(received: Received, answer: Sent) -> Response:
    """Answers about others than those that were asked for: no list of projects holds the ones."""
    if not received.target.endswith("/graphql"):
        return answer
    return Sent(answer.status, answer.headers, answer.body.replace(b"acme/tool", b"evil/other"))


NIGHTS: Mapping[str, Fault] = {
    **FAULTS,
    "401, the token is no longer valid": answered(401, {"message": "401 Unauthorized"}),
    "404 in the JSON of another API": answered(404, {"reason": "no route"}),
    "200 with an error of GraphQL": answered(200, {"errors": [{"message": "Timeout on validation"}]}),
    "200 with an empty list": answered(200, []),
    "200 with `null`": answered(200, b"null"),
    "an answer about other projects": about_another,
}


class Pages(CostsNothing):
    """Websites: every page is there."""

    obstacles: Sequence[Obstacle] = ()

    def claims(self, url: str) -> bool:
        del url
        return True

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        async for tasks in queue.deferred():
            for task in tasks:
                yield Observation(task.url, Verdict.ALIVE, "as the page says")


@dataclass
class Ended:
    """A night with its report; `asked` are the requests to the API that had the fault."""

    report: Report
    asked: int
    seconds: float

    def __getitem__(self, url: str) -> Finding:
        return self.report.findings[url]


async def a_night(
    number: int, known: Mapping[str, Finding], host: str = "", fault: Fault | None = None
) -> Ended:
    projects = Projects(
        (
            SimulatedProject(host="gitlab.com", name="acme/tool", id=1, stars=number, license="MIT"),
            SimulatedProject(host="codeberg.org", name="acme/tool", id=2, stars=number),
            SimulatedProject(host="huggingface.co", name="acme/large", id=3, stars=number, license="mit"),
        )
    )
    forges = {api: SimulatedForges(projects) for api, _ in FORGES.values()}
    if fault is not None:
        forges[host].lasting = fault
    fetch, clock = ServiceFetch(forges), FakeClock(day(number))
    apis = Apis(fetch, clock, ACCESS, timedelta(minutes=2))
    run = Run(
        catalogs=[catalog(*(entry(url, url) for url in LINKS))],
        checkers=(*api_checkers(apis), Pages()),
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


async def nights(forge: str, fault: Fault) -> tuple[Ended, Ended]:
    """A good night, and one on which a forge has a fault."""
    first = await a_night(1, {})
    host, _ = FORGES[forge]
    return first, await a_night(9, first.report.findings, host, fault)


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("fault", NIGHTS)
async def test_bad_night_of_a_forge_loses_nothing(forge: str, fault: str) -> None:
    first, second = await nights(forge, NIGHTS[fault])
    for url in LINKS:
        before, after = first[url], second[url]
        assert after.verdict is Verdict.ALIVE
        assert (after.repository is None, after.model is None) == (
            before.repository is None,
            before.model is None,
        )
        if before.repository is not None and after.repository is not None:
            assert (after.repository.id, after.repository.license) == (
                before.repository.id,
                before.repository.license,
            )
            assert after.repository.stars in {1, 9}
        if after.model is not None:
            assert after.model.license == "mit"
            assert after.model.likes in {1, 9}
    assert second.asked <= MOST_REQUESTS
    assert second.seconds <= MOST_SECONDS
    assert "secret" not in str(second.report.obstacles)


async def test_good_night_renews_every_fact() -> None:
    first, second = await nights("GitLab", lambda _, answer: answer)
    facts = second[FORGES["GitLab"][1]].repository
    assert facts is not None
    assert (facts.stars, facts.license, first.report.obstacles) == (9, "MIT", ())


async def test_document_tells_what_becomes_of_each_night() -> None:
    rows = [
        [fault, *[_cell(forge, (await nights(forge, NIGHTS[fault]))[1]) for forge in FORGES]]
        for fault in NIGHTS
    ]
    assert_documented(ROOT / "docs" / "reliability.md", "forges", ("The forge", *FORGES), rows)


def _cell(forge: str, night: Ended) -> str:
    """How the link was proved, how old its facts are, and with how many requests."""
    found = night[FORGES[forge][1]]
    facts = found.repository or found.model
    assert facts is not None
    by = "by its page" if found.reason == "as the page says" else "by the API"
    age = "new" if facts.fetched_at == day(9) else "kept"
    return f"{found.verdict.value} {by}, facts {age}, {night.asked}"
