"""
How long a host wants between two requests of a robot, where it says so.

https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt and
RFC 9309 tell where a robots.txt lies and how it is read; `Crawl-delay` is older
than both. Only a host with more than a handful of links is asked for it: to the
others we come so seldom that the question would be the greater nuisance.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from lmsys_enrich.http.messages import Fetch, Request, Response

_HANDFUL = 5
_ENOUGH = 500 * 1024  # bytes that RFC 9309 §2.5 asks everybody to read
_ROBOT = "lmsys-enrich"
_OK = 200


class CrawlDelays:
    """
    Asks a host's robots.txt once, when more than a handful of its addresses are asked for.

    Where so many are expected it goes before the second of them, over the connection
    that the first has left open.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._many: set[str] = set()
        self._addresses: defaultdict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, asyncio.Task[float]] = {}
        self._known: dict[str, float] = {}

    def expect(self, links: Mapping[str, int]) -> None:
        """Learn which hosts will be asked for many links."""
        self._many.update(host for host, count in links.items() if count > _HANDFUL)

    async def of(self, host: str, url: str) -> float:
        """Return the seconds that the host of an address wants between requests, 0 where it says nothing."""
        known = self._known.get(host)
        if known is not None:
            return known
        addresses = self._addresses[host]
        addresses.add(url)
        is_handful = len(addresses) <= _HANDFUL
        if is_handful and (len(addresses) == 1 or host not in self._many or host in self._asked):
            return 0.0
        if host not in self._asked:
            self._asked[host] = asyncio.create_task(self._ask(host, urljoin(url, "/robots.txt")))
        return await asyncio.shield(self._asked[host])

    async def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _ask(self, host: str, url: str) -> float:
        outcome = await self._fetch(Request("GET", url, body_limit=_ENOUGH))
        delay = 0.0
        if isinstance(outcome, Response) and outcome.status == _OK:
            delay = crawl_delay(outcome.body.decode("utf-8", "replace"))
        self._known[host] = delay
        self._addresses.pop(host, None)
        return delay


def crawl_delay(robots: str) -> float:
    """Return the seconds that a robots.txt asks of us, or of every robot."""
    parser = RobotFileParser()
    parser.parse(robots.splitlines())
    parser.modified()
    return float(parser.crawl_delay(_ROBOT) or 0)
