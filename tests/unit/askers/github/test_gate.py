"""The gate waits as long as GitHub says, and no longer than we will."""

import asyncio
from datetime import timedelta

import pytest

from lmsys_enrich.askers.github.gate import Gate
from lmsys_enrich.askers.github.outcomes import Limited
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.net.exchange import Kind
from tests.fakes import FakeClock

GRAPHQL, REST = Kind.GRAPHQL, Kind.REST
SECONDARY = Limited("secondary rate limit", None, is_primary=False)


def a_gate(minutes: float = 2) -> tuple[Gate, FakeClock]:
    clock = FakeClock()
    return Gate(clock, timedelta(minutes=minutes)), clock


async def passes(gate: Gate, kind: Kind = GRAPHQL) -> bool:
    async with gate.turn(kind) as is_open:
        return is_open


async def test_at_first_nobody_waits() -> None:
    gate, clock = a_gate()
    assert await passes(gate)
    assert clock.slept == []
    assert gate.obstacles == ()


async def test_only_two_are_let_through_at_once() -> None:
    gate, _ = a_gate()
    inside, most = 0, 0
    leave = asyncio.Event()

    async def visit() -> None:
        nonlocal inside, most
        async with gate.turn(GRAPHQL):
            inside += 1
            most = max(most, inside)
            if inside == 2:
                leave.set()
            await leave.wait()
            inside -= 1

    await asyncio.gather(*(visit() for _ in range(10)))
    assert most == 2


async def test_secondary_limits_without_a_time_are_waited_for_ever_longer_then_no_more() -> None:
    gate, clock = a_gate()
    for pause in (60, 120):
        gate.limited(GRAPHQL, SECONDARY)
        assert await passes(gate)
        assert clock.slept.pop() == pause
    gate.limited(GRAPHQL, SECONDARY)
    assert not await passes(gate)
    assert "4 minutes" in gate.obstacles[0].what
    assert clock.slept == []


async def test_after_an_answer_a_limit_is_the_first_again() -> None:
    gate, clock = a_gate()
    for _ in range(4):
        gate.limited(GRAPHQL, SECONDARY)
        assert await passes(gate)
        gate.worked()
    assert clock.slept == [60] * 4


async def test_a_secondary_limit_holds_up_both_apis_and_a_used_up_quota_only_its_own() -> None:
    gate, clock = a_gate()
    gate.limited(REST, Limited("used up", 50.0, is_primary=True))
    assert await passes(gate, GRAPHQL)
    assert clock.slept == []
    gate.limited(REST, Limited("too fast", 70.0, is_primary=False))
    assert await passes(gate, GRAPHQL)
    assert clock.slept == [70]


async def test_limits_that_do_not_lift_close_the_gate_however_short_each_wait() -> None:
    gate, _ = a_gate()
    for _ in range(5):
        assert await passes(gate)
        gate.limited(GRAPHQL, Limited("slow down", 1.0, is_primary=False))
    assert not await passes(gate)
    assert "slow down" in gate.obstacles[0].what


@pytest.mark.parametrize(("pause", "is_open"), [(120.0, True), (121.0, False)])
async def test_a_used_up_quota_is_waited_for_if_that_is_within_our_patience(
    pause: float, *, is_open: bool
) -> None:
    gate, clock = a_gate()
    gate.drained(GRAPHQL, pause)
    assert gate.is_open(GRAPHQL) is is_open
    assert await passes(gate) is is_open
    assert clock.slept == ([pause] if is_open else [])


async def test_a_quota_that_nobody_needs_any_more_is_no_obstacle() -> None:
    gate, _ = a_gate()
    gate.drained(GRAPHQL, 3000)
    assert gate.obstacles == ()


async def test_after_failures_the_next_request_waits_and_after_six_there_is_none() -> None:
    gate, clock = a_gate()
    for _ in range(5):
        gate.failed(GRAPHQL, "502 Bad Gateway")
        assert await passes(gate)
    assert clock.slept == [1, 4, 9, 16, 25]
    gate.failed(GRAPHQL, "502 Bad Gateway")
    assert not await passes(gate)
    assert "502 Bad Gateway" in gate.obstacles[0].what


async def test_the_pause_after_a_failure_is_never_what_ends_our_patience() -> None:
    gate, clock = a_gate(minutes=0)
    gate.failed(GRAPHQL, "reset")
    assert await passes(gate)
    assert clock.slept == []


async def test_the_first_reason_for_closing_stands_and_is_told_once() -> None:
    gate, _ = a_gate()
    rejected = Obstacle("the token is rejected", "Renew it.")
    for kind in (GRAPHQL, REST):
        gate.close(kind, rejected)
    gate.close(GRAPHQL, Obstacle("later", "Wait."))
    assert gate.obstacles == (rejected,)
    assert not gate.is_open(GRAPHQL)


async def test_githubs_time_for_us_is_not_overdrawn() -> None:
    gate, clock = a_gate(minutes=0)
    for _ in range(6):
        async with gate.turn(GRAPHQL) as is_open:
            assert is_open
            clock.elapsed += 9
    assert clock.slept == []
    assert await passes(gate)
    assert sum(clock.slept) == 10, "until the first four of 54 seconds are more than a minute ago"
