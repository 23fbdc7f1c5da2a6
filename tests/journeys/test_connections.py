"""A host is asked over as few connections as can be, its robots.txt included."""

from contextlib import AsyncExitStack

from lmsys_enrich.checkers.website.checker import Pace, WebsiteChecker
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.model.finding import LinkTask, Verdict
from lmsys_enrich.politeness.network import open_client
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.server import Received, Response, Sent, Server, serving


class _Site:
    """Has every page there is, and remembers how many connections it had at most."""

    server: Server
    most = 0

    async def answer(self, received: Received) -> Response:
        self.most = max(self.most, self.server.connections)
        return Sent(404 if received.path == "/robots.txt" else 200)


async def test_who_asks_one_host_after_the_other_needs_one_connection_for_each() -> None:
    sites, settings = [_Site() for _ in range(3)], Settings(allow_private=True)
    async with AsyncExitStack() as stack:
        for site in sites:
            site.server = await stack.enter_async_context(serving(site.answer))
        client = open_client(settings, {}, SystemClock({}), RequestStats())
        network = await stack.enter_async_context(client)
        checker = WebsiteChecker(network.fetch, Pace(2, 1), expect=network.expect, leave=network.leave)
        tasks = [LinkTask(f"{site.server.url}/{number}") for number in range(9) for site in sites]
        verdicts = [answer.verdict async for answer in checker.ask(tasks)]
    assert verdicts == [Verdict.ALIVE] * 27
    for site in sites:
        assert site.most == 1
        assert [seen.path for seen in site.server.log].count("/robots.txt") == 1
