"""Scheduler: picks the next link to check and limits how many links are at one host."""

import asyncio
import heapq
from array import array
from bisect import bisect
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from lmsys_enrich.http.messages import ErrorKind, Outcome, Response
from lmsys_enrich.model.finding import LinkTask, Verdict
from lmsys_enrich.urls import InvalidAddress, host_of
from lmsys_enrich.values import State, value_field

_FAILED_FIRST = 2**32  # longer than any host's queue
_SHORT = 10  # links: a queue like this hardly decides when the run ends
# Signs that a host gets too many requests at once.
_OVERLOAD_ERRORS = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.HUNG_UP})
_OVERLOAD_STATUSES = frozenset({429, 503})


def host_or_text(url: str) -> str:
    """Return the host of an address, or the address itself where it names none."""
    try:
        return host_of(url)
    except InvalidAddress:
        return url


class Lease(State):
    """
    A link under way, and the host of its address.

    `host` is the one at which it holds a slot; None while it waits for another.
    """

    task: LinkTask
    home: str
    host: str | None


class _Host(State):
    """
    Queue and slots of one host.

    The limit follows TCP's congestion control: one more for each good response until
    the first sign of overload, which halves it; then additive increase.
    https://datatracker.ietf.org/doc/html/rfc5681#section-3.1

    `queue` has the numbers of its links, of which those before `start` are taken; `failed` is how many
    of the next ones failed the last time. A run may have a hundred thousand hosts, so each
    takes little memory.
    """

    maximum: int
    limit: float
    queue: "array[int]" = value_field(default_factory=lambda: array("Q"))
    start: int = 0
    failed: int = 0
    in_use: int = 0
    movers: deque[asyncio.Future[None]] | None = None
    was_overloaded: bool = False

    @property
    def has_slot(self) -> bool:
        return self.in_use < int(self.limit) and not self.movers

    @property
    def is_idle(self) -> bool:
        return not (self.queued or self.in_use or self.movers)

    @property
    def queued(self) -> int:
        return len(self.queue) - self.start

    def add(self, number: int, *, failed: bool) -> None:
        if failed:
            self.queue.insert(self.start, number)
            self.failed += 1
        else:
            self.queue.append(number)

    def take(self) -> int:
        number = self.queue[self.start]
        self.start += 1
        self.failed -= self.failed > 0
        self.in_use += 1
        return number

    def adjust(self, outcome: Outcome) -> None:
        if _is_overload(outcome):
            self.was_overloaded = True
            self.limit = max(1.0, self.limit / 2)
        elif isinstance(outcome, Response) and self.limit < self.maximum:
            step = 1.0 / self.limit if self.was_overloaded else 1.0
            self.limit = min(self.maximum, self.limit + step)

    def admit_movers(self) -> None:
        while self.movers and self.in_use < int(self.limit):
            mover = self.movers.popleft()
            if not mover.done():
                self.in_use += 1
                mover.set_result(None)


class _Batch(State):
    """Links added in one call: the number of the first, and how many are not taken yet."""

    first: int
    tasks: Sequence[LinkTask]
    left: int


class NumberedTasks:
    """
    Tasks by number, in the batches in which they were added.

    A task is read only when it is taken, so that a long sequence can create it then.
    """

    def __init__(self) -> None:
        self._batches: list[_Batch] = []
        self._added = 0

    def add(self, tasks: Sequence[LinkTask]) -> int:
        """Add tasks, and return the number of the first."""
        first = self._added
        if tasks:
            self._batches.append(_Batch(first, tasks, len(tasks)))
        self._added += len(tasks)
        return first

    def take(self, number: int) -> LinkTask:
        """Return a task, once: a batch is dropped after its last task."""
        position = bisect(self._batches, number, key=lambda batch: batch.first) - 1
        batch = self._batches[position]
        batch.left -= 1
        if not batch.left:
            del self._batches[position]
        return batch.tasks[number - batch.first]


