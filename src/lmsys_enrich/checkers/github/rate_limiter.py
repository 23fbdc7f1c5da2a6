"""
One gate for everything that is asked with one token: it paces, waits, and closes.

GitHub's rules: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta

from lmsys_enrich.checkers.github.responses import RateLimited
from lmsys_enrich.checkers.github.time_budget import TimeBudget
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.report import Obstacle

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
