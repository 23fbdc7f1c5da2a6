"""Rate limiter of GitHub's API for one token: pacing, waiting, closing."""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta

from lmsys_enrich.api.results import RateLimited
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.report import Obstacle

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


_AT_ONCE = 2
_FIRST_PAUSE = 60.0  # seconds after a secondary limit that names none; doubled each time
_LIMITS_IN_A_ROW = 5
_FAILURES_IN_A_ROW = 6


class RateLimiter:
    """
    Lets requests through, a few at once, as GitHub wants them.

    A wait longer than `patience` closes the gate for that kind of request until
    the end of the run, with an obstacle; so do too many failures one after the
    other, and a token that is not accepted.
    """

    def __init__(self, clock: Clock, patience: timedelta) -> None:
        self._clock = clock
        self._patience = patience.total_seconds()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._until: dict[RequestKind, float] = {}
        self._closed: dict[RequestKind, Obstacle] = {}
        self._allowance = TimeBudget(clock)
        self._limits = 0
        self._failures = 0

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """Why the gate is closed, each reason once."""
        return tuple(dict.fromkeys(self._closed.values()))

    @asynccontextmanager
    async def turn(self, kind: RequestKind) -> AsyncGenerator[bool, None]:
        """Wait for a place and for the time to ask; false if the gate is closed."""
        async with self._places:
            is_open = await self._opens(kind)
            with self._allowance.used() if kind is RequestKind.GRAPHQL else nullcontext():
                yield is_open

    def worked(self) -> None:
        """Take note that GitHub answered a question."""
        self._limits = self._failures = 0

    def seconds_until_reset(self, kind: RequestKind, pause: float) -> None:
        """Take note that the quota is used up for that many seconds."""
        self._hold(kind, pause)

    def limited(self, kind: RequestKind, limit: RateLimited) -> None:
        """Take note of a limit; one that is not about the quota holds up every kind of request."""
        self._limits += 1
        pause = limit.pause if limit.pause is not None else _FIRST_PAUSE * 2 ** (self._limits - 1)
        for held in (kind,) if limit.is_primary else RequestKind:
            self._hold(held, pause)
        if self._limits >= _LIMITS_IN_A_ROW:
            self.close(kind, _quota(f"GitHub's limits do not lift ({limit.message})"))

    def failed(self, kind: RequestKind, message: str) -> None:
        """Take note of a failure: the next request waits, the longer the more have failed in a row."""
        self._failures += 1
        if self._failures >= _FAILURES_IN_A_ROW:
            self.close(
                kind,
                Obstacle(
                    f"GitHub's API has trouble ({message})",
                    "See https://www.githubstatus.com, and run again later: what was known is kept.",
                ),
            )
        self._hold(kind, min(float(self._failures**2), self._patience))

    def close(self, kind: RequestKind, obstacle: Obstacle) -> None:
        """Let no more requests of that kind through; the first reason stands."""
        self._closed.setdefault(kind, obstacle)

    def is_open(self, kind: RequestKind) -> bool:
        """Whether requests of that kind are let through, at once or later."""
        return kind not in self._closed and self._held(kind) <= self._patience

    async def _opens(self, kind: RequestKind) -> bool:
        while kind not in self._closed:
            wait = self._held(kind)
            if wait > self._patience:
                minutes = -(-int(wait) // 60)
                self.close(kind, _quota(f"GitHub wants us to wait for {minutes} minutes before asking on"))
                break
            wait = max(wait, self._allowance.wait() if kind is RequestKind.GRAPHQL else 0.0)
            if wait <= 0:
                return True
            await self._clock.sleep(wait)
        return False

    def _hold(self, kind: RequestKind, pause: float) -> None:
        self._until[kind] = max(self._until.get(kind, 0.0), self._clock.monotonic() + pause)

    def _held(self, kind: RequestKind) -> float:
        # Rounded, so that a wait of just the length of our patience is not found longer.
        return round(self._until.get(kind, 0.0) - self._clock.monotonic(), 3)


def _quota(what: str) -> Obstacle:
    return Obstacle(
        what, "Run again later, when what was found now is not asked again; or wait longer with --patience."
    )
