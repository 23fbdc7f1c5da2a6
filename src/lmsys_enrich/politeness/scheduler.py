"""In which order questions go out, so that a slow host holds up nobody but itself."""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Mapping

from lmsys_enrich.model.finding import LinkTask, Verdict
from lmsys_enrich.urls import InvalidAddress, host_of

_AHEAD = 2**32  # of every queue


def host_or_text(url: str) -> str:
    """Return the host that a link asks, or the link itself where it names none."""
    try:
        return host_of(url)
    except InvalidAddress:
        return url


class Scheduler:
    """
    Hands out questions, at most `per_host` of a host under way at once; within a host in the order given.

    What failed the last time goes first: time-outs and further tries take longest, and
    nobody is to wait for them at the end. Then the host with the most questions left is
    next, since its queue is what a run may have to wait for; but who comes from a host with
    at least half as many stays there, where a connection is open: to make another costs both
    sides more than a request. Where `urgent_first`, as in a run that may not reach its end,
    the question that comes first in the order given is next.
    """

    def __init__(self, tasks: Iterable[LinkTask], *, per_host: int, urgent_first: bool = False) -> None:
        self._per_host = per_host
        self._urgent_first = urgent_first
        self._waiting: dict[str, deque[tuple[int, LinkTask]]] = {}
        for number, task in enumerate(tasks):
            waiting = self._waiting.setdefault(host_or_text(task.url), deque())
            if _has_failed(task) and not urgent_first:
                waiting.appendleft((number, task))
            else:
                waiting.append((number, task))
        self._under_way: Counter[str] = Counter()
        # Each host that may be asked is in the queue by its next question, whose number `_next` has too.
        # What the queue says besides is out of date: somebody who stayed has taken that question.
        self._queue: list[tuple[int, int, str]] = []
        self._next: dict[str, int] = {}
        for host in self._waiting:
            self._line_up(host)

    def by_host(self) -> Mapping[str, int]:
        """Return how many questions of each host wait."""
        return {host: len(waiting) for host, waiting in self._waiting.items()}

    def take(self, after: LinkTask | None = None) -> LinkTask | None:
        """
        Return the next question, now under way, or none while no host may be asked anything more.

        `after` is the one whose asker is free now.
        """
        host = self._host_after(after)
        if host is None:
            return None
        del self._next[host]
        _, task = self._waiting[host].popleft()
        self._under_way[host] += 1
        if self._under_way[host] < self._per_host:
            self._line_up(host)
        return task

    def done(self, task: LinkTask) -> str | None:
        """Take back a place: the question is answered. Return its host where that was the last one."""
        host = host_or_text(task.url)
        self._under_way[host] -= 1
        if self._under_way[host] == self._per_host - 1:
            self._line_up(host)
        return None if self._waiting[host] or self._under_way[host] else host

    def _host_after(self, after: LinkTask | None) -> str | None:
        while self._queue:
            first, number, host = self._queue[0]
            if self._next.get(host) != number:
                heapq.heappop(self._queue)
                continue
            stay = host_or_text(after.url) if after is not None and not self._urgent_first else host
            return stay if stay in self._next and 2 * self._length(stay) >= -first else host
        return None

    def _line_up(self, host: str) -> None:
        if waiting := self._waiting[host]:
            number, _ = waiting[0]
            self._next[host] = number
            heapq.heappush(self._queue, (0 if self._urgent_first else -self._length(host), number, host))

    def _length(self, host: str) -> int:
        waiting = self._waiting[host]
        return len(waiting) + (_AHEAD if _has_failed(waiting[0][1]) else 0)


def _has_failed(task: LinkTask) -> bool:
    return task.previous is not None and task.previous.effective_verdict is Verdict.FAILING
