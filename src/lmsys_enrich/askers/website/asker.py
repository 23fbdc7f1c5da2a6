"""Asks about every web address, many hosts at once."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from lmsys_enrich.askers.website.journey import Journey
from lmsys_enrich.askers.website.outage import CANARIES, Outage, evidence, is_alive
from lmsys_enrich.askers.website.redirects import weigh
from lmsys_enrich.askers.website.turns import Turns
from lmsys_enrich.askers.website.visit import visit
from lmsys_enrich.model.finding import Answer, Question
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.net.exchange import Fetch, Outcome, Request
from lmsys_enrich.urls import is_web


@dataclass(frozen=True, slots=True)
class Pace:
    """How many visits at once, and in which order: see `Turns`."""

    concurrency: int
    per_host: int
    urgent_first: bool = False


class WebsiteAsker:
    """
    Visits every web address that nobody else claims.

    At most `pace.concurrency` visits are under way at once, `pace.per_host` of
    them to one host. `canaries` are asked only when so much fails that the network
    itself is suspected; when they do not answer either, it stops and tells an
    obstacle. `leave` is told each host that is not asked any more.
    """

    def __init__(
        self,
        fetch: Fetch,
        pace: Pace,
        *,
        canaries: Sequence[str] = CANARIES,
        leave: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._fetch = fetch
        self._pace = pace
        self._canaries = canaries
        self._leave = leave
        self._obstacles: list[Obstacle] = []

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(self._obstacles)

    def claims(self, url: str) -> bool:
        return is_web(url)

    async def ask(self, questions: Sequence[Question]) -> AsyncGenerator[Answer, None]:
        outage = Outage()
        visits = _Visits(self._fetch, self._pace, questions, self._leave)
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

    def __init__(
        self, fetch: Fetch, pace: Pace, questions: Sequence[Question], leave: Callable[[str], None]
    ) -> None:
        self._fetch = fetch
        self._concurrency = pace.concurrency
        self._leave = leave
        # However the two are set, a host that does not answer leaves half of all places to the others.
        per_host = min(pace.per_host, max(1, pace.concurrency // 2))
        self._turns = Turns(questions, per_host=per_host, urgent_first=pace.urgent_first)
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
            if (host := self._turns.done(self._under_way.pop(task))) is not None:
                self._leave(host)
        return [task.result() for task in ended]

    async def abandon(self) -> None:
        """End what is under way, and wait until it has ended."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self) -> None:
        while len(self._under_way) < self._concurrency and (question := self._turns.take()):
            task = asyncio.create_task(visit(self._fetch, question.url, question.known))
            task.add_done_callback(self._ended.put_nowait)
            self._under_way[task] = question
