"""Connections: as few for each host as can be, robots.txt included."""

from contextlib import AsyncExitStack

from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.network import open_network
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.server import Received, Response, Sent, Server, serving
from tests.fakes import closed_queue


class _Site:
    """Has every page there is, and remembers how many connections it had at most."""

    server: Server
    most = 0

    async def answer(self, received: Received) -> Response:
        self.most = max(self.most, self.server.connections)
        return Sent(404 if received.path == "/robots.txt" else 200)


async def test_one_connection_serves_a_host_to_its_end() -> None:
    sites, settings = [_Site() for _ in range(3)], Settings(allow_private=True, concurrency=2, per_host=1)
    async with AsyncExitStack() as stack:
        for site in sites:
            site.server = await stack.enter_async_context(serving(site.answer))
        client = open_network(settings, {}, SystemClock({}), RequestStats())
        network = await stack.enter_async_context(client)
        checker = WebsiteChecker(network.fetch, network.scheduler, concurrency=2, expect=network.expect)
        tasks = [LinkTask(f"{site.server.url}/{number}") for number in range(9) for site in sites]
        results = [result async for result in checker.check(closed_queue(*tasks))]
    verdicts = [result.verdict for result in results if isinstance(result, Observation)]
    assert verdicts == [Verdict.ALIVE] * 27
    for site in sites:
        assert site.most == 1
        assert [seen.path for seen in site.server.log].count("/robots.txt") == 1
