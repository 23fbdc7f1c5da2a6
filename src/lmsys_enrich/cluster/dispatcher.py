"""Dispatcher: shares the links of a run among workers, whole hosts at a time."""

import heapq
from array import array
from collections.abc import Collection, Iterable, Sequence

from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.politeness.scheduler import NumberedTasks, host_or_text
from lmsys_enrich.values import State, value_field


class _Load(State):
    """Load of a worker: its links by address, their number by host, and the hosts with more links."""

    tasks: dict[str, LinkTask] = value_field(default_factory=dict)
    links_of_host: dict[str, int] = value_field(default_factory=dict)
    grown: set[str] = value_field(default_factory=set)


class Dispatcher:
    """
    Shares links among workers so that no two of them contact one host at the same time.

    That keeps the limits of each host without any word between workers. A worker gets
    the hosts with the most links first, since they decide when the run ends, and no
    more links at once than its share of those that wait: `smallest` to `largest`.
    """

    def __init__(self, *, smallest: int = 50, largest: int = 500) -> None:
        self._smallest = smallest
        self._largest = largest
        self._tasks = NumberedTasks()
        self._waiting: dict[str, array[int]] = {}  # the numbers of links, by host
        self._heap: list[tuple[int, str]] = []  # hosts that may be given out; entries may be out of date
        self._worker_of_host: dict[str, str] = {}
        self._loads: dict[str, _Load] = {}
        self._count = 0

    @property
    def waiting(self) -> int:
        """Number of links that no worker has."""
        return self._count

    @property
    def under_way(self) -> int:
        """Number of links that workers have."""
        return sum(len(load.tasks) for load in self._loads.values())

    def load(self, worker: str) -> int:
        """Return how many links a worker has."""
        return len(self._loads[worker].tasks) if worker in self._loads else 0

    def add(self, tasks: Sequence[LinkTask]) -> None:
        """Add links to be checked."""
        grown: set[str] = set()
        for number, task in enumerate(tasks, self._tasks.add(tasks)):
            host = host_or_text(task.url)
            self._waiting.setdefault(host, array("Q")).append(number)
            grown.add(host)
        self._count += len(tasks)
        for host in grown:
            self._offer(host)

    def take(self, worker: str, workers: int) -> list[LinkTask]:
        """
        Give a worker the next hosts: a share of what waits for `workers` workers.

        Links of a host that it has already come along, whatever their number.
        """
        share = min(self._largest, max(self._smallest, self._count // (2 * workers)))
        load = self._loads.setdefault(worker, _Load())
        hosts = list(load.grown)
        load.grown.clear()
        numbers = [number for host in hosts for number in self._waiting.pop(host)]
        while len(numbers) < share and (host := self._next_host()) is not None:
            self._worker_of_host[host] = worker
            numbers += self._waiting.pop(host)
        taken = [self._tasks.take(number) for number in numbers]
        for task in taken:
            host = host_or_text(task.url)
            load.links_of_host[host] = load.links_of_host.get(host, 0) + 1
        load.tasks.update((task.url, task) for task in taken)
        self._count -= len(taken)
        return taken

    def finish(self, worker: str, urls: Iterable[str]) -> list[LinkTask]:
        """Record results of a worker, and return the tasks that they belong to; each counts once."""
        load = self._loads.get(worker, _Load())
        finished = [task for url in urls if (task := load.tasks.pop(url, None)) is not None]
        for task in finished:
            host = host_or_text(task.url)
            load.links_of_host[host] -= 1
            if not load.links_of_host[host]:
                self._release(load, host)
        return finished

    def lose(self, worker: str) -> int:
        """Put the links of a worker that is gone back, and return how many there were."""
        load = self._loads.pop(worker, _Load())
        for host in load.links_of_host:
            del self._worker_of_host[host]
        self.add(tuple(load.tasks.values()))
        return len(load.tasks)

    def hosts(self) -> Collection[str]:
        """Return the hosts that workers have."""
        return self._worker_of_host.keys()

    def _release(self, load: _Load, host: str) -> None:
        del load.links_of_host[host]
        del self._worker_of_host[host]
        load.grown.discard(host)
        if host in self._waiting:
            self._offer(host)

    def _offer(self, host: str) -> None:
        if (worker := self._worker_of_host.get(host)) is not None:
            self._loads[worker].grown.add(host)
        else:
            heapq.heappush(self._heap, (-len(self._waiting[host]), host))

    def _next_host(self) -> str | None:
        while self._heap:
            length, host = heapq.heappop(self._heap)
            if host in self._worker_of_host or host not in self._waiting:
                continue
            if len(self._waiting[host]) != -length:
                continue  # it has grown since, and was offered again
            return host
        return None
