"""
How long a host wants between two requests of a robot, where it says so.

https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt and
RFC 9309 tell where a robots.txt lies and how it is read; `Crawl-delay` is older
than both. Only a host with more than a handful of links is asked for it: to the
others we come so seldom that the question would be the greater nuisance.
"""

import asyncio
from collections import defaultdict
from urllib.parse import urljoin

from lmsys_enrich.net.exchange import Fetch, Reply, Request
from lmsys_enrich.urls import host_of

_HANDFUL = 5
_ENOUGH = 500 * 1024  # bytes that RFC 9309 §2.5 asks everybody to read
_ROBOT = "lmsys-enrich"
_OK = 200


class CrawlDelays:
    """Asks a host's robots.txt once, when more than a handful of its addresses are asked for."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._addresses: defaultdict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, asyncio.Task[float]] = {}

    async def of(self, url: str) -> float:
        """Return the seconds that the host of an address wants between requests, 0 where it says nothing."""
        host = host_of(url)
        addresses = self._addresses[host]
        if len(addresses) <= _HANDFUL:
            addresses.add(url)
        if len(addresses) <= _HANDFUL:
            return 0.0
        if host not in self._asked:
            self._asked[host] = asyncio.create_task(self._ask(urljoin(url, "/robots.txt")))
        return await asyncio.shield(self._asked[host])

    async def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _ask(self, url: str) -> float:
        outcome = await self._fetch(Request("GET", url, body_limit=_ENOUGH))
        if not isinstance(outcome, Reply) or outcome.status != _OK:
            return 0.0
        return crawl_delay(outcome.body.decode("utf-8", "replace"))


def crawl_delay(robots: str) -> float:
    """Return the seconds that a robots.txt asks of us, or of every robot."""
    from urllib.robotparser import RobotFileParser

    parser = RobotFileParser()
    parser.parse(robots.splitlines())
    parser.modified()
    return float(parser.crawl_delay(_ROBOT) or 0)
