"""
How much of GitHub's time there is for one token.

GraphQL may take 60 s of it in any 60 s, to be estimated by the time of the responses:
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#secondary-rate-limits
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from lmsys_enrich.clock import Clock

_WINDOW = 60.0
_ALLOWED = 50.0  # seconds in any window: the rest is for what is under way when they are used up
_STEP = 0.02  # seconds: how exactly a wait is told


class TimeBudget:
    """
    Tells when the next question may begin.

    Of each response counts what lies in the last 60 s, and of one that is under
    way what it has taken so far.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._under_way: list[float] = []
        self._over: deque[tuple[float, float]] = deque()  # in the order of their ends

    @contextmanager
    def used(self) -> Iterator[None]:
        """Count the time of a response."""
        started = self._clock.monotonic()
        self._under_way.append(started)
        try:
            yield
        finally:
            self._under_way.remove(started)
            self._over.append((started, self._clock.monotonic()))

    def wait(self) -> float:
        """Return for how many seconds nothing may begin; what is under way may make it more."""
        now = self._clock.monotonic()
        while self._over and self._over[0][1] <= now - _WINDOW:
            self._over.popleft()
        taken = [*self._over, *((started, now) for started in self._under_way)]

        def is_left(result: int) -> bool:
            begin = now + result * _STEP - _WINDOW
            return sum(end - max(start, begin) for start, end in taken if end > begin) <= _ALLOWED

        # The longer we wait, the more of what was taken is too long ago to count.
        return bisect_left(range(int(_WINDOW / _STEP)), True, key=is_left) * _STEP
