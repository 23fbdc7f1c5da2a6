"""Website checker, as the pipeline uses it."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from lmsys_enrich.checkers.protocol import Checker, CheckError, TaskQueue
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.politeness.client import PoliteClient
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.politeness.stats import RequestStats
from tests.fakes import FakeClock, FakeFetch, closed_queue

_OK = Response(200, {})
_CANARIES = ("https://canary.org/", "https://canary.net/")


def _checker(fetch: Fetch, concurrency: int = 4, canaries: Sequence[str] = _CANARIES) -> WebsiteChecker:
    return WebsiteChecker(fetch, Scheduler(per_host=concurrency), concurrency=concurrency, canaries=canaries)


async def _answers(checker: Checker, urls: Sequence[str]) -> dict[str, Observation]:
    async with aclosing(checker.check(closed_queue(*map(LinkTask, urls)))) as stream:
        return {result.url: result async for result in stream if isinstance(result, Observation)}


def _requested(fetch: FakeFetch) -> set[str]:
    return {request.url for request in fetch.requests}


@pytest.mark.parametrize(
    ("url", "claimed"), [("https://a.org/", True), ("http://a.org/", True), ("mailto:a@b.org", False)]
)
def test_website_checker_claims_web_addresses(url: str, claimed: bool) -> None:
    assert _checker(FakeFetch({})).claims(url) is claimed


async def test_every_link_has_an_observation() -> None:
    fetch = FakeFetch(
        {
            "https://a.org/": _OK,
            "https://b.org/old": Response(301, {"location": "/new"}),
            "https://b.org/new": _OK,
            "https://c.org/": Response(404, {}),
        }
    )
    checker = _checker(fetch)
    urls = ["https://a.org/", "https://b.org/old", "https://c.org/", "https://gone.org/"]
    observations = await _answers(checker, urls)
    assert {url: observations[url].verdict for url in urls} == dict(
        zip(urls, [Verdict.ALIVE, Verdict.MOVED, Verdict.DEAD, Verdict.DEAD], strict=True)
    )
    assert not checker.obstacles
    assert not _requested(fetch) & set(_CANARIES)


async def test_no_links_cost_no_request() -> None:
    fetch = FakeFetch({})
    assert await _answers(_checker(fetch), []) == {}
    assert not fetch.requests


async def test_lone_dead_name_is_believed_when_a_canary_responds() -> None:
    fetch = FakeFetch({"https://canary.org/": _OK})
    observations = await _answers(_checker(fetch), ["https://gone.org/"])
    assert observations["https://gone.org/"].verdict is Verdict.DEAD
    assert "https://canary.net/" not in _requested(fetch)


async def test_one_living_canary_is_enough() -> None:
    fetch = FakeFetch({"https://canary.net/": _OK})
    checker = _checker(fetch)
    assert len(await _answers(checker, ["https://gone.org/"])) == 1
    assert not checker.obstacles


@pytest.mark.parametrize("count", [1, 3, 7, 40])
@pytest.mark.parametrize("kind", [ErrorKind.NAME_UNKNOWN, ErrorKind.TIMEOUT, ErrorKind.PROXY])
async def test_without_a_network_nothing_is_said_of_any_link(count: int, kind: ErrorKind) -> None:
    async def fetch(_: Request) -> Outcome:
        return FetchError(kind, "")

    checker = _checker(fetch)
    assert await _answers(checker, [f"https://host{n}.org/" for n in range(count)]) == {}
    assert len(checker.obstacles) == 1


async def test_outage_in_the_middle_of_a_run_stops_requests() -> None:
    good = [f"https://good{n}.org/" for n in range(5)]
    lost = [f"https://lost{n}.org/" for n in range(200)]
    fetch = FakeFetch(dict.fromkeys(good, _OK))
    checker = _checker(fetch)
    observations = await _answers(checker, good + lost)
    assert set(observations) == set(good)
    assert len(fetch.requests) < 40
    assert len(checker.obstacles) == 1


async def test_while_the_network_itself_is_looked_at_no_visit_begins() -> None:
    requested: list[str] = []
    visits_before_and_after: list[int] = []

    async def fetch(request: Request) -> Outcome:
        if request.url in _CANARIES:
            visits_before_and_after.append(len(requested))
            for _ in range(50):
                await asyncio.sleep(0)  # so much time as fifty visits would take
            visits_before_and_after.append(len(requested))
            return Response(500, {})
        requested.append(request.url)
        return FetchError(ErrorKind.TIMEOUT, "")

    await _answers(_checker(fetch, canaries=_CANARIES[:1]), [f"https://host{n}.org/" for n in range(90)])
    before, after = visits_before_and_after
    assert after - before <= 3  # those that had begun


async def test_links_of_each_host_are_counted_before_requests() -> None:
    expected: dict[str, int] = {}
    fetch = FakeFetch({"https://a.org/1": _OK, "https://a.org/2": _OK, "https://b.org/": _OK})
    checker = WebsiteChecker(fetch, Scheduler(per_host=2), concurrency=2, expect=expected.update)
    await _answers(checker, ["https://a.org/1", "https://a.org/2", "https://b.org/"])
    assert expected == {"a.org": 2, "b.org": 1}


async def test_many_dead_hosts_on_a_sound_network_are_dead() -> None:
    dead = [f"https://dead{n}.org/" for n in range(35)]
    fetch = FakeFetch({"https://canary.org/": _OK})
    checker = _checker(fetch)
    observations = await _answers(checker, dead)
    assert {observations[url].verdict for url in dead} == {Verdict.DEAD}
    assert not checker.obstacles


@pytest.mark.parametrize("count", [1, 3, 12])
async def test_behind_a_captive_portal_nothing_is_said_of_any_link(count: int) -> None:
    async def fetch(request: Request) -> Outcome:
        if request.url.startswith("http://portal.net/"):
            return _OK
        if request.url.startswith("http:"):
            return Response(302, {"location": "http://portal.net/login"})
        return FetchError(ErrorKind.TLS, "self-signed certificate")

    checker = _checker(fetch)
    urls = [f"http://plain{n}.org/x" for n in range(count)] + [f"https://safe{n}.org/" for n in range(count)]
    assert await _answers(checker, urls) == {}
    assert "portal" in checker.obstacles[0].hint


async def test_proxy_that_refuses_everything_makes_no_link_dead() -> None:
    async def fetch(_: Request) -> Outcome:
        return Response(502, {})

    checker = _checker(fetch)
    assert await _answers(checker, [f"http://host{n}.org/" for n in range(12)]) == {}
    assert checker.obstacles


@dataclass
class _Gated:
    """Answers a host only when its gate is open, and counts who is inside."""

    open: dict[str, asyncio.Event] = field(default_factory=dict)
    inside: int = 0
    most: int = 0
    crowded: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> Outcome:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside > 1:
            self.crowded.set()
        try:
            host = request.url.split("/")[2]
            await self.open.get(host, asyncio.Event()).wait()
            await asyncio.sleep(0)
        finally:
            self.inside -= 1
        return _OK


def _gated(*hosts: str) -> _Gated:
    gated = _Gated({host: asyncio.Event() for host in hosts})
    for rate_limiter in gated.open.values():
        rate_limiter.set()
    return gated


async def test_silent_host_does_not_hold_up_others() -> None:
    fetch = _gated("quick.org")
    slow = [LinkTask(f"https://slow.org/{n}") for n in range(50)]
    quick = [LinkTask(f"https://quick.org/{n}") for n in range(50)]
    async with aclosing(_checker(fetch).check(closed_queue(*slow, *quick))) as stream:
        results = [await anext(stream) for _ in quick]
    answered = [result.url for result in results if isinstance(result, Observation)]
    assert set(answered) == {task.url for task in quick}


async def test_no_more_visits_are_under_way_than_allowed() -> None:
    fetch = _gated(*(f"host{n}.org" for n in range(30)))
    await _answers(_checker(fetch, concurrency=3), [f"https://host{n}.org/" for n in range(30)])
    assert fetch.most == 3


async def test_closing_the_stream_cancels_the_workers() -> None:
    fetch = _gated("quick.org")
    before = asyncio.all_tasks()
    stream = _checker(fetch).check(
        closed_queue(LinkTask("https://quick.org/"), LinkTask("https://slow.org/"))
    )
    await anext(stream)
    assert fetch.inside == 1
    await stream.aclose()
    assert fetch.inside == 0
    assert asyncio.all_tasks() == before


async def test_a_cancelled_run_leaves_nothing_running() -> None:
    fetch = _gated()
    before = asyncio.all_tasks()
    run = asyncio.create_task(_answers(_checker(fetch), ["https://slow.org/", "https://slower.org/"]))
    await fetch.crowded.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert fetch.inside == 0
    assert asyncio.all_tasks() == before


async def test_deferred_links_are_checked_while_it_runs() -> None:
    fetch = FakeFetch({"https://a.org/": _OK, "https://b.org/": _OK})
    queue = TaskQueue([LinkTask("https://a.org/")])
    stream = _checker(fetch).check(queue)
    first = await anext(stream)
    queue.defer(LinkTask("https://b.org/"))
    queue.close()
    results = [first, *[result async for result in stream]]
    assert [result.url for result in results if isinstance(result, Observation)] == [
        "https://a.org/",
        "https://b.org/",
    ]


async def test_bug_costs_only_the_link_that_met_it() -> None:
    async def fetch(request: Request) -> Outcome:
        if "bad" in request.url:
            raise ZeroDivisionError("a bug")
        return _OK

    urls = [f"https://{name}.org/" for name in ("a", "bad", "b", "c")]
    results = [result async for result in _checker(fetch).check(closed_queue(*map(LinkTask, urls)))]
    bugs = [result for result in results if isinstance(result, CheckError)]
    assert {result.url for result in results if isinstance(result, Observation)} == set(urls) - {urls[1]}
    assert [bug.task.url for bug in bugs] == [urls[1]]
    assert "ZeroDivisionError: a bug" in bugs[0].traceback


@pytest.mark.parametrize("kind", [ErrorKind.REFUSED, ErrorKind.TIMEOUT])
async def test_every_link_of_a_host_without_http_is_alive(kind: ErrorKind) -> None:
    requested: list[str] = []

    async def fetch(request: Request) -> Outcome:
        requested.append(request.url)
        await asyncio.sleep(0)  # several links are under way before the first has its response
        return _OK if request.url.startswith("https:") else FetchError(kind, "no http")

    clock = FakeClock()
    polite = PoliteClient(
        fetch, HostLimiter(clock), clock, retries=2, patience=timedelta(minutes=2), stats=RequestStats()
    )
    checker = WebsiteChecker(polite, Scheduler(per_host=8), concurrency=8, for_link=polite.for_link)
    observations = await _answers(checker, [f"http://a.org/{number}" for number in range(12)])
    assert [observation.verdict for observation in observations.values()] == [Verdict.ALIVE] * 12
    assert sum(url.startswith("http:") for url in requested) < 12
