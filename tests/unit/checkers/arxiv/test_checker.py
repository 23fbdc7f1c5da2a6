"""Papers at arXiv: alive where the API proves it, else for their page to decide, with their facts."""

from urllib.parse import parse_qs

import pytest

from lmsys_enrich.checkers.arxiv.checker import ArxivChecker
from lmsys_enrich.checkers.protocol import Deferred
from lmsys_enrich.model.facts import Paper
from lmsys_enrich.model.finding import Observation, Verdict
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Response, Sent
from tests.builders import finding
from tests.fakes import NIGHT
from tests.services import FAULTS, answered
from tests.unit.checkers.arxiv.feeds import error, feed, paper
from tests.unit.checkers.papers_double import Services, check

ARXIV, DATACITE = "export.arxiv.org", "api.datacite.org"
ABS = "https://arxiv.org/abs/2201.12023"
LIBRARY = Library(
    (
        SimulatedPaper(arxiv="2201.12023", title="Alpa", version=3, doi="10.1145/1"),
        SimulatedPaper(arxiv="2101.00042", title="Withdrawn", version=2, withdrawn=True),
        SimulatedPaper(arxiv="cs/0112019", title="Old"),
    )
)


@pytest.mark.parametrize(
    "url",
    [
        ABS,
        "https://arxiv.org/abs/2201.12023v2",
        "https://arxiv.org/pdf/2201.12023v3.pdf",
        "http://export.arxiv.org/abs/cs.LG/0112019",
        "https://arxiv.org/abs/2101.00042",
    ],
)
async def test_paper_that_arxiv_knows_is_alive(url: str) -> None:
    services = Services(LIBRARY)
    result = (await check(ArxivChecker(services.apis), url))[url]
    assert isinstance(result, Observation)
    assert result.verdict is Verdict.ALIVE
    assert result.paper is not None
    assert "not checked" in result.reason
    assert services.sent(ARXIV) == 1


@pytest.mark.parametrize(
    ("url", "has_facts"),
    [
        ("https://arxiv.org/abs/2201.12023v4", True),  # a version that the API does not name
        ("https://arxiv.org/html/2201.12023", True),  # which not every paper has
        ("https://arxiv.org/abs/2201.12023.pdf", True),
        ("https://arxiv.org/pdf/2101.00042", True),  # of a withdrawn paper
        ("https://arxiv.org/abs/2301.00001", False),  # left out of the feed
    ],
)
async def test_page_decides_where_the_api_proves_nothing(url: str, has_facts: bool) -> None:
    result = (await check(ArxivChecker(Services(LIBRARY).apis), url))[url]
    assert isinstance(result, Deferred)
    assert (result.paper is not None) is has_facts


async def test_links_of_one_paper_are_one_question() -> None:
    urls = (ABS, "https://arxiv.org/pdf/2201.12023", "https://arxiv.org/abs/2201.12023v1")
    services = Services(LIBRARY)
    results = await check(ArxivChecker(services.apis), *urls)
    assert set(results) == set(urls)
    (request,) = services.fetch.sent_to(ARXIV)
    assert (request.method, request.url) == ("POST", "https://export.arxiv.org/api/query")
    assert parse_qs(request.content.decode()) == {"id_list": ["2201.12023"], "max_results": ["1"]}
    assert request.headers["accept"] == "application/atom+xml"
    assert "authorization" not in request.headers


async def test_requests_are_three_seconds_apart_and_few() -> None:
    papers = tuple(SimulatedPaper(arxiv=f"2201.{n:05}", title="T") for n in range(450))
    services = Services(Library(papers))
    results = await check(
        ArxivChecker(services.apis), *(f"https://arxiv.org/abs/2201.{n:05}" for n in range(450))
    )
    assert len(results) == 450
    assert services.sent(ARXIV) == 3
    assert services.clock.elapsed >= 6


async def test_withdrawn_paper_has_its_facts() -> None:
    url = "https://arxiv.org/abs/2101.00042"
    result = (await check(ArxivChecker(Services(LIBRARY).apis), url))[url]
    assert isinstance(result, Observation)
    assert result.paper is not None
    facts = result.paper.facts
    assert (facts.withdrawn, facts.version, facts.title, facts.year) == (True, 2, "Withdrawn", 2022)
    assert "withdrawn" in result.reason


PLAIN_AND_OTHERS = (
    ABS,
    "https://arxiv.org/pdf/cs/0112019",
    "https://arxiv.org/abs/2201.12023v2",
    "https://arxiv.org/html/2201.12023",
    "https://arxiv.org/abs/2301.00001",
)


