"""The gate waits as long as GitHub says, and no longer than we will."""

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


def a_gate(minutes: float = 2) -> tuple[RateLimiter, FakeClock]:
    clock = FakeClock()
    return RateLimiter(clock, timedelta(minutes=minutes)), clock


async def passes(rate_limiter: RateLimiter, kind: RequestKind = GRAPHQL) -> bool:
    async with rate_limiter.acquire(kind) as is_open:
        return is_open


async def test_at_first_nobody_waits() -> None:
    rate_limiter, clock = a_gate()
    assert await passes(rate_limiter)
    assert clock.slept == []
    assert rate_limiter.obstacles == ()


async def test_only_two_are_let_through_at_once() -> None:
    rate_limiter, _ = a_gate()
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


async def test_secondary_limits_without_a_time_are_waited_for_ever_longer_then_no_more() -> None:
    rate_limiter, clock = a_gate()
    for pause in (60, 120):
        rate_limiter.limited(GRAPHQL, SECONDARY)
        assert await passes(rate_limiter)
        assert clock.slept.pop() == pause
    rate_limiter.limited(GRAPHQL, SECONDARY)
    assert not await passes(rate_limiter)
    assert "4 minutes" in rate_limiter.obstacles[0].what
    assert clock.slept == []


async def test_after_an_answer_a_limit_is_the_first_again() -> None:
    rate_limiter, clock = a_gate()
    for _ in range(4):
        rate_limiter.limited(GRAPHQL, SECONDARY)
        assert await passes(rate_limiter)
        rate_limiter.succeeded()
    assert clock.slept == [60] * 4


async def test_a_secondary_limit_holds_up_both_apis_and_a_used_up_quota_only_its_own() -> None:
    rate_limiter, clock = a_gate()
    rate_limiter.limited(REST, RateLimited("used up", 50.0, is_primary=True))
    assert await passes(rate_limiter, GRAPHQL)
    assert clock.slept == []
    rate_limiter.limited(REST, RateLimited("too fast", 70.0, is_primary=False))
    assert await passes(rate_limiter, GRAPHQL)
    assert clock.slept == [70]


async def test_limits_that_do_not_lift_close_the_gate_however_short_each_wait() -> None:
    rate_limiter, _ = a_gate()
    for _ in range(5):
        assert await passes(rate_limiter)
        rate_limiter.limited(GRAPHQL, RateLimited("slow down", 1.0, is_primary=False))
    assert not await passes(rate_limiter)
    assert "slow down" in rate_limiter.obstacles[0].what


@pytest.mark.parametrize(("pause", "is_open"), [(120.0, True), (121.0, False)])
async def test_a_used_up_quota_is_waited_for_if_that_is_within_our_patience(
    pause: float, *, is_open: bool
) -> None:
    rate_limiter, clock = a_gate()
    rate_limiter.quota_used_up(GRAPHQL, pause)
    assert rate_limiter.is_open(GRAPHQL) is is_open
    assert await passes(rate_limiter) is is_open
    assert clock.slept == ([pause] if is_open else [])


async def test_a_quota_that_nobody_needs_any_more_is_no_obstacle() -> None:
    rate_limiter, _ = a_gate()
    rate_limiter.quota_used_up(GRAPHQL, 3000)
    assert rate_limiter.obstacles == ()


async def test_after_failures_the_next_request_waits_and_after_six_there_is_none() -> None:
    rate_limiter, clock = a_gate()
    for _ in range(5):
        rate_limiter.failed(GRAPHQL, "502 Bad Gateway")
        assert await passes(rate_limiter)
    assert clock.slept == [1, 4, 9, 16, 25]
    rate_limiter.failed(GRAPHQL, "502 Bad Gateway")
    assert not await passes(rate_limiter)
    assert "502 Bad Gateway" in rate_limiter.obstacles[0].what


async def test_the_pause_after_a_failure_is_never_what_ends_our_patience() -> None:
    rate_limiter, clock = a_gate(minutes=0)
    rate_limiter.failed(GRAPHQL, "reset")
    assert await passes(rate_limiter)
    assert clock.slept == []


async def test_the_first_reason_for_closing_stands_and_is_told_once() -> None:
    rate_limiter, _ = a_gate()
    rejected = Obstacle("the token is rejected", "Renew it.")
    for kind in (GRAPHQL, REST):
        rate_limiter.close(kind, rejected)
    rate_limiter.close(GRAPHQL, Obstacle("later", "Wait."))
    assert rate_limiter.obstacles == (rejected,)
    assert not rate_limiter.is_open(GRAPHQL)


async def test_githubs_time_for_us_is_not_overdrawn() -> None:
    rate_limiter, clock = a_gate(minutes=0)
    for _ in range(6):
        async with rate_limiter.acquire(GRAPHQL) as is_open:
            assert is_open
            clock.elapsed += 9
    assert clock.slept == []
    assert await passes(rate_limiter)
    assert sum(clock.slept) == 10, "until the first four of 54 seconds are more than a minute ago"
