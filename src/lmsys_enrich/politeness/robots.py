"""Crawl-delay of robots.txt: seconds that a host requires between two requests of a robot."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping

from lmsys_enrich.http.messages import Fetch, Request, Response
from lmsys_enrich.urls import InvalidAddress, decode_location, is_web, resolve

# A host with so few links gets no request for its robots.txt, which would be the greater burden.
_FEW_LINKS = 5
_MAX_BYTES = 500 * 1024  # RFC 9309 section 2.5: crawlers must read at least so much
_MAX_REDIRECTS = 5  # RFC 9309 section 2.3.1.2
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOT_NAME = "lmsys-enrich"
_OK = 200
_SECONDS = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6})[0-9]{0,20})?")


class CrawlDelays:
    """
    Crawl-delays by host; requests the robots.txt of hosts with more than a few links, once.

    Where many links are expected, robots.txt is requested before the second of them, over the
    connection that the first one left open.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._many: set[str] = set()
        self._addresses: defaultdict[str, set[str]] = defaultdict(set)
        self._requests: dict[str, asyncio.Task[float]] = {}
        self._delays: dict[str, float] = {}

    def expect(self, links: Mapping[str, int]) -> None:
        """Note how many links of each host will be checked."""
        self._many.update(host for host, count in links.items() if count > _FEW_LINKS)

    async def of(self, host: str, url: str) -> float:
        """Return the crawl-delay of the host of an address, 0 without one."""
        delay = self._delays.get(host)
        if delay is not None:
            return delay
        addresses = self._addresses[host]
        addresses.add(url)
        is_few = len(addresses) <= _FEW_LINKS
        if is_few and (len(addresses) == 1 or host not in self._many or host in self._requests):
            return 0.0
        if host not in self._requests:
            robots_url = resolve(url, "/robots.txt")
            self._requests[host] = asyncio.create_task(self._request(host, robots_url))
        return await asyncio.shield(self._requests[host])

    def leave(self, host: str) -> None:
        """Release the state of a host without remaining links; its crawl-delay is kept."""
        self._many.discard(host)
        self._addresses.pop(host, None)

    async def close(self) -> None:
        """Cancel the requests under way."""
        for request in self._requests.values():
            request.cancel()
        await asyncio.gather(*self._requests.values(), return_exceptions=True)

    async def _request(self, host: str, url: str) -> float:
        robots = await self._read(url)
        delay = self._delays[host] = crawl_delay(robots)
        # A run may visit a hundred thousand hosts: only the delay of each is kept.
        self._addresses.pop(host, None)
        self._requests.pop(host, None)
        return delay

    async def _read(self, url: str) -> str:
        """Return a robots.txt; where there is none, RFC 9309 section 2.3.1 allows everything."""
        for _ in range(1 + _MAX_REDIRECTS):
            outcome = await self._fetch(Request("GET", url, body_limit=_MAX_BYTES))
            if isinstance(outcome, Response) and outcome.status == _OK:
                return outcome.body.decode("utf-8-sig", "replace")
            # Hosts send http to https, and one name to another.
            target = _target(url, outcome) if isinstance(outcome, Response) else None
            if target is None:
                break
            url = target
        return ""


def _target(url: str, response: Response) -> str | None:
    """Return where a redirect leads; None where it leads nowhere, or there is none."""
    location = response.headers.get("location", "").partition("\n")[0].strip()
    if response.status not in _REDIRECTS or not location:
        return None
    try:
        target = resolve(url, decode_location(location))
    except InvalidAddress:
        return None
    return target if is_web(target) and target != url else None


def crawl_delay(robots: str) -> float:
    """
    Return the crawl-delay that a robots.txt sets for us, else for every robot; 0 if none.

    Groups are read by RFC 9309 section 2.2.1; `Crawl-delay` is older than that. Python's
    own parser raises on addresses and digits that sites do send.
    """
    delays: dict[str, float] = {}
    agents: list[str] = []
    is_in_rules = False
    for line in robots.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            agents = [value.lower()] if is_in_rules else [*agents[-50:], value.lower()]
            is_in_rules = False
        else:
            is_in_rules = True
            if name == "crawl-delay" and (match := _SECONDS.fullmatch(value)):
                delay = float(f"{match[1]}.{match[2] or 0}")
                for agent in agents:
                    delays.setdefault(agent.partition("/")[0].strip(), delay)
    return delays.get(_ROBOT_NAME, delays.get("*", 0.0))