@pytest.mark.parametrize("fault", sorted(FAULTS))
async def test_datacite_proves_papers_where_arxiv_refuses(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].lasting = FAULTS[fault]
    checker = ArxivChecker(services.apis)
    results = await check(checker, *PLAIN_AND_OTHERS)
    assert sorted(results) == sorted(PLAIN_AND_OTHERS[:2])  # not a version, nor HTML: their pages are slow
    assert services.sent(DATACITE) == 1
    assert [obstacle for obstacle in checker.obstacles if "arXiv" in obstacle.what]
    found = results[ABS]
    assert isinstance(found, Observation)
    assert (found.verdict, found.reason.partition(";")[0]) == (
        Verdict.ALIVE,
        "arXiv registered it with DataCite",
    )
    assert found.paper is not None
    assert (found.paper.facts.ids, found.paper.facts.title) == ({"arxiv": "2201.12023"}, "Alpa")
    assert {"version", "withdrawn", "published_as", "citations", "venue"} <= found.paper.missing_fields


async def test_datacite_changes_no_fact_of_arxiv() -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].lasting = FAULTS["500"]
    known = Paper(ids={"arxiv": "2201.12023"}, title="Alpa: a title", fetched_at=NIGHT)
    results = await check(ArxivChecker(services.apis), ABS, known=[finding(ABS, paper=known)])
    found = results[ABS]
    assert isinstance(found, Observation)
    assert (found.verdict, found.paper) == (Verdict.ALIVE, None)


async def test_papers_that_a_feed_leaves_out_are_requested_again() -> None:
    def short(received: Received, answer: Sent) -> Response:
        ids = parse_qs(received.body.decode())["id_list"][0].split(",")
        return (
            Sent(200, {}, feed(*(paper(f"{one}v1") for one in ids[: len(ids) // 2]))) if ids[1:] else answer
        )

    services = Services(LIBRARY)
    services.of[ARXIV].lasting = short
    results = await check(ArxivChecker(services.apis), ABS, "https://arxiv.org/abs/cs/0112019")
    assert [one.verdict for one in results.values() if isinstance(one, Observation)] == [Verdict.ALIVE] * 2
    assert (services.sent(ARXIV), services.sent(DATACITE)) == (2, 0)


async def test_papers_that_no_registry_knows_are_for_their_pages() -> None:
    links = [f"https://arxiv.org/abs/2301.{number:05}" for number in range(159)]
    services = Services(LIBRARY)
    results = await check(ArxivChecker(services.apis), ABS, *links)
    assert {url for url, result in results.items() if isinstance(result, Deferred)} == set(links)
    assert (services.sent(ARXIV), services.sent(DATACITE)) == (2, 4)


async def test_feeds_without_any_paper_lead_to_no_page() -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].lasting = answered(200, feed())
    checker = ArxivChecker(services.apis)
    results = await check(checker, ABS, *(f"https://arxiv.org/abs/2301.{number:05}" for number in range(30)))
    assert sorted(results) == [ABS]
    assert services.sent(ARXIV) == 2
    assert "empty feeds" in checker.obstacles[0].what


@pytest.mark.parametrize("fault", [*FAULTS, "an empty feed"])
async def test_refusal_judges_no_link(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].lasting = {**FAULTS, "an empty feed": answered(200, feed())}[fault]
    services.of[DATACITE].lasting = FAULTS["500"]
    checker = ArxivChecker(services.apis)
    results = await check(checker, ABS, "https://arxiv.org/abs/cs/0112019")
    assert all(isinstance(result, Deferred) for result in results.values())  # an empty feed at most
    assert services.sent(ARXIV) <= 9
    if not results:
        assert [obstacle for obstacle in checker.obstacles if "arXiv" in obstacle.what]


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"429, `retry-after: 3600`"}))
async def test_refusal_that_passes_costs_nothing(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].faults = [FAULTS[fault]]
    results = await check(ArxivChecker(services.apis), ABS, "https://arxiv.org/abs/cs/0112019")
    assert [result.verdict for result in results.values() if isinstance(result, Observation)] == [
        Verdict.ALIVE
    ] * 2


async def test_paper_that_was_not_requested_is_ignored() -> None:
    services = Services(LIBRARY)
    services.of[ARXIV].lasting = answered(200, feed(paper("2202.00001v1"), paper("2201.12023v1")))
    results = await check(ArxivChecker(services.apis), ABS)
    assert set(results) == {ABS}


async def test_malformed_identifier_costs_its_own_link_alone() -> None:
    def refuse(received: Received, answer: Sent) -> Response:
        return Sent(400, {}, feed(error())) if b"0112019" in received.body else answer

    services = Services(LIBRARY)
    services.of[ARXIV].lasting = refuse
    services.of[DATACITE].lasting = FAULTS["500"]
    results = await check(ArxivChecker(services.apis), ABS, "https://arxiv.org/abs/cs/0112019")
    assert set(results) == {ABS}
