"""Lower limit of a crawl's time: that of a program that takes no time itself."""

import heapq
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.latency import latency
from benchmarks.lists import GONE, Link

# Requests that we send beyond one for each link, for truth and courtesy: see
# `lmsys_enrich.checkers.website.fetch` and `lmsys_enrich.politeness.robots`.
_LINKS_WITHOUT_ROBOTS_TXT = 5


def limit(
    links: Sequence[Link], concurrency: int, per_host: int | None = None, *, surely: bool = False
) -> float:
    """
    Return the seconds in which links can be checked by `concurrency` requests at once.

    Each link is one wait, a redirect two; the host with the most links goes first,
    with at most `per_host` at once. With `surely` the limit is that of `lmsys-enrich`:
    a 404 or 500 is waited for twice, a host with many links for its robots.txt too,
    and links come in the order of the list, in which a slow one may stand late.
    """
    waiting: defaultdict[int, list[float]] = defaultdict(list)
    for link in links:
        times = 2 if surely and link.path.startswith(GONE) else 1
        waiting[link.host].append(times * _wait(link.path))
    for waits in waiting.values() if surely else ():
        if len(waits) > _LINKS_WITHOUT_ROBOTS_TXT:
            waits.insert(0, latency("/robots.txt"))
        waits.reverse()  # they are taken from the end
    locations = per_host or concurrency
    ready = [(-len(waits), host) for host, waits in waiting.items()]
    heapq.heapify(ready)
    under_way: list[tuple[float, int]] = []
    busy: defaultdict[int, int] = defaultdict(int)
    now = 0.0
    while ready or under_way:
        while ready and len(under_way) < concurrency:
            _, host = heapq.heappop(ready)
            heapq.heappush(under_way, (now + waiting[host].pop(), host))
            busy[host] += 1
            if waiting[host] and busy[host] < locations:
                heapq.heappush(ready, (-len(waiting[host]), host))
        now, host = heapq.heappop(under_way)
        if busy[host] == locations and waiting[host]:
            heapq.heappush(ready, (-len(waiting[host]), host))
        busy[host] -= 1
    return now


def _wait(path: str) -> float:
    return latency(path) + (latency(path.replace("301", "200", 1)) if path.startswith("/301/") else 0.0)
