"""
Simulation of a crawl on a cluster: time and load for given links, hosts, latencies and workers.

    python -m benchmarks.schedule --links 100000 --hosts 20000 --workers 1 2 4
    python -m benchmarks.schedule --links 10000 --hosts 500 --concurrency 100 --workers 1 2 --real

It hands links out as a run does, with the dispatcher of the program. A worker has
`concurrency` links under way, `per_host` at one host, the longest queue first, and needs
`cpu` seconds of its processor for each. With `--real` the same links are then checked by
`run --cluster local:N` on the farm, and both times are printed.
"""

import argparse
import heapq
import json
import os
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.latency import latency
from benchmarks.lists import Link, spread, urls, write
from benchmarks.measure import measured
from benchmarks.servers import farm
from benchmarks.tools import ours
from lmsys_enrich.cluster.dispatcher import Dispatcher
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.politeness.scheduler import host_or_text


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of each worker: links under way, at one host, and seconds of processor for a link."""

    concurrency: int = 100
    per_host: int = 6
    cpu: float = 0.0006


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a simulated crawl took: seconds, the share of them in which processors worked, peak at a host."""

    seconds: float
    busy: float
    most_at_a_host: int


@dataclass
class _Worker:
    """Queues by host, links under way by host, and when the processor is free."""

    name: str
    queues: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    at_host: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
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


def simulate(
    addresses: Sequence[str], seconds_of: Callable[[str], float], workers: int, limits: Limits
) -> Schedule:
    """Return what a crawl of the addresses takes; `seconds_of` gives the time until one has answered."""
    dispatcher = Dispatcher()
    dispatcher.add(map(LinkTask, addresses))
    pool = [_Worker(f"worker-{number}") for number in range(workers)]
    events: list[tuple[float, int, str]] = []
    now, most = 0.0, 0

    def start_links(number: int) -> int:
        worker, busiest = pool[number], 0
        while worker.under_way < limits.concurrency:
            url = worker.next_link(limits.per_host)
            if url is None:
                break
            worker.under_way += 1
            busiest = max(busiest, worker.at_host[host_or_text(url)])
            worker.free_at = max(now, worker.free_at) + limits.cpu
            worker.worked += limits.cpu
            heapq.heappush(events, (worker.free_at + seconds_of(url), number, url))
        return busiest

    def refill(number: int) -> None:
        if dispatcher.load(pool[number].name) < 2 * limits.concurrency + 500:
            pool[number].add(dispatcher.take(pool[number].name, workers))

    for number in range(workers):
        refill(number)
        most = max(most, start_links(number))
    while events:
        now, number, url = heapq.heappop(events)
        worker, host = pool[number], host_or_text(url)
        worker.under_way -= 1
        worker.at_host[host] -= 1
        worker.offer(host)
        dispatcher.finish(worker.name, [url])
        refill(number)
        most = max(most, start_links(number))
    busy = sum(worker.worked for worker in pool) / (workers * now) if now else 0.0
    return Schedule(now, busy, most)


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
    given = parser.parse_args()
    links = spread(given.links, given.hosts)
    limits = Limits(given.concurrency, given.per_host, given.cpu_ms / 1000)
    simulated = ("workers", "simulated s", "links/s", "processors busy", "most at a host")
    titles = (*simulated, "real crawl s", "of that start s", "real run s")
    print(f"| {' | '.join(titles)} |\n|{' ---: |' * len(titles)}")
    for workers in given.workers:
        found = simulate(urls(links, 80), lambda url: given.slower * seconds(url), workers, limits)
        real = _real(links, workers, limits) if given.real else ("-", "-", "-")
        print(
            f"| {workers} | {found.seconds:.1f} | {len(links) / found.seconds:,.0f} | {found.busy:.0%}"
            f" | {found.most_at_a_host} | {real[0]} | {real[1]} | {real[2]} |",
            flush=True,
        )


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
    command = [*ours(name, limits.concurrency, limits.per_host), "--cluster", f"local:{workers}"]
    figures = measured(command, folder, os.environ)
    traffic = json.loads((folder / f"out-{name}" / "enriched.json").read_bytes())["traffic"]
    return traffic["seconds"], figures.wall


if __name__ == "__main__":
    main()
