"""Rate limiter of one API host and token: spacing, waiting for quota, circuit breaker."""

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
from lmsys_enrich.values import Value

# GitHub grants GraphQL 60 seconds of its time in any minute:
# https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#secondary-rate-limits
_WINDOW = 60.0  # seconds
_ALLOWED = 50.0  # seconds in any window: the rest is for requests in flight when they are used up
_STEP = 0.02  # seconds, the precision of a wait


class TimeBudget:
    """
    A sliding window over the response time that an API grants.

    A response counts with its part of the last 60 s, a request in flight with its
    time so far.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._in_flight: list[float] = []
        self._completed: deque[tuple[float, float]] = deque()  # (start, end), by end

    @contextmanager
    def used(self) -> Iterator[None]:
        """Count the time of a response."""
        started = self._clock.monotonic()
        self._in_flight.append(started)
        try:
            yield
        finally:
            self._in_flight.remove(started)
            self._completed.append((started, self._clock.monotonic()))

    def wait(self) -> float:
        """Return the seconds until a request may start; those in flight may prolong it."""
        now = self._clock.monotonic()
        while self._completed and self._completed[0][1] <= now - _WINDOW:
            self._completed.popleft()
        taken = [*self._completed, *((started, now) for started in self._in_flight)]

        def is_left(result: int) -> bool:
            begin = now + result * _STEP - _WINDOW
            return sum(end - max(start, begin) for start, end in taken if end > begin) <= _ALLOWED

        # The longer the wait, the more has left the window: bisection finds the shortest.
        return bisect_left(range(int(_WINDOW / _STEP)), True, key=is_left) * _STEP


MAX_IN_FLIGHT = 2
"""Requests at once: few, so that a batch that waits can still become smaller."""


class Pace(Value):
    """Pace of an API: concurrent requests, and the seconds from the start of one to that of the next."""

    in_flight: int = MAX_IN_FLIGHT
    interval: float = 0.0
    max_failures: int = 6


# A minute, then longer each time, where the response names no time:
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
_FIRST_PAUSE = 60.0  # seconds, doubled each time
_MAX_CONSECUTIVE_LIMITS = 5


class RateLimiter:
    """
    Spaces the requests of one host and token at its pace.

    A wait longer than `patience` closes it for that kind of request until the end
    of the run, with an obstacle; so do too many consecutive failures or limits, and
    a rejected token. `api` names the API in obstacles, `status_page` its state.
    """

    def __init__(
        self,
        clock: Clock,
        patience: timedelta,
        *,
        pace: Pace = Pace(),  # noqa: B008 - it is immutable
        api: str,
        status_page: str,
    ) -> None:
        self._api = api
        self._status_page = status_page
        self._clock = clock
        self._patience = patience.total_seconds()
        self._pace = pace
        self._slots = asyncio.Semaphore(pace.in_flight)
        self._next_start = 0.0
        self._retry_at: dict[RequestKind, float] = {}
        self._closed: dict[RequestKind, Obstacle] = {}
        self._refused: set[RequestKind] = set()
        self._budget = TimeBudget(clock)
        self._limits = 0
        self._failures = 0

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        """Return the reasons for being closed, each once."""
        return tuple(dict.fromkeys(self._closed.values()))

    @asynccontextmanager
    async def acquire(self, kind: RequestKind) -> AsyncGenerator[bool, None]:
        """Wait until a request may be sent; yield false if that kind is closed."""
        async with self._slots:
            is_open = await self._wait_until_open(kind)
            with self._budget.used() if kind is RequestKind.GRAPHQL else nullcontext():
                yield is_open

    def succeeded(self) -> None:
        """Record a success, which resets the counts of limits and failures."""
        self._limits = self._failures = 0

    def quota_used_up(self, kind: RequestKind, pause: float) -> None:
        """Record that the quota is used up for that many seconds."""
        self._hold(kind, pause)

    def limited(self, kind: RequestKind, limit: RateLimited) -> None:
        """Record a limit; a secondary one delays every kind of request."""
        self._limits += 1
        pause = limit.pause if limit.pause is not None else _FIRST_PAUSE * 2 ** (self._limits - 1)
        for held in (kind,) if limit.is_primary else RequestKind:
            self._hold(held, pause)
        if self._limits >= _MAX_CONSECUTIVE_LIMITS:
            self.close(kind, _quota(f"{self._api} does not lift its rate limit ({limit.message})"))

    def failed(self, kind: RequestKind, message: str) -> None:
        """Record a failure: the next request waits, longer after each consecutive one."""
        self._failures += 1
        if self._failures >= self._pace.max_failures:
            self.close(
                kind,
                Obstacle(
                    f"{self._api}'s API is failing ({message})",
                    f"See {self._status_page}, and run again later. Known facts are kept.",
                ),
            )
        self._hold(kind, min(float(self._failures**2), self._patience))

    def close(self, kind: RequestKind, obstacle: Obstacle) -> None:
        """Close for requests of that kind; the first reason counts."""
        self._closed.setdefault(kind, obstacle)

    def refuse(self, kind: RequestKind, obstacle: Obstacle) -> None:
        """Close for requests of that kind, because the API accepts none."""
        self._refused.add(kind)
        self.close(kind, obstacle)

    def refuses(self, kind: RequestKind) -> bool:
        """Return true if the API takes no request of that kind, though it may take others."""
        return kind in self._refused

    def is_open(self, kind: RequestKind) -> bool:
        """Return true if requests of that kind can be sent, now or within the patience."""
        return kind not in self._closed and self._held(kind) <= self._patience

    async def _wait_until_open(self, kind: RequestKind) -> bool:
        while kind not in self._closed:
            wait = self._held(kind)
            if wait > self._patience:
                minutes = -(-int(wait) // 60)
                what = f"{self._api} allows no request for {minutes} minutes"
                self.close(kind, _quota(what))
                break
            wait = max(wait, self._budget.wait() if kind is RequestKind.GRAPHQL else 0.0)
            wait = max(wait, self._next_start - self._clock.monotonic())
            if wait <= 0:
                self._next_start = self._clock.monotonic() + self._pace.interval
                return True
            await self._clock.sleep(wait)
        return False

    def _hold(self, kind: RequestKind, pause: float) -> None:
        self._retry_at[kind] = max(self._retry_at.get(kind, 0.0), self._clock.monotonic() + pause)

    def _held(self, kind: RequestKind) -> float:
        # Rounded, so that a wait as long as the patience does not come out longer.
        return round(self._retry_at.get(kind, 0.0) - self._clock.monotonic(), 3)


def _quota(what: str) -> Obstacle:
    return Obstacle(
        what,
        "Run again later: what was found now is not requested again. Or wait longer with --patience.",
    )
