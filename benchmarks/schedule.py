"""
Simulation of a crawl on a cluster: time and load for given links, hosts, latencies and workers.

    python -m benchmarks.schedule --links 100000 --hosts 20000 --workers 1 2 4
    python -m benchmarks.schedule --links 10000 --hosts 500 --concurrency 100 --workers 1 2 --real

It hands links out as a run does, with the dispatcher of the program. A worker has
`concurrency` links under way, `per_host` at one host, the longest queue first, and needs
`cpu` seconds of its processor for each. Links that are redirected to one host, and hosts
behind one address, show how many requests such a server gets from all workers at once.
With `--real` the same links are then checked by `run --cluster local:N` on the farm, and
both times are printed.
"""

import argparse
import heapq
import json
import os
import sys
import tempfile
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from benchmarks.latency import latency
from benchmarks.lists import Link, spread, urls, write
from benchmarks.measure import measured
from benchmarks.servers import farm
from benchmarks.tools import ours
from lmsys_enrich.cluster.dispatcher import Dispatcher
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.politeness.scheduler import host_or_text

_PEAKS = ("most at a host", "most at the target", "most at an address")
_TARGET = "target.example"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of each worker: links under way, at one host, and seconds of processor for a link."""

    concurrency: int = 100
    per_host: int = 6
    cpu: float = 0.0006


@dataclass(frozen=True, slots=True)
class Web:
    """
    The websites: seconds until a request is answered, and what hosts have in common.

    `target_of` returns the host that a link redirects to, and `address_of` the address that a host
    lies behind. By default no link leads to another host, and each host has its own address.
    """

    seconds_of: Callable[[str], float]
    target_of: Callable[[str], str | None] = lambda _: None
    address_of: Callable[[str], str] = lambda host: host


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    What a simulated crawl took: seconds, and the share of them in which processors worked.

    The peaks are requests of all workers at once: at a host that links name, at one that they are
    redirected to, and at an address.
    """

    seconds: float
    busy: float
    most_at_a_host: int
    most_at_a_target: int
    most_at_an_address: int


@dataclass
class _Worker:
    """Queues by host, links under way by host, links in line for a host, and when the processor is free."""

    name: str
    queues: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    at_host: Counter[str] = field(default_factory=Counter)
    in_line: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    ready: list[tuple[int, str]] = field(default_factory=list)
    under_way: int = 0
    free_at: float = 0.0
    worked: float = 0.0

    def add(self, tasks: Sequence[LinkTask]) -> None:
        for task in tasks:
            self.queues[host_or_text(task.url)].append(task.url)
        for host in {host_or_text(task.url) for task in tasks}:
            self.offer(host)

    def offer(self, host: str) -> None:
        heapq.heappush(self.ready, (-len(self.queues[host]), host))

    def next_link(self, per_host: int) -> str | None:
        while self.ready:
            length, host = heapq.heappop(self.ready)
            if length != -len(self.queues[host]) or not length or self.at_host[host] >= per_host:
                continue
            url = self.queues[host].popleft()
            self.at_host[host] += 1
            self.offer(host)
            return url
        return None


class _Crawl:
    """A simulated crawl: its workers, the requests under way, and the most that there were at once."""

    def __init__(self, web: Web, workers: int, limits: Limits) -> None:
        self.dispatcher = Dispatcher()
        self.pool = [_Worker(f"worker-{number}") for number in range(workers)]
        self.now = 0.0
        self._web = web
        self._limits = limits
        self._events: list[tuple[float, int, str, str]] = []  # when, worker, link, the host that answers
        self._at: Counter[tuple[str, str]] = Counter()
        self._most: Counter[str] = Counter()

    def run(self) -> Schedule:
        """Check all links of the dispatcher."""
        for number in range(len(self.pool)):
            self._give_links(number)
        while self._events:
            self.now, number, url, host = heapq.heappop(self._events)
            self._answered(number, url, host)
        busy = sum(worker.worked for worker in self.pool) / (len(self.pool) * self.now) if self.now else 0.0
        most = self._most
        return Schedule(self.now, busy, most["host"], most["target"], most["address"])

    def _give_links(self, number: int) -> None:
        worker, limits = self.pool[number], self._limits
        if self.dispatcher.load(worker.name) < 2 * limits.concurrency + 500:
            worker.add(self.dispatcher.take(worker.name, len(self.pool)))
        while worker.under_way < limits.concurrency and (url := worker.next_link(limits.per_host)):
            worker.under_way += 1
            worker.free_at = max(self.now, worker.free_at) + limits.cpu
            worker.worked += limits.cpu
            self._send(number, url, host_or_text(url), worker.free_at)

    def _send(self, number: int, url: str, host: str, when: float) -> None:
        heapq.heappush(self._events, (when + self._web.seconds_of(url), number, url, host))
        for kind, place in self._counted(url, host):
            self._at[kind, place] += 1
            self._most[kind] = max(self._most[kind], self._at[kind, place])

    def _counted(self, url: str, host: str) -> Iterable[tuple[str, str]]:
        kind = "host" if host == host_or_text(url) else "target"
        return (kind, host), ("address", self._web.address_of(host))

    def _answered(self, number: int, url: str, host: str) -> None:
        worker = self.pool[number]
        for kind, place in self._counted(url, host):
            self._at[kind, place] -= 1
        worker.at_host[host] -= 1
        if waiting := worker.in_line[host]:
            self._move(number, waiting.popleft(), host)
        worker.offer(host)
        target = self._web.target_of(url) if host == host_or_text(url) else None
        if target is not None:
            self._move(number, url, target)
        else:
            worker.under_way -= 1
            self.dispatcher.finish(worker.name, [url])
        self._give_links(number)

    def _move(self, number: int, url: str, host: str) -> None:
        """Send a link's next request to another host, as soon as the limit of this worker allows it."""
        worker = self.pool[number]
        if worker.at_host[host] >= self._limits.per_host:
            worker.in_line[host].append(url)
            return
        worker.at_host[host] += 1
        self._send(number, url, host, self.now)


