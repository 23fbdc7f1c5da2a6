"""Retry: the one retry policy, on tenacity."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState

T = TypeVar("T")

Backoff = Callable[[T, int], float | None]
"""Seconds to wait after an outcome and so many attempts; None where the outcome is final."""


async def retry(
    attempt: Callable[[], Awaitable[T]], backoff: Backoff[T], sleep: Callable[[float], Awaitable[None]]
) -> T:
    """Attempt until the outcome is final, and return it. Exceptions are not retried."""
    pause: float | None = None

    def is_not_final(state: RetryCallState) -> bool:
        nonlocal pause
        if state.outcome is None or state.outcome.failed:
            return False
        pause = backoff(state.outcome.result(), state.attempt_number)
        return pause is not None

    policy = AsyncRetrying(retry=is_not_final, wait=lambda _: pause or 0.0, sleep=sleep, reraise=True)
    outcome: T = await policy(attempt)
    return outcome
