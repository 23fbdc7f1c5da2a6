"""Asks about every web address, many hosts at once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from lmsys_enrich.askers.website.journey import Journey
from lmsys_enrich.askers.website.outage import CANARIES, Outage, evidence, is_alive
from lmsys_enrich.askers.website.redirects import weigh
from lmsys_enrich.askers.website.turns import Turns
from lmsys_enrich.askers.website.visit import visit
from lmsys_enrich.model.finding import Answer, Question
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.net.exchange import Fetch, Outcome, Request
from lmsys_enrich.urls import is_web


class WebsiteAsker:
    """
    Visits every web address that nobody else claims.

    At most `concurrency` visits are under way at once, shared fairly among the
    hosts. `canaries` are asked only when so much fails that the network itself
    is suspected; when they do not answer either, it stops and tells an obstacle.
    """

    def __init__(self, fetch: Fetch, *, concurrency: int, canaries: Sequence[str] = CANARIES) -> None:
        self._fetch = fetch
        self._concurrency = concurrency
        self._canaries = canaries
        self._obstacles: list[Obstacle] = []

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(self._obstacles)

    def claims(self, url: str) -> bool:
        return is_web(url)

    async def ask(self, questions: Sequence[Question]) -> AsyncGenerator[Answer, None]:
        outage = Outage()
        visits = _Visits(self._fetch, self._concurrency, questions)
        try:
            while journeys := await visits.next():
                for journey in journeys:
                    for answer in outage.consider(weigh(journey), evidence(journey)):
                        yield answer
                if outage.is_suspected(at_the_end=False):
                    if not await self._is_network_sound(outage):
                        return
                    for answer in outage.clear():
                        yield answer
            if not outage.is_suspected(at_the_end=True) or await self._is_network_sound(outage):
                for answer in outage.clear():
                    yield answer
        finally:
            await visits.abandon()

    async def _is_network_sound(self, outage: Outage) -> bool:
        """Ask the first canary, and the others where it does not answer; tell if none does."""
        outcomes: list[Outcome] = []
        for group in (self._canaries[:1], self._canaries[1:]):
            answers = await asyncio.gather(*(self._fetch(Request("HEAD", url)) for url in group))
            if any(map(is_alive, group, answers)):
                return True
            outcomes += answers
        found = outage.obstacle(self._canaries, outcomes)
        # Whoever asks several times in a run is told once what stands in the way.
        if found.hint not in {obstacle.hint for obstacle in self._obstacles}:
            self._obstacles.append(found)
        return False


class _Visits:
    """The visits under way: as many as are allowed, the next one begun when one ends."""

    def __init__(self, fetch: Fetch, concurrency: int, questions: Sequence[Question]) -> None:
        self._fetch = fetch
        self._concurrency = concurrency
        self._turns = Turns(questions)
        self._under_way: dict[asyncio.Task[Journey], Question] = {}
        self._ended: asyncio.Queue[asyncio.Task[Journey]] = asyncio.Queue()

    async def next(self) -> list[Journey]:
        """Return the journeys that ended meanwhile, at least one; none when all did."""
        self._begin()
        if not self._under_way:
            return []
        ended = [await self._ended.get()]
        while not self._ended.empty():
            ended.append(self._ended.get_nowait())
        for task in ended:
            self._turns.done(self._under_way.pop(task))
        return [task.result() for task in ended]

    async def abandon(self) -> None:
        """End what is under way, and wait until it has ended."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self) -> None:
        while len(self._under_way) < self._concurrency and (question := self._turns.take()):
            task = asyncio.create_task(visit(self._fetch, question.url))
            task.add_done_callback(self._ended.put_nowait)
            self._under_way[task] = question