def simulate(addresses: Sequence[str], web: Web, workers: int, limits: Limits) -> Schedule:
    """Return what a crawl of the addresses takes."""
    crawl = _Crawl(web, workers, limits)
    crawl.dispatcher.add([LinkTask(url) for url in addresses])
    return crawl.run()


def main() -> None:
    """Print a table of simulated, and of real, crawls."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--links", type=int, default=100_000)
    parser.add_argument("--hosts", type=int, default=20_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--per-host", type=int, default=6)
    parser.add_argument("--cpu-ms", type=float, default=0.6, help="processor of a worker for a link")
    parser.add_argument("--slower", type=float, default=1.0, help="factor on the farm's latencies")
    parser.add_argument("--real", action="store_true", help="check the links on the farm too")
    parser.add_argument("--redirected", type=float, default=0.0, help="share of links that lead to one host")
    parser.add_argument(
        "--addresses", type=int, help="addresses that the hosts lie behind; else each has one"
    )
    given = parser.parse_args()
    links = spread(given.links, given.hosts)
    limits = Limits(given.concurrency, given.per_host, given.cpu_ms / 1000)
    web = _web(given.slower, given.redirected, given.addresses)
    simulated = ("workers", "simulated s", "links/s", "processors busy", *_PEAKS)
    titles = (*simulated, "real crawl s", "of that start s", "real run s")
    print(f"| {' | '.join(titles)} |\n|{' ---: |' * len(titles)}")
    for workers in given.workers:
        found = simulate(urls(links, 80), web, workers, limits)
        real = _real(links, workers, limits) if given.real else ("-", "-", "-")
        print(
            f"| {workers} | {found.seconds:.1f} | {len(links) / found.seconds:,.0f} | {found.busy:.0%}"
            f" | {found.most_at_a_host} | {found.most_at_a_target} | {found.most_at_an_address}"
            f" | {real[0]} | {real[1]} | {real[2]} |",
            flush=True,
        )


def _web(slower: float, redirected: float, addresses: int | None) -> Web:
    """Return the farm's websites, a share of whose links leads to one host, behind so many addresses."""

    def target_of(url: str) -> str | None:
        return _TARGET if crc32(url.encode()) < redirected * 2**32 else None

    def address_of(host: str) -> str:
        return host if addresses is None else str(crc32(host.encode()) % addresses)

    return Web(lambda url: slower * seconds(url), target_of, address_of)


def seconds(url: str) -> float:
    """Return the seconds of the farm's responses to all requests for an address."""
    path = "/" + url.split("/", 3)[3]
    if path.startswith("/301/"):
        return latency(path) + latency(path.replace("301", "200", 1))
    return latency(path) * (2 if path.startswith(("/404/", "/500/")) else 1)


def _real(links: Sequence[Link], workers: int, limits: Limits) -> tuple[str, str, str]:
    """Return the seconds of a real crawl, of one of a single link, which is the start, and of the run."""
    with tempfile.TemporaryDirectory() as name, farm(Path(name)) as ports:
        folder = Path(name)
        start, _ = _crawl(folder, "start", urls(links[:1], ports.clear), workers, limits)
        crawl, wall = _crawl(folder, "real", urls(links, ports.clear), workers, limits)
        return f"{crawl:.1f}", f"{start:.1f}", f"{wall:.1f}"


def _crawl(
    folder: Path, name: str, addresses: Sequence[str], workers: int, limits: Limits
) -> tuple[float, float]:
    write(folder, name, addresses)
    command = [
        *ours(name, limits.concurrency, limits.per_host, sys.executable),
        "--cluster",
        f"local:{workers}",
    ]
    figures = measured(command, folder, os.environ)
    traffic = json.loads((folder / f"out-{name}" / "enriched.json").read_bytes())["traffic"]
    return traffic["seconds"], figures.wall


if __name__ == "__main__":
    main()
