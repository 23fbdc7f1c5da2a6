"""How many requests may be under way: to all hosts together, to each, and not before when."""

import asyncio
from collections import defaultdict, deque
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
# By what a host tells that we ask too much of it at once.
_OVERLOADED = frozenset({TroubleKind.TIMEOUT, TroubleKind.RESET})
_TOO_MUCH = frozenset({429, 503})


@dataclass(slots=True)
class _Host:
    """
    What is known of a host.

    `places` is how many requests it bears at once, as far as is known: one more
    for each good answer until it first complains, after which it takes as many
    good answers as there are places. A complaint halves them. So does TCP find
    its way, https://datatracker.ietf.org/doc/html/rfc5681#section-3.1
    """

    most: int
    places: float
    complained: bool = False
    under_way: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    not_before: float = 0.0
    spacing: float = 0.0
    failures: int = 0
    closed: Outcome | None = None

    async def enter(self) -> None:
        """Wait for a place."""
        if self.under_way < int(self.places) and not self.waiting:
            self.under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place was given in the same moment
            else:
                self.waiting.remove(turn)
            raise

    def leave(self) -> None:
        """Give a place back, to whoever waits longest."""
        self.under_way -= 1
        self._admit()

    def learn(self, outcome: Outcome) -> None:
        """Grow or shrink."""
        if _is_complaint(outcome):
            self.complained = True
            self.places = max(1.0, self.places / 2)
        elif isinstance(outcome, Reply):
            self.places = min(self.most, self.places + (1.0 / self.places if self.complained else 1.0))
            self._admit()

    def _admit(self) -> None:
        while self.waiting and self.under_way < int(self.places):
            turn = self.waiting.popleft()
            if not turn.done():
                self.under_way += 1
                turn.set_result(None)


class Throttle:
    """
    Lets requests pass: first the host's place is waited for, then one among all.

    A host begins with half of `per_host` places and gets more while it answers
    well. One that asks to be left alone for a while is; one that was down so many
    times in a row is given up for the run.
    """

    def __init__(self, clock: Clock, *, concurrency: int, per_host: int) -> None:
        self._clock = clock
        self._all = asyncio.Semaphore(concurrency)
        first = (per_host + 1) // 2
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(per_host, first))

    @asynccontextmanager
    async def passing(self, host: str) -> AsyncGenerator[None, None]:
        """Wait until a request may go to a host; while it is under way it has its place."""
        state = self._hosts[host]
        await state.enter()
        try:
            while (wait := state.not_before - self._clock.monotonic()) > 0 and state.closed is None:
                await self._clock.sleep(wait)
            if state.spacing:
                self.pause(host, state.spacing)
            async with self._all:
                yield
        finally:
            state.leave()

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
        """Learn from what came of a request: how much the host bears, and whether it is there at all."""
        state = self._hosts[host]
        state.learn(outcome)
        if isinstance(outcome, Reply) or outcome.kind not in _DOWN:
            state.failures = 0
            return
        state.failures += 1
        if state.failures >= _GIVE_UP_AFTER:
            detail = f"{outcome.detail}; given up after {state.failures} tries"
            state.closed = Trouble(outcome.kind, detail)


def _is_complaint(outcome: Outcome) -> bool:
    if isinstance(outcome, Reply):
        return outcome.status in _TOO_MUCH
    return outcome.kind in _OVERLOADED
