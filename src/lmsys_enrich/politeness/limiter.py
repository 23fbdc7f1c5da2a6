"""How many requests may be under way: to all hosts together, to each, and not before when."""

import asyncio
from collections import defaultdict, deque

from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response

_GIVE_UP_AFTER = 3
_DOWN = frozenset(
    {
        ErrorKind.NAME_UNKNOWN,
        ErrorKind.NAME_UNANSWERED,
        ErrorKind.REFUSED,
        ErrorKind.UNREACHABLE,
        ErrorKind.TIMEOUT,
    }
)
# By what a host tells that we ask too much of it at once.
_OVERLOADED = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET})
_TOO_MUCH = frozenset({429, 503})


class _Places:
    """So many at once; whoever comes when all are taken waits for a turn, in the order of coming."""

    __slots__ = ("_waiting", "most", "taken")

    def __init__(self, most: float) -> None:
        self.most = most
        self.taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take(self) -> bool:
        """Take a place if there is one to be had at once."""
        if self._waiting or self.taken >= int(self.most):
            return False
        self.taken += 1
        return True

    async def wait(self) -> None:
        """Take a place when there is one."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back()  # the place was given in the same moment
            else:
                self._waiting.remove(turn)
            raise

    def give_back(self) -> None:
        """Give a place back, to whoever waits longest."""
        self.taken -= 1
        self.admit()

    def admit(self) -> None:
        """Let in who waits, as far as there are places."""
        while self._waiting and self.taken < int(self.most):
            turn = self._waiting.popleft()
            if not turn.done():
                self.taken += 1
                turn.set_result(None)


class _Host:
    """
    What is known of a host.

    Its places are how many requests it bears at once, as far as is known: one more
    for each good answer until it first complains, after which it takes as many
    good answers as there are places. A complaint halves them. So does TCP find
    its way, https://datatracker.ietf.org/doc/html/rfc5681#section-3.1
    """

    __slots__ = ("_complained", "_most", "closed", "failures", "not_before", "slots", "spacing")

    def __init__(self, most: int, first: int) -> None:
        self._most = most
        self._complained = False
        self.slots = _Places(first)
        self.not_before = 0.0
        self.spacing = 0.0
        self.failures = 0
        self.closed: Outcome | None = None

    def learn(self, outcome: Outcome) -> None:
        """Grow or shrink."""
        slots = self.slots
        if _is_complaint(outcome):
            self._complained = True
            slots.most = max(1.0, slots.most / 2)
        elif isinstance(outcome, Response) and slots.most < self._most:
            slots.most = min(self._most, slots.most + (1.0 / slots.most if self._complained else 1.0))
            slots.admit()


class _Passing:
    """A request's way past a throttle; a class of its own, since a generator takes five times as long."""

    __slots__ = ("_host", "_throttle")

    def __init__(self, limiter: "HostLimiter", host: str) -> None:
        self._throttle = limiter
        self._host = host

    async def __aenter__(self) -> None:
        await self._throttle.enter(self._host)

    async def __aexit__(self, *problem: object) -> None:
        self._throttle.leave(self._host)


class HostLimiter:
    """
    Lets requests pass: first the host's place is waited for, then one among all.

    A host begins with half of `per_host` places and gets more while it answers
    well. One that asks to be left alone for a while is; one that was down so many
    times in a row is given up for the run.
    """

    def __init__(self, clock: Clock, *, concurrency: int, per_host: int) -> None:
        self._clock = clock
        self._all = _Places(concurrency)
        first = (per_host + 1) // 2
        self._hosts: defaultdict[str, _Host] = defaultdict(lambda: _Host(per_host, first))

    def passing(self, host: str) -> _Passing:
        """Wait until a request may go to a host; while it is under way it has its place."""
        return _Passing(self, host)

    async def enter(self, host: str) -> None:
        """Take a place when a request may go to a host."""
        state = self._hosts[host]
        if not state.slots.take():
            await state.slots.wait()
        try:
            if state.not_before:
                await self._wait_until_allowed(state)
            if state.spacing:
                self.pause(host, state.spacing)
            if not self._all.take():
                await self._all.wait()
        except BaseException:
            state.slots.give_back()
            raise

    def leave(self, host: str) -> None:
        """Give the place back."""
        self._all.give_back()
        self._hosts[host].slots.give_back()

    async def _wait_until_allowed(self, state: _Host) -> None:
        while (wait := state.not_before - self._clock.monotonic()) > 0 and state.closed is None:
            await self._clock.sleep(wait)

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
        if isinstance(outcome, Response) or outcome.kind not in _DOWN:
            state.failures = 0
            return
        state.failures += 1
        if state.failures >= _GIVE_UP_AFTER:
            detail = f"{outcome.detail}; given up after {state.failures} tries"
            state.closed = FetchError(outcome.kind, detail)


def _is_complaint(outcome: Outcome) -> bool:
    if isinstance(outcome, Response):
        return outcome.status in _TOO_MUCH
    return outcome.kind in _OVERLOADED