class Scheduler:
    """
    Picks the next link, and keeps each host at or below its limit of concurrent links.

    Order: links that failed the last time first, since their time-outs would otherwise
    end the run; then the host with the longest queue, since it decides when the run
    ends. A worker stays at its host while that queue is at least half of the longest, or
    none is long: its connection is open, and another one costs both sides more than a request. With
    `urgent_first`, for runs with a deadline, links go in the order they were added.

    A link that is redirected to another host moves: it gives its slot back before it
    waits for one there, so two hosts that redirect to each other cannot deadlock.
    `leave` is called with each host that has no link left; the host is then forgotten,
    unless it got too many requests.
    """

    def __init__(
        self,
        *,
        per_host: int | Callable[[str], int],
        urgent_first: bool = False,
        leave: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._per_host = per_host
        self._urgent_first = urgent_first
        self._leave = leave
        self._hosts: dict[str, _Host] = {}
        self._tasks = NumberedTasks()
        # Heap of hosts that may start a link, keyed by their next link's number. An entry whose number is
        # not the one in `_next` is out of date: a worker that stayed at the host has taken that link.
        self._heap: list[tuple[int, int, str]] = []
        self._next: dict[str, int] = {}
        self._grown: set[str] = set()  # hosts with added links, entered anew when a link is taken

    def add(self, tasks: Sequence[LinkTask]) -> None:
        """Queue links."""
        for number, task in enumerate(tasks, self._tasks.add(tasks)):
            name = host_or_text(task.url)
            self._host(name).add(number, failed=not self._urgent_first and _has_failed(task))
            self._grown.add(name)

    def queued(self) -> Mapping[str, int]:
        """Return how many links wait, by host."""
        return {name: host.queued for name, host in self._hosts.items() if host.queued}

    def take(self, after: Lease | None = None) -> Lease | None:
        """Start the next link; None while no host has both a link and a slot. `after` has just ended."""
        for grown in self._grown:
            self._next.pop(grown, None)
            self._line_up(grown)
        self._grown.clear()
        name = self._next_host(after)
        if name is None:
            return None
        del self._next[name]
        task = self._tasks.take(self._hosts[name].take())
        self._line_up(name)
        return Lease(task, name, name)

    async def move(self, lease: Lease, name: str) -> None:
        """Give the lease a slot at another host, waiting for one if there is none."""
        if lease.host == name:
            return
        self.release(lease)
        host = self._host(name)
        if host.has_slot:
            host.in_use += 1
        else:
            await self._slot(host)
        lease.host = name

    def release(self, lease: Lease) -> None:
        """Give the slot of a lease back."""
        if lease.host is None:
            return
        name, lease.host = lease.host, None
        host = self._hosts[name]
        host.in_use -= 1
        host.admit_movers()
        self._line_up(name)
        if host.is_idle:
            if not host.was_overloaded:
                del self._hosts[name]
            self._leave(name)

    def record(self, name: str, outcome: Outcome) -> None:
        """Adjust the limit of a host by the outcome of a request to it."""
        host = self._host(name)
        host.adjust(outcome)
        host.admit_movers()
        self._line_up(name)

    async def _slot(self, host: _Host) -> None:
        mover = asyncio.get_running_loop().create_future()
        host.movers = movers = deque() if host.movers is None else host.movers
        movers.append(mover)
        try:
            await mover
        except asyncio.CancelledError:
            if mover.done() and not mover.cancelled():
                host.in_use -= 1  # the slot was given in the same moment
                host.admit_movers()
            else:
                movers.remove(mover)
            raise

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            maximum = self._per_host if isinstance(self._per_host, int) else self._per_host(name)
            host = self._hosts[name] = _Host(maximum, (maximum + 1) // 2)
        return host

    def _next_host(self, after: Lease | None) -> str | None:
        while self._heap:
            first, number, name = self._heap[0]
            if self._next.get(name) != number or not self._hosts[name].has_slot:
                heapq.heappop(self._heap)
                if self._next.get(name) == number:
                    del self._next[name]
                continue
            if after is None or self._urgent_first:
                return name
            stay = after.home
            may_stay = stay in self._next and self._hosts[stay].has_slot
            return stay if may_stay and (-first <= _SHORT or 2 * self._length(stay) >= -first) else name
        return None

    def _line_up(self, name: str) -> None:
        """Push a host that has both a link and a slot onto the heap, ordered by its next link."""
        host = self._hosts[name]
        if host.queued and host.has_slot:
            number = host.queue[host.start]
            if self._next.get(name) != number:
                self._next[name] = number
                length = 0 if self._urgent_first else -self._length(name)
                heapq.heappush(self._heap, (length, number, name))

    def _length(self, name: str) -> int:
        host = self._hosts[name]
        return host.queued + (_FAILED_FIRST if host.failed else 0)


def _has_failed(task: LinkTask) -> bool:
    return task.previous is not None and task.previous.effective_verdict is Verdict.FAILING


def _is_overload(outcome: Outcome) -> bool:
    if isinstance(outcome, Response):
        return outcome.status in _OVERLOAD_STATUSES
    return outcome.kind in _OVERLOAD_ERRORS
