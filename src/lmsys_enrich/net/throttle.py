"""How many requests may be under way: to all hosts together, to each, and not before when."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lmsys_enrich.clock import Clock
from lmsys_enrich.net.exchange import Outcome, Reply, Trouble, TroubleKind

_GIVE_UP_AFTER = 3
_DOWN = frozenset(
    {
        TroubleKind.NAME_UNKNOWN,
        TroubleKind.NAME_UNANSWERED,
        TroubleKind.REFUSED,
        TroubleKind.UNREACHABLE,
        TroubleKind.TIMEOUT,
    }
)


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    not_before: float = 0.0
    spacing: float = 0.0
    failures: int = 0
    closed: Outcome | None = field(default=None)


class Throttle:
    """
    Lets requests pass: first the host's place is waited for, then one among all.

    A host that asks to be left alone for a while is; one that was down so many
    times in a row is given up for the run.
    """

    def __init__(self, clock: Clock, *, concurrency: int, per_host: int) -> None:
        self._clock = clock
        self._all = asyncio.Semaphore(concurrency)
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(asyncio.Semaphore(per_host)))

    @asynccontextmanager
    async def passing(self, host: str) -> AsyncGenerator[None, None]:
        """Wait until a request may go to a host; while it is under way it has its place."""
        state = self._hosts[host]
        async with state.places:
            while (wait := state.not_before - self._clock.monotonic()) > 0 and state.closed is None:
                await self._clock.sleep(wait)
            if state.spacing:
                self.pause(host, state.spacing)
            async with self._all:
                yield

    def closed(self, host: str) -> Outcome | None:
        """Return what stands for every answer of a host that is not asked any more."""
        return self._hosts[host].closed

    def close(self, host: str, outcome: Outcome) -> None:
        """Ask a host no more in this run: `outcome` stands for its answers."""
        self._hosts[host].closed = outcome

    def pause(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        state = self._hosts[host]
        state.not_before = max(state.not_before, self._clock.monotonic() + seconds)

    def space(self, host: str, seconds: float) -> None:
        """Let so many seconds lie between two requests to a host."""
        self._hosts[host].spacing = seconds

    def note(self, host: str, outcome: Outcome) -> None:
        """Learn from what came of a request whether the host is there at all."""
        state = self._hosts[host]
        if isinstance(outcome, Reply) or outcome.kind not in _DOWN:
            state.failures = 0
            return
        state.failures += 1
        if state.failures >= _GIVE_UP_AFTER:
            detail = f"{outcome.detail}; given up after {state.failures} tries"
            state.closed = Trouble(outcome.kind, detail)
