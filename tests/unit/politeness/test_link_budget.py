"""One link has one bound on its time, waits included."""

from datetime import timedelta

import pytest

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.politeness.client import PoliteClient
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.stats import RequestStats
from tests.fakes import FakeClock


class _Site:
    """A site whose pages take `seconds`, and respond after two refusals with `retry_after`."""

    def __init__(self, clock: FakeClock, *, retry_after: str | None = None, seconds: float = 0.0) -> None:
        self._clock = clock
        self._retry_after = retry_after
        self._seconds = seconds
        self.requests: list[str] = []

    async def __call__(self, request: Request) -> Outcome:
        self.requests.append(request.url)
        await self._clock.sleep(self._seconds)
        if self._retry_after is not None and self.requests.count(request.url) <= 2:
            return Response(503, {"retry-after": self._retry_after})
        return Response(200, {})


def _client(site: _Site, clock: FakeClock) -> PoliteClient:
    return PoliteClient(
        site, HostLimiter(clock), clock, retries=2, patience=timedelta(minutes=2), stats=RequestStats()
    )


def _get(number: int) -> Request:
    return Request("GET", f"https://host{number}.example/")


async def test_waits_of_one_link_add_up_to_patience_at_most() -> None:
    clock = FakeClock()
    fetch = _client(_Site(clock, retry_after="50"), clock).for_link()
    outcomes = [await fetch(_get(number)) for number in range(10)]
    assert sum(clock.slept) <= 120
    assert outcomes[0] == Response(200, {})
    assert {outcome.kind for outcome in outcomes[1:] if isinstance(outcome, FetchError)} == {
        ErrorKind.NOT_SENT
    }


async def test_waits_of_one_link_are_not_charged_to_another() -> None:
    clock = FakeClock()
    client = _client(_Site(clock, retry_after="50"), clock)
    assert [await client.for_link()(_get(number)) for number in range(5)] == [Response(200, {})] * 5


async def test_slow_requests_of_one_link_end_as_a_timeout() -> None:
    clock = FakeClock()
    site = _Site(clock, seconds=50)
    fetch = _client(site, clock).for_link()
    outcomes = [await fetch(_get(number)) for number in range(20)]
    assert len(site.requests) < 10
    assert isinstance(last := outcomes[-1], FetchError)
    assert last.kind is ErrorKind.TIMEOUT


async def test_nonsensical_retry_after_is_ignored() -> None:
    for value in ("9" * 5000, "1795680939", "90s", "90.5", "90;x", "90 90", "Thu, 01 Jan 2998 00:00:00 GMT"):
        clock = FakeClock()
        outcome = await _client(_Site(clock, retry_after=value), clock).for_link()(_get(1))
        assert outcome == Response(200, {})
        assert sum(clock.slept) < 10


@pytest.mark.parametrize("value", ["30, 30", "30,30,30", "30", " 30 "])
async def test_retry_after_is_read_as_servers_write_it(value: str) -> None:
    clock = FakeClock()
    outcome = await _client(_Site(clock, retry_after=value), clock).for_link()(_get(1))
    assert outcome == Response(200, {})
    assert sum(clock.slept) >= 60


async def test_private_address_is_no_request() -> None:
    async def refuse(request: Request) -> Outcome:
        private = FetchError(ErrorKind.PRIVATE, "the host has only private addresses")
        return private if "private" in request.url else Response(200, {})

    clock, stats = FakeClock(), RequestStats()
    client = PoliteClient(
        refuse, HostLimiter(clock), clock, retries=2, patience=timedelta(minutes=2), stats=stats
    )
    for host in ("private.example", "public.example"):
        await client.for_link()(Request("HEAD", f"https://{host}/"))
    assert stats.traffic(cached=0, seconds=1.0).web == 1
