"""Crawl-delay: read from the robots.txt of a host with many links, and kept."""

import asyncio
from datetime import timedelta

import pytest

from lmsys_enrich.http.messages import Request, RequestKind, Response
from lmsys_enrich.politeness.client import PoliteClient
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.robots import crawl_delay
from lmsys_enrich.politeness.stats import RequestStats
from tests.fakes import FakeClock, FakeFetch

_HOST = "https://many.example"


@pytest.mark.parametrize(
    ("robots", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 10\n", 10),
        ("User-agent: *\nCrawl-delay: 10\n\nUser-agent: lmsys-enrich\nCrawl-delay: 2\n", 2),
        ("User-agent: another\nCrawl-delay: 10\n", 0),
        ("User-agent: *\nDisallow: /\n", 0),
        ("User-agent: *\nCrawl-delay: soon\n", 0),
        ("User-agent: *\nDisallow: //[\nCrawl-delay: 3\n", 3),
        ("User-agent: *\nCrawl-delay: \u00b2\n", 0),
        ("User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        ("User-agent: *\nCrawl-delay: " + "9" * 4300 + "\n", 0),
        ("User-agent: a\nUser-agent: LMSYS-Enrich/1.0\nCrawl-delay: 4 # seconds\n", 4),
        ("<html>", 0),
        ("", 0),
    ],
)
def test_a_robots_txt_is_read(robots: str, seconds: float) -> None:
    assert crawl_delay(robots) == seconds


def _polite(fetch: FakeFetch, clock: FakeClock) -> PoliteClient:
    limiter = HostLimiter(clock)
    return PoliteClient(fetch, limiter, clock, retries=0, patience=timedelta(minutes=2), stats=RequestStats())


async def _ask(polite: PoliteClient, count: int, kind: RequestKind = RequestKind.WEB) -> None:
    for number in range(count):
        await polite(Request("HEAD", f"{_HOST}/{number}", kind))
        await asyncio.sleep(0)  # what goes on beside it goes on
    await polite.close()


def _fetch(robots: Response) -> FakeFetch:
    pages = {f"{_HOST}/{number}": Response(200, {}) for number in range(10)}
    return FakeFetch({**pages, f"{_HOST}/robots.txt": robots})


async def test_many_requests_keep_the_delay() -> None:
    clock, fetch = FakeClock(), _fetch(Response(200, {}, b"User-agent: *\nCrawl-delay: 10\n"))
    await _ask(_polite(fetch, clock), 10)
    assert [request.url for request in fetch.requests].count(f"{_HOST}/robots.txt") == 1
    assert clock.slept == [10.0] * 4


async def test_an_absurd_delay_is_kept_only_as_long_as_patience_lasts() -> None:
    clock, fetch = FakeClock(), _fetch(Response(200, {}, b"User-agent: *\nCrawl-delay: 99999\n"))
    await _ask(_polite(fetch, clock), 7)
    assert clock.slept == [120.0]


@pytest.mark.parametrize("robots", [Response(404, {}), Response(200, {}, b"User-agent: *\nAllow: /")])
async def test_host_without_crawl_delay_gets_requests_at_once(robots: Response) -> None:
    clock, fetch = FakeClock(), _fetch(robots)
    await _ask(_polite(fetch, clock), 10)
    assert clock.slept == []


async def test_a_handful_of_links_needs_no_robots_txt() -> None:
    fetch = _fetch(Response(404, {}))
    await _ask(_polite(fetch, FakeClock()), 5)
    assert f"{_HOST}/robots.txt" not in [request.url for request in fetch.requests]


async def test_robots_txt_comes_before_the_second_of_many_links() -> None:
    clock, fetch = FakeClock(), _fetch(Response(200, {}, b"User-agent: *\nCrawl-delay: 10\n"))
    polite = _polite(fetch, clock)
    polite.expect({"many.example": 6, "few.example": 5})
    await _ask(polite, 10)
    assert [request.url for request in fetch.requests[:3]] == [
        f"{_HOST}/{path}" for path in (0, "robots.txt", 1)
    ]
    assert clock.slept == [10.0] * 8


async def test_robots_txt_is_requested_once_by_links_at_once() -> None:
    fetch = _fetch(Response(404, {}))
    polite = _polite(fetch, FakeClock())
    await asyncio.gather(*(polite(Request("HEAD", f"{_HOST}/{number}")) for number in range(10)))
    await polite.close()
    assert [request.url for request in fetch.requests].count(f"{_HOST}/robots.txt") == 1


async def test_robots_txt_is_not_requested_for_few_links() -> None:
    fetch = _fetch(Response(404, {}))
    polite = _polite(fetch, FakeClock())
    polite.expect({"many.example": 5})
    await _ask(polite, 5)
    assert len(fetch.requests) == 5


async def test_redirects_of_a_robots_txt_are_followed() -> None:
    www = "https://www.many.example"
    clock, fetch = FakeClock(), _fetch(Response(301, {"location": f"{www}/robots.txt"}))
    robots = {f"{www}/robots.txt": Response(200, {}, b"\xef\xbb\xbfUser-agent: *\nCrawl-delay: 10\n")}
    await _ask(_polite(FakeFetch({**fetch.script, **robots}), clock), 10)
    assert clock.slept == [10.0] * 4


@pytest.mark.parametrize("location", ["/robots.txt", "/0", "", "mailto:a@many.example", "http://["])
async def test_robots_txt_that_leads_nowhere_costs_a_few_requests(location: str) -> None:
    clock, fetch = FakeClock(), _fetch(Response(301, {"location": location}))
    await _ask(_polite(fetch, clock), 7)
    assert (clock.slept, len(fetch.requests) <= 9) == ([], True)
