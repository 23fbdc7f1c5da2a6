"""DOIs: registered is alive, and doi.org alone may call one dead."""

from urllib.parse import parse_qs, urlsplit

import pytest

from lmsys_enrich.checkers.doi.checker import DoiChecker
from lmsys_enrich.checkers.protocol import Deferred
from lmsys_enrich.model.finding import Observation, Verdict
from lmsys_enrich.settings.access import Access
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Fault
from tests.services import FAULTS, answered
from tests.unit.checkers.doi.answers import handle, work, works
from tests.unit.checkers.papers_double import Services, check

CROSSREF, DATACITE, DOI_ORG = "api.crossref.org", "api.datacite.org", "doi.org"
SOSP = "https://doi.org/10.1145/3600006.3613165"
ACM = "https://dl.acm.org/doi/10.1145/3600006.3613165"
ZENODO = "https://doi.org/10.5281/zenodo.1"
OTHER = "https://doi.org/10.1163/1"
GONE = "https://doi.org/10.1145/9999999"
ODD = "https://doi.org/10.1002/a,b<c>"
LIBRARY = Library(
    (
        SimulatedPaper(doi="10.1145/3600006.3613165", title="PagedAttention", venue="SOSP", venue_year=2023),
        SimulatedPaper(doi="10.1145/2", title="Retracted", retracted=True),
        SimulatedPaper(doi="10.1002/a,b<c>", title="Odd"),
        SimulatedPaper(doi="10.5281/zenodo.1", title="Traces", agency="datacite"),
        SimulatedPaper(doi="10.1163/1", title="Elsewhere", agency="other"),
    )
)


def verdict(result: Observation | Deferred) -> Verdict:
    assert isinstance(result, Observation)
    return result.verdict


async def test_registered_doi_is_alive_at_any_agency() -> None:
    services = Services(LIBRARY)
    results = await check(DoiChecker(services.apis), SOSP, ACM, ZENODO, OTHER)
    assert {verdict(result) for result in results.values()} == {Verdict.ALIVE}
    assert all(
        "registered" in result.reason for result in results.values() if isinstance(result, Observation)
    )
    assert (services.sent(CROSSREF), services.sent(DATACITE), services.sent(DOI_ORG)) == (2, 1, 1)


async def test_registered_doi_has_its_facts() -> None:
    result = (await check(DoiChecker(Services(LIBRARY).apis), ACM))[ACM]
    assert isinstance(result, Observation)
    assert result.paper is not None
    facts = result.paper.facts
    assert (facts.ids, facts.title, facts.year, facts.venue, facts.retracted) == (
        {"doi": "10.1145/3600006.3613165"}, "PagedAttention", 2023, "SOSP", False,
    )  # fmt: skip


async def test_retracted_paper_is_alive_with_the_flag() -> None:
    url = "https://dl.acm.org/doi/10.1145/2"
    result = (await check(DoiChecker(Services(LIBRARY).apis), url))[url]
    assert verdict(result) is Verdict.ALIVE
    assert isinstance(result, Observation)
    assert result.paper is not None
    assert result.paper.facts.retracted


async def test_only_doi_org_declares_a_doi_dead() -> None:
    publisher = "https://dl.acm.org/doi/10.1145/9999999"
    results = await check(DoiChecker(Services(LIBRARY).apis), GONE, publisher)
    assert verdict(results[GONE]) is Verdict.DEAD
    assert isinstance(results[publisher], Deferred)


async def test_doi_of_a_publisher_needs_no_doi_org() -> None:
    services = Services(LIBRARY)
    await check(DoiChecker(services.apis), "https://dl.acm.org/doi/10.1145/9999999")
    assert services.sent(DOI_ORG) == 0


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answered(404, handle("10.1145/9999999", 100)), Verdict.DEAD),
        (answered(200, handle("10.1145/9999999", 100)), None),  # in another form than its own
        (answered(404, handle("10.1145/1", 100)), None),  # about another DOI
        (answered(404, b"<html>DOI not found</html>"), None),
        (answered(404, {"message": "no such route"}), None),
        (answered(500, handle("10.1145/9999999", 2)), None),
        (answered(200, handle("10.1145/9999999", 1)), Verdict.ALIVE),
    ],
    ids=["missing", "missing with 200", "another", "html", "another json", "error", "registered"],
)
async def test_word_of_doi_org_counts_in_its_own_form_alone(answer: Fault, expected: Verdict | None) -> None:
    services = Services(LIBRARY)
    services.of[DOI_ORG].lasting = answer
    results = await check(DoiChecker(services.apis), GONE)
    assert [verdict(result) for result in results.values()] == ([] if expected is None else [expected])


async def test_handle_without_an_address_goes_to_the_page() -> None:
    services = Services(LIBRARY)
    services.of[DOI_ORG].lasting = answered(200, handle("10.1145/9999999", 200))
    assert isinstance((await check(DoiChecker(services.apis), GONE))[GONE], Deferred)


async def test_many_dois_are_few_requests_and_odd_ones_go_alone() -> None:
    papers = tuple(SimulatedPaper(doi=f"10.1145/{n}", title="T") for n in range(120))
    services = Services(Library((*LIBRARY.papers, *papers)), Access(contact="me@example.org"))
    urls = [f"https://doi.org/10.1145/{n}" for n in range(120) if n != 2]
    results = await check(DoiChecker(services.apis), *urls, ODD)
    assert {verdict(result) for result in results.values()} == {Verdict.ALIVE}
    assert len(results) == 120
    requests = services.fetch.sent_to(CROSSREF)
    assert len(requests) == 7  # works and notices of three batches, and the odd one
    query = parse_qs(urlsplit(requests[0].url).query)
    assert query["rows"] == ["50"]
    assert query["mailto"] == ["me@example.org"]
    assert query["filter"][0].startswith("doi:10.1145/0,doi:10.1145/1,")
    assert requests[-1].url == "https://api.crossref.org/works/10.1002%2Fa%2Cb%3Cc%3E?mailto=me%40example.org"


async def test_record_of_another_doi_proves_nothing() -> None:
    services = Services(LIBRARY)
    services.of[CROSSREF].lasting = answered(200, works(work("10.1145/7")))
    results = await check(DoiChecker(services.apis), GONE)
    assert verdict(results[GONE]) is Verdict.DEAD  # by doi.org


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_of_crossref_judges_no_link(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[CROSSREF].lasting = FAULTS[fault]
    checker = DoiChecker(services.apis)
    assert await check(checker, SOSP, ACM, GONE) == {}
    assert any("Crossref" in obstacle.what for obstacle in checker.obstacles)
    assert services.sent(CROSSREF) <= 12


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_of_datacite_is_made_good_by_doi_org(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[DATACITE].lasting = FAULTS[fault]
    results = await check(DoiChecker(services.apis), ZENODO, OTHER, GONE, ACM)
    assert [verdict(results[url]) for url in (ZENODO, OTHER, GONE, ACM)] == [
        Verdict.ALIVE, Verdict.ALIVE, Verdict.DEAD, Verdict.ALIVE,
    ]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_of_doi_org_declares_nothing_dead(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[DOI_ORG].lasting = FAULTS[fault]
    results = await check(DoiChecker(services.apis), SOSP, OTHER, GONE)
    assert [verdict(result) for result in results.values()] == [Verdict.ALIVE]
    assert services.sent(DOI_ORG) <= 9
