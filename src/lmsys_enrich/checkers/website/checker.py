"""Asks about every web address, many hosts at once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.fetch import fetch_link
from lmsys_enrich.checkers.website.outage import CANARIES, Outage, evidence, is_alive
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import Fetch, Outcome, Request
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.urls import is_web
from lmsys_enrich.values import Value


class Pace(Value):
    """How many visits at once, and in which order: see `Turns`."""

    concurrency: int
    per_host: int
    urgent_first: bool = False


class WebsiteChecker:
    """
    Visits every web address that nobody else claims.

    At most `pace.concurrency` visits are under way at once, `pace.per_host` of
    them to one host. `canaries` are asked only when so much fails that the network
    itself is suspected; when they do not answer either, it stops and tells an
    obstacle. `expect` is told how many links of each host will be visited, `leave`
    each host that is not visited any more.
    """

    def __init__(
        self,
        fetch: Fetch,
        pace: Pace,
        *,
        canaries: Sequence[str] = CANARIES,
        expect: Callable[[Mapping[str, int]], None] = lambda _: None,
        leave: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._fetch = fetch
        self._pace = pace
        self._canaries = canaries
        self._expect = expect
        self._leave = leave
        self._obstacles: list[Obstacle] = []

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(self._obstacles)

    def claims(self, url: str) -> bool:
        return is_web(url)

    async def ask(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[Observation, None]:
        outage = Outage()
        # However the two are set, a host that does not answer leaves half of all places to the others.
        per_host = min(self._pace.per_host, max(1, self._pace.concurrency // 2))
        scheduler = Scheduler(tasks, per_host=per_host, urgent_first=self._pace.urgent_first)
        self._expect(scheduler.by_host())
        visits = _Visits(self._fetch, self._pace.concurrency, scheduler, self._leave)
        try:
            while chains := await visits.next():
                for chain in chains:
                    for observation in outage.consider(classify_chain(chain), evidence(chain)):
                        yield observation
                if outage.is_suspected(at_the_end=False):
                    with visits.held():
                        if not await self._is_network_sound(outage):
                            return
                    for observation in outage.clear():
                        yield observation
            if not outage.is_suspected(at_the_end=True) or await self._is_network_sound(outage):
                for observation in outage.clear():
                    yield observation
        finally:
            await visits.abandon()

    async def _is_network_sound(self, outage: Outage) -> bool:
        """Ask the first canary, and the others where it does not answer; tell if none does."""
        outcomes: list[Outcome] = []
        for group in (self._canaries[:1], self._canaries[1:]):
            observations = await asyncio.gather(*(self._fetch(Request("HEAD", url)) for url in group))
            if any(map(is_alive, group, observations)):
                return True
            outcomes += observations
        found = outage.obstacle(self._canaries, outcomes)
        # Whoever asks several times in a run is told once what stands in the way.
        if found.hint not in {obstacle.hint for obstacle in self._obstacles}:
            self._obstacles.append(found)
        return False


class _Visits:
    """The visits under way, as many as are allowed; whoever ends one begins the next."""

    def __init__(
        self, fetch: Fetch, concurrency: int, scheduler: Scheduler, leave: Callable[[str], None]
    ) -> None:
        self._fetch = fetch
        self._concurrency = concurrency
        self._turns = scheduler
        self._leave = leave
        self._visitors: set[asyncio.Task[None]] = set()
        self._ended: list[RedirectChain] = []
        self._news = asyncio.Event()
        self._problem: BaseException | None = None
        self._is_held = False

    async def next(self) -> list[RedirectChain]:
        """Return the journeys that ended meanwhile, at least one; none when all did."""
        self._send_out()
        while not self._ended and self._visitors:
            self._news.clear()
            await self._news.wait()
        if self._problem is not None:
            raise self._problem
        ended, self._ended = self._ended, []
        return ended

    @contextmanager
    def held(self) -> Iterator[None]:
        """Begin no visit in the meantime."""
        self._is_held = True
        yield
        self._is_held = False

    async def abandon(self) -> None:
        """End what is under way, and wait until it has ended."""
        for visitor in self._visitors:
            visitor.cancel()
        await asyncio.gather(*self._visitors, return_exceptions=True)

    def _send_out(self) -> None:
        while len(self._visitors) < self._concurrency and (task := self._turns.take()):
            visitor = asyncio.create_task(self._visit(task))
            self._visitors.add(visitor)
            visitor.add_done_callback(self._came_home)

    async def _visit(self, task: LinkTask) -> None:
        """Visit a link, and then the next one, as long as there is one whose turn it is."""
        following: LinkTask | None = task
        while following is not None:
            chain = await fetch_link(self._fetch, following.url, following.previous)
            self._ended.append(chain)
            self._news.set()
            if (host := self._turns.done(following)) is not None:
                self._leave(host)
            await asyncio.sleep(0)  # what this one came to may be a reason to begin no other
            following = None if self._is_held else self._turns.take(after=following)

    def _came_home(self, visitor: asyncio.Task[None]) -> None:
        self._visitors.discard(visitor)
        self._news.set()
        if not visitor.cancelled() and (problem := visitor.exception()) is not None:
            self._problem = problem
