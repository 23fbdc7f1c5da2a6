"""Bad nights of the services for papers, in whole runs; `docs/reliability.md` is made from them."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.settings.access import Access, ApiAccess
from lmsys_enrich.simulation.paper_registries import LOGIN
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Fault, Received, Response, Sent
from lmsys_enrich.values import replace
from tests.builders import day
from tests.golden import ROOT
from tests.reliability.document import assert_documented
from tests.reliability.nights import COMMON_NIGHTS, MOST_REQUESTS, MOST_SECONDS, Ended, a_night
from tests.services import answered
from tests.unit.checkers.arxiv.feeds import error, feed
from tests.unit.checkers.papers_double import Services

ARXIV = "https://arxiv.org/abs/2201.12023"
ACM = "https://dl.acm.org/doi/10.1145/3600006.3613165"
ZENODO = "https://doi.org/10.5281/zenodo.1"
ELSEWHERE = "https://doi.org/10.1163/1"
FORUM = "https://openreview.net/forum?id=rJl-b3RcF7"
GONE = "https://example.org/gone"
LINKS = (ARXIV, ACM, ZENODO, ELSEWHERE, FORUM)

SERVICES: Mapping[str, tuple[str, str]] = {
    "arXiv": ("export.arxiv.org", ARXIV),
    "Crossref": ("api.crossref.org", ACM),
    "DataCite": ("api.datacite.org", ZENODO),
    "doi.org": ("doi.org", ELSEWHERE),
    "OpenReview": ("api2.openreview.net", FORUM),
    "Semantic Scholar": ("api.semanticscholar.org", ARXIV),
    "OpenAlex": ("api.openalex.org", ZENODO),
    "Wayback": ("web.archive.org", GONE),
}
"""Host of each service, and a link for its requests."""


def about_another(received: Received, answer: Sent) -> Response:
    """Responses about other papers than those requested."""
    del received
    body = answer.body
    for mine, other in (
        (b"2201.12023", b"2201.99999"),
        (b"10.1145/3", b"10.1145/4"),
        (b"zenodo.1", b"zenodo.2"),
    ):
        body = body.replace(mine, other)
    body = body.replace(b"10.1163/1", b"10.1163/2").replace(b"rJl-b3RcF7", b"another-one")
    return Sent(answer.status, answer.headers, body)


NIGHTS: Mapping[str, Fault] = {
    **COMMON_NIGHTS,
    "a response about other papers": about_another,
    "200 with an empty feed": answered(200, feed()),
    "200 with an error in a feed": answered(200, feed(error())),
}


def library(title: str, citations: int) -> Library:
    """Papers of one night: titles and citations change until the next."""
    return Library(
        (
            SimulatedPaper(arxiv="2201.12023", title=title, citations=citations),
            SimulatedPaper(doi="10.1145/3600006.3613165", title=title, citations=citations),
            SimulatedPaper(doi="10.5281/zenodo.1", agency="datacite", title=title),
            SimulatedPaper(doi="10.1163/1", agency="other", title=title),
            SimulatedPaper(openreview="rJl-b3RcF7", title=title, venue="ICLR"),
        ),
        {GONE: ("20200101000000",)},
    )


async def tonight(
    number: int, title: str, known: Mapping[str, Finding], host: str = "", fault: Fault | None = None
) -> Ended:
    access = Access(
        openreview_login=LOGIN,
        semantic_scholar=ApiAccess("https://api.semanticscholar.org", "key"),
        openalex=ApiAccess("https://api.openalex.org", "key"),
    )
    services = Services(library(title, number), access)
    if fault is not None:
        services.of[host].lasting = fault
    links = (*LINKS, GONE)
    return await a_night(number, services.fetch, access, links, known, host=host, gone=(GONE,))


async def nights(service: str, fault: Fault) -> tuple[Ended, Ended]:
    """A good night, and one after a month on which a service has a fault."""
    first = await tonight(1, "As it was", {})
    host, _ = SERVICES[service]
    past = {url: aged(found) for url, found in first.report.findings.items()}
    return first, await tonight(20, "As it is", past, host, fault)


def aged(found: Finding) -> Finding:
    """The finding, with answers of fact sources that are older than a month; copies are looked up again."""
    asked = {name: at - timedelta(days=30) for name, at in found.asked.items() if name != "wayback"}
    return replace(found, asked=asked, snapshot=None)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("fault", NIGHTS)
async def test_bad_night_of_a_service_loses_nothing(service: str, fault: str) -> None:
    first, second = await nights(service, NIGHTS[fault])
    for url in LINKS:
        before, after = first[url], second[url]
        assert after.verdict in {Verdict.ALIVE, Verdict.UNCHECKED}
        assert after.effective_verdict is Verdict.ALIVE
        assert (after.paper is None) is (before.paper is None)
        if before.paper is not None and after.paper is not None:
            _assert_kept(before, after)
    assert second[GONE].verdict is Verdict.DEAD
    assert second.requests <= MOST_REQUESTS
    assert second.seconds <= MOST_SECONDS


def _assert_kept(before: Finding, after: Finding) -> None:
    """Each fact is new, or what it was, with the date of when it was learned."""
    assert before.paper is not None
    assert after.paper is not None
    for name in ("title", "citations", "venue", "year", "withdrawn", "retracted"):
        value = getattr(after.paper, name)
        learned = after.paper.kept.get(name, after.paper.fetched_at)
        if getattr(before.paper, name) is not None:
            assert value is not None
        if learned == day(1):
            assert value == getattr(before.paper, name)
    if after.verdict is Verdict.UNCHECKED:
        assert after.reason


async def test_good_night_renews_every_fact() -> None:
    first, second = await nights("arXiv", lambda _, answer: answer)
    assert {second[url].verdict for url in LINKS} == {Verdict.ALIVE}
    paper = second[ARXIV].paper
    assert paper is not None
    assert (paper.title, paper.citations, paper.kept.get("title")) == ("As it is", 20, None)
    assert first[GONE].snapshot == second[GONE].snapshot
    assert second.report.obstacles == ()


async def test_document_shows_what_becomes_of_each_night() -> None:
    rows = [
        [fault, *[_cell(service, (await nights(service, NIGHTS[fault]))[1]) for service in SERVICES]]
        for fault in NIGHTS
    ]
    assert_documented(ROOT / "docs" / "reliability.md", "papers", ("The service", *SERVICES), rows)


def _cell(service: str, night: Ended) -> str:
    """What became of the service's link, or of its facts, and with how many requests."""
    found = night[SERVICES[service][1]]
    if service == "Wayback":
        result = "copy" if found.snapshot is not None else "no copy"
    elif service in {"Semantic Scholar", "OpenAlex"}:
        result = "facts kept"
    else:
        result = found.verdict.value
    return f"{result}, {night.requests}"
