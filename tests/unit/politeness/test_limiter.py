"""How many requests a host gets at once, and how that is learned."""

import asyncio

import pytest

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.politeness.limiter import HostLimiter
from tests.fakes import FakeClock

_GOOD = Response(200, {})


def _throttle(per_host: int = 8, concurrency: int = 100) -> HostLimiter:
    return HostLimiter(FakeClock(), concurrency=concurrency, per_host=per_host)


async def _busiest(limiter: HostLimiter, requests: int) -> int:
    """Return how many of many requests to one host are let through at once."""
    inside = most = 0

    async def ask() -> None:
        nonlocal inside, most
        async with limiter.passing("a.org"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(ask() for _ in range(requests)))
    return most


async def test_a_host_begins_with_half_of_its_places() -> None:
    assert await _busiest(_throttle(8), 50) == 4


async def test_a_host_that_answers_well_gets_all_of_its_places_and_no_more() -> None:
    limiter = _throttle(8)
    for _ in range(20):
        limiter.note("a.org", _GOOD)
    assert await _busiest(limiter, 50) == 8


@pytest.mark.parametrize(
    "complaint",
    [
        Response(429, {}),
        Response(503, {}),
        FetchError(ErrorKind.TIMEOUT, ""),
        FetchError(ErrorKind.RESET, ""),
    ],
)
async def test_a_host_that_complains_gets_half_as_many(complaint: Outcome) -> None:
    limiter = _throttle(8)
    for outcome in (*[_GOOD] * 20, complaint):
        limiter.note("a.org", outcome)
    assert await _busiest(limiter, 50) == 4


async def test_after_a_complaint_places_come_back_slowly() -> None:
    limiter = _throttle(8)
    for outcome in (*[_GOOD] * 20, Response(429, {}), *[_GOOD] * 4):
        limiter.note("a.org", outcome)
    assert await _busiest(limiter, 50) == 4
    for _ in range(3):
        limiter.note("a.org", _GOOD)
    assert await _busiest(limiter, 50) == 5


async def test_a_host_keeps_one_place_however_much_it_complains() -> None:
    limiter = _throttle(8)
    for _ in range(20):
        limiter.note("a.org", Response(429, {}))
    assert await _busiest(limiter, 5) == 1


async def test_a_missing_page_is_an_answer_like_any_other() -> None:
    limiter = _throttle(8)
    for _ in range(20):
        limiter.note("a.org", Response(404, {}))
    assert await _busiest(limiter, 50) == 8


async def test_all_hosts_together_have_their_places_too() -> None:
    assert await _busiest(_throttle(per_host=50, concurrency=3), 50) == 3


async def test_who_gives_up_waiting_leaves_the_place_to_the_next() -> None:
    limiter = _throttle(per_host=1)
    async with limiter.passing("a.org"):
        impatient = asyncio.create_task(_busiest(limiter, 1))
        patient = asyncio.create_task(_busiest(limiter, 1))
        for _ in range(5):
            await asyncio.sleep(0)  # until both wait
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
    assert await patient == 1
    assert await _busiest(limiter, 3) == 1


async def test_who_gives_up_while_all_hosts_together_have_no_place_gives_back_the_hosts() -> None:
    limiter = _throttle(per_host=2, concurrency=1)
    async with limiter.passing("a.org"):
        impatient = asyncio.create_task(_busiest(limiter, 1))
        for _ in range(5):
            await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
    assert await _busiest(limiter, 3) == 1
