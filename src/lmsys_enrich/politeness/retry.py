"""The one policy for asking again. The only door to tenacity."""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from tenacity import AsyncRetrying, Future, RetryCallState

T = TypeVar("T")

PauseAfter = Callable[[T, int], float | None]
"""Tells, of an outcome and how many tries there were, the seconds until the next; None: it stands."""


async def retrying(
    attempt: Callable[[], Awaitable[T]], pause_after: PauseAfter[T], sleep: Callable[[float], Awaitable[None]]
) -> T:
    """Try until an outcome stands, and return it; exceptions are not caught."""
    return await retried(await attempt(), attempt, pause_after, sleep)


async def retried(
    first: T,
    attempt: Callable[[], Awaitable[T]],
    pause_after: PauseAfter[T],
    sleep: Callable[[float], Awaitable[None]],
) -> T:
    """Do the same after a first try that came to `first`."""
    waiting = pause_after(first, 1)
    if waiting is None:
        return first
    await sleep(waiting)
    return await _again(attempt, pause_after, sleep)


async def _again(
    attempt: Callable[[], Awaitable[T]], pause_after: PauseAfter[T], sleep: Callable[[float], Awaitable[None]]
) -> T:
    """Try on after a first try that did not stand."""
    pauses: dict[int, float | None] = {}

    def pause(state: RetryCallState) -> float | None:
        tries = state.attempt_number + 1
        if tries not in pauses:
            outcome = cast("Future", state.outcome)  # tenacity asks only after a try
            pauses[tries] = pause_after(outcome.result(), tries)
        return pauses[tries]

    def is_undecided(state: RetryCallState) -> bool:
        has_failed = state.outcome is not None and state.outcome.failed
        return not has_failed and pause(state) is not None

    policy = AsyncRetrying(
        retry=is_undecided,
        wait=lambda state: pause(state) or 0.0,
        sleep=sleep,
        reraise=True,
    )
    result: T = await policy(attempt)
    return result
