"""Archived copies of links that are confirmed dead, and of no others."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from lmsys_enrich.fact_sources.protocol import Addition
from lmsys_enrich.fact_sources.wayback import MAX_LINKS, Wayback
from lmsys_enrich.model.finding import Finding, Suggestion, SuggestionKind, Verdict
from lmsys_enrich.simulation.papers import Library
from tests.builders import finding
from tests.services import FAULTS, answered
from tests.unit.checkers.papers_double import Services

HOST = "web.archive.org"
GONE = "https://example.org/gone"
LIBRARY = Library(snapshots={GONE: ("20190412080000", "20220101120000", "20251224000000")})


def dead(url: str = GONE, last_alive: datetime | None = None) -> Finding:
    return finding(url, Verdict.DEAD, last_alive=last_alive)


async def additions(source: Wayback, *findings: Finding) -> list[Addition]:
    return [one async for one in source.fetch([found for found in findings if source.wants(found)])]


@pytest.mark.parametrize(
    ("last_alive", "timestamp", "day"),
    [
        (datetime(2021, 12, 1, tzinfo=UTC), "20220101120000", "2022-01-01"),
        (datetime(2019, 1, 1, tzinfo=UTC), "20190412080000", "2019-04-12"),
        (None, "20251224000000", "2025-12-24"),
    ],
)
async def test_copy_nearest_to_the_last_day_alive_is_suggested(
    last_alive: datetime | None, timestamp: str, day: str
) -> None:
    (added,) = await additions(Wayback(Services(LIBRARY).apis), dead(last_alive=last_alive))
    url = f"https://web.archive.org/web/{timestamp}/{GONE}"
    assert added.snapshot == Suggestion(url, f"archived on {day}", SuggestionKind.ARCHIVED)


async def test_excluded_site_does_not_keep_others_from_their_copies() -> None:
    exclusion = b"org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
    services = Services(LIBRARY)
    services.of[HOST].faults = [answered(403, exclusion), answered(400, {"error": "bad url"})]
    excluded, odd = dead("https://excluded.example.org/"), dead("https://odd.example.org/")
    first, second = await additions(Wayback(services.apis), excluded, odd, dead())
    assert first == Addition(excluded.url)
    assert (second.url, second.snapshot is not None) == (GONE, True)


async def test_no_copy_is_an_answer_too() -> None:
    (added,) = await additions(Wayback(Services(LIBRARY).apis), dead("https://example.org/never"))
    assert added == Addition("https://example.org/never")


@pytest.mark.parametrize(
    "found",
    [
        finding(GONE, Verdict.FAILING),
        finding(GONE, Verdict.UNCHECKED, last_verdict=Verdict.DEAD),
        finding(GONE),
        dead("https://user:secret@example.org/"),
        dead("https://example.org/?access_token=0123456789abcdef"),
        dead("http://127.0.0.1/gone"),
        dead("http://[::1]/gone"),
        dead("http://intranet/gone"),
        dead("#anchor"),
    ],
    ids=lambda found: f"{found.verdict} {found.url}",
)
def test_only_public_links_that_are_dead_are_looked_up(found: Finding) -> None:
    assert not Wayback(Services(LIBRARY).apis).wants(found)


async def test_requests_of_a_run_are_few_and_slow() -> None:
    services = Services(LIBRARY)
    found = [dead(f"https://example.org/{number}") for number in range(50)]
    assert len(await additions(Wayback(services.apis), *found)) == MAX_LINKS == services.sent(HOST)
    assert services.clock.elapsed >= 2 * (MAX_LINKS - 1)


async def test_query_names_the_day_and_successful_copies() -> None:
    services = Services(LIBRARY)
    await additions(Wayback(services.apis), dead(last_alive=datetime(2021, 12, 1, tzinfo=UTC)))
    (request,) = services.fetch.sent_to(HOST)
    query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    assert query == {
        "url": GONE,
        "output": "json",
        "filter": "statuscode:200",
        "fl": "timestamp,original",
        "sort": "closest",
        "closest": "20211201",
        "limit": "1",
    }


@pytest.mark.parametrize("fault", FAULTS)
async def test_refusal_ends_the_requests_of_the_run(fault: str) -> None:
    services = Services(LIBRARY)
    services.of[HOST].lasting = FAULTS[fault]
    source = Wayback(services.apis)
    assert await additions(source, *(dead(f"https://example.org/{number}") for number in range(5))) == []
    assert source.obstacles == ()
    assert services.sent(HOST) <= 5


@pytest.mark.parametrize(
    "body", [[["timestamp"], ["x"]], [["timestamp"], 3], [["timestamp"], ["99999999999999"]]]
)
async def test_copy_without_a_time_is_none(body: object) -> None:
    services = Services(LIBRARY)
    services.of[HOST].lasting = answered(200, body)
    (added,) = await additions(Wayback(services.apis), dead())
    assert added.snapshot is None
