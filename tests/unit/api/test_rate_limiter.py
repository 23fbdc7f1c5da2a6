"""Rate limiter: pauses as long as the API says, and no longer than the patience."""

import asyncio
from datetime import timedelta

import pytest

from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.api.results import RateLimited
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.report import Obstacle
from tests.fakes import FakeClock

GRAPHQL, REST = RequestKind.GRAPHQL, RequestKind.REST
SECONDARY = RateLimited("secondary rate limit", None, is_primary=False)


def a_limiter(minutes: float = 2) -> tuple[RateLimiter, FakeClock]:
    clock = FakeClock()
    return RateLimiter(clock, timedelta(minutes=minutes), api="GitHub", status_page=""), clock


async def passes(rate_limiter: RateLimiter, kind: RequestKind = GRAPHQL) -> bool:
    async with rate_limiter.acquire(kind) as is_open:
        return is_open


async def test_first_request_does_not_wait() -> None:
    rate_limiter, clock = a_limiter()
    assert await passes(rate_limiter)
    assert clock.slept == []
    assert rate_limiter.obstacles == ()


async def test_two_requests_are_in_flight_at_most() -> None:
    rate_limiter, _ = a_limiter()
    inside, most = 0, 0
    leave = asyncio.Event()

    async def fetch_link() -> None:
        nonlocal inside, most
        async with rate_limiter.acquire(GRAPHQL):
            inside += 1
            most = max(most, inside)
            if inside == 2:
                leave.set()
            await leave.wait()
            inside -= 1

    await asyncio.gather(*(fetch_link() for _ in range(10)))
    assert most == 2


async def test_pause_doubles_after_secondary_limits_without_one() -> None:
    rate_limiter, clock = a_limiter()
    for pause in (60, 120):
        rate_limiter.limited(GRAPHQL, SECONDARY)
        assert await passes(rate_limiter)
        assert clock.slept.pop() == pause
    rate_limiter.limited(GRAPHQL, SECONDARY)
    assert not await passes(rate_limiter)
    assert "4 minutes" in rate_limiter.obstacles[0].what
    assert clock.slept == []


async def test_success_resets_the_pause_after_limits() -> None:
    rate_limiter, clock = a_limiter()
    for _ in range(4):
        rate_limiter.limited(GRAPHQL, SECONDARY)
        assert await passes(rate_limiter)
        rate_limiter.succeeded()
    assert clock.slept == [60] * 4


async def test_secondary_limit_holds_both_apis_primary_one_its_own() -> None:
    rate_limiter, clock = a_limiter()
    rate_limiter.limited(REST, RateLimited("used up", 50.0, is_primary=True))
    assert await passes(rate_limiter, GRAPHQL)
    assert clock.slept == []
    rate_limiter.limited(REST, RateLimited("too fast", 70.0, is_primary=False))
    assert await passes(rate_limiter, GRAPHQL)
    assert clock.slept == [70]


async def test_limits_that_do_not_lift_close_the_limiter() -> None:
    rate_limiter, _ = a_limiter()
    for _ in range(5):
        assert await passes(rate_limiter)
        rate_limiter.limited(GRAPHQL, RateLimited("slow down", 1.0, is_primary=False))
    assert not await passes(rate_limiter)
    assert "slow down" in rate_limiter.obstacles[0].what


@pytest.mark.parametrize(("pause", "is_open"), [(120.0, True), (121.0, False)])
async def test_used_up_quota_is_waited_for_within_patience(pause: float, *, is_open: bool) -> None:
    rate_limiter, clock = a_limiter()
    rate_limiter.quota_used_up(GRAPHQL, pause)
    assert rate_limiter.is_open(GRAPHQL) is is_open
    assert await passes(rate_limiter) is is_open
    assert clock.slept == ([pause] if is_open else [])


async def test_used_up_quota_alone_is_no_obstacle() -> None:
    rate_limiter, _ = a_limiter()
    rate_limiter.quota_used_up(GRAPHQL, 3000)
    assert rate_limiter.obstacles == ()


async def test_backoff_grows_with_failures_and_six_close_the_limiter() -> None:
    rate_limiter, clock = a_limiter()
    for _ in range(5):
        rate_limiter.failed(GRAPHQL, "502 Bad Gateway")
        assert await passes(rate_limiter)
    assert clock.slept == [1, 4, 9, 16, 25]
    rate_limiter.failed(GRAPHQL, "502 Bad Gateway")
    assert not await passes(rate_limiter)
    assert "502 Bad Gateway" in rate_limiter.obstacles[0].what


async def test_backoff_after_failure_never_exceeds_patience() -> None:
    rate_limiter, clock = a_limiter(minutes=0)
    rate_limiter.failed(GRAPHQL, "reset")
    assert await passes(rate_limiter)
    assert clock.slept == []


async def test_first_reason_for_closing_stands() -> None:
    rate_limiter, _ = a_limiter()
    rejected = Obstacle("the token is rejected", "Renew it.")
    for kind in (GRAPHQL, REST):
        rate_limiter.close(kind, rejected)
    rate_limiter.close(GRAPHQL, Obstacle("later", "Wait."))
    assert rate_limiter.obstacles == (rejected,)
    assert not rate_limiter.is_open(GRAPHQL)


async def test_response_time_stays_within_the_budget() -> None:
    rate_limiter, clock = a_limiter(minutes=0)
    for _ in range(6):
        async with rate_limiter.acquire(GRAPHQL) as is_open:
            assert is_open
            clock.elapsed += 9
    assert clock.slept == []
    assert await passes(rate_limiter)
    assert sum(clock.slept) == 10, "until the first four of 54 seconds are more than a minute ago"
