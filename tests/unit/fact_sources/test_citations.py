"""Citations from Semantic Scholar and OpenAlex, and a run that is none the worse without them."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from lmsys_enrich.fact_sources.citations import OpenAlex, SemanticScholar, openalex
from lmsys_enrich.fact_sources.protocol import Addition
from lmsys_enrich.model.facts import Paper
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.settings.access import Access, ApiAccess
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from tests.builders import day, finding
from tests.services import FAULTS, answered
from tests.unit.checkers.papers_double import Services

S2, OPENALEX = "api.semanticscholar.org", "api.openalex.org"
S2_KEY = Access(semantic_scholar=ApiAccess(f"https://{S2}", "s2-key"))
OPENALEX_KEY = Access(openalex=ApiAccess(f"https://{OPENALEX}", "oa-key"))
LIBRARY = Library(
    (
        SimulatedPaper(arxiv="2201.12023", title="Alpa", venue="OSDI", venue_year=2022, citations=512),
        SimulatedPaper(doi="10.1145/1", title="Published", venue="SOSP", venue_year=2023, citations=7),
    )
)
ARXIV = finding(
    "https://arxiv.org/abs/2201.12023",
    paper=Paper(ids={"arxiv": "2201.12023"}, title="Alpa", year=2022, fetched_at=day(1)),
)
ACM = finding("https://dl.acm.org/doi/10.1145/1")  # of which no registry has facts yet
UNKNOWN = finding("https://arxiv.org/abs/2301.00001")
PAGE = finding("https://example.org/")


async def additions(source: SemanticScholar | OpenAlex, *findings: Finding) -> dict[str, Addition]:
    return {one.url: one async for one in source.fetch([found for found in findings if source.wants(found)])}


@pytest.mark.parametrize("access", [Access(), S2_KEY], ids=["without a key", "with a key"])
async def test_semantic_scholar_adds_citations_and_venue(access: Access) -> None:
    services = Services(LIBRARY, access)
    added = await additions(SemanticScholar(services.apis), ARXIV, ACM, UNKNOWN, PAGE)
    assert added.keys() == {ARXIV.url, ACM.url, UNKNOWN.url}
    update = added[ARXIV.url].paper
    assert update is not None
    assert (update.facts.citations, update.facts.venue, update.facts.year) == (512, "OSDI", 2022)
    assert "title" in update.missing_fields
    published = added[ACM.url].paper
    assert published is not None
    assert (published.facts.title, published.facts.citations) == ("Published", 7)
    assert added[UNKNOWN.url].paper is None  # requested, and unknown


async def test_papers_are_one_request_with_the_key_in_its_header() -> None:
    services = Services(LIBRARY, S2_KEY)
    await additions(SemanticScholar(services.apis), ARXIV, ACM, UNKNOWN)
    (request,) = services.fetch.sent_to(S2)
    assert json.loads(request.content) == {"ids": ["ARXIV:2201.12023", "DOI:10.1145/1", "ARXIV:2301.00001"]}
    assert request.headers["x-api-key"] == "s2-key"
    assert "authorization" not in request.headers


async def test_no_paper_known_is_an_answer() -> None:
    services = Services(LIBRARY)
    added = await additions(SemanticScholar(services.apis), UNKNOWN)
    assert added[UNKNOWN.url].paper is None
    assert services.sent(S2) == 1


async def test_large_batch_that_fails_is_divided() -> None:
    services = Services(LIBRARY)
    services.of[S2].faults = [answered(504, {"message": "Endpoint request timed out"})] * 3
    added = await additions(SemanticScholar(services.apis), ARXIV, ACM)
    assert {url for url, one in added.items() if one.paper is not None} == {ARXIV.url, ACM.url}


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_without_a_key_is_no_obstacle_and_takes_no_time(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[S2].lasting = FAULTS[fault]
    source = SemanticScholar(services.apis)
    assert await additions(source, ARXIV, ACM) == {}
    assert source.obstacles == ()
    assert services.sent(S2) <= 9
    assert services.clock.elapsed <= 60


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_with_a_key_adds_nothing(fault: str) -> None:
    services = Services(LIBRARY, S2_KEY)
    services.of[S2].lasting = FAULTS[fault]
    assert await additions(SemanticScholar(services.apis), ARXIV, ACM) == {}


async def test_openalex_with_a_key_gets_papers_without_citations() -> None:
    assert openalex(Services(LIBRARY).apis) is None
    services = Services(LIBRARY, OPENALEX_KEY)
    source = OpenAlex(services.apis)
    counted = finding(ARXIV.url, paper=Paper(ids={"arxiv": "2201.12023"}, citations=3, fetched_at=day(1)))
    added = await additions(source, ARXIV, ACM, UNKNOWN, PAGE, counted)
    assert added.keys() == {ARXIV.url, ACM.url, UNKNOWN.url}
    update = added[ARXIV.url].paper
    assert update is not None
    assert update.facts.citations == 512
    (request,) = services.fetch.sent_to(OPENALEX)
    query = parse_qs(urlsplit(request.url).query)
    assert query["filter"] == ["doi:10.48550/arxiv.2201.12023|10.1145/1|10.48550/arxiv.2301.00001"]
    assert query["per-page"] == ["3"]
    assert request.headers["authorization"] == "Bearer oa-key"


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_of_openalex_adds_nothing(fault: str) -> None:
    services = Services(LIBRARY, OPENALEX_KEY)
    services.of[OPENALEX].lasting = FAULTS[fault]
    assert await additions(OpenAlex(services.apis), ARXIV, ACM) == {}
    assert services.sent(OPENALEX) <= 9


async def test_identifier_that_openalex_rejects_costs_itself_alone() -> None:
    services = Services(LIBRARY, OPENALEX_KEY)
    services.of[OPENALEX].faults = [answered(400, {"error": "Invalid query parameters error."})]
    added = await additions(OpenAlex(services.apis), ARXIV, ACM)
    assert {url for url, one in added.items() if one.paper is not None} == {ARXIV.url, ACM.url}


async def test_openalex_gets_another_request_after_a_limit() -> None:
    services = Services(LIBRARY, OPENALEX_KEY)
    services.of[OPENALEX].faults = [answered(403, {"error": "Too many requests"})]
    assert (await additions(OpenAlex(services.apis), ARXIV)).keys() == {ARXIV.url}
