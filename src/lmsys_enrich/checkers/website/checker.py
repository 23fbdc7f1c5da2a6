"""Website checker: a pool of workers that fetch links and classify them."""

import asyncio
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing

from lmsys_enrich.checkers.protocol import CheckError, CheckResult, Estimate, TaskQueue
from lmsys_enrich.checkers.website.anchors import missing_anchors
from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.fetch import fetch_link
from lmsys_enrich.checkers.website.outage import CANARIES, Evidence, Outage, evidence, is_alive
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request
from lmsys_enrich.model.finding import LIVING, LinkTask, Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.scheduler import Lease, Scheduler
from lmsys_enrich.urls import fragment_of, host_of, is_web, link_key
from lmsys_enrich.values import Value, replace


class Checked(Value):
    """Result of one link, and its evidence about our own network."""

    result: Observation | CheckError
    host: str
    evidence: Evidence


class WebsiteChecker:
    """
    Fetches every web address that no other checker claims, or that others defer to it.

    At most `concurrency` links are under way at once. `canaries` are requested only
    when so much fails that our own network is suspected; where they fail too, the
    checker stops with an obstacle. `expect` is called with the number of links of each
    host before its first request. `for_link` makes the `Fetch` of each link; it is
    `fetch` where none is given.
    """

    def __init__(
        self,
        fetch: Fetch,
        scheduler: Scheduler,
        *,
        concurrency: int,
        canaries: Sequence[str] = CANARIES,
        expect: Callable[[Mapping[str, int]], None] = lambda _: None,
        for_link: Callable[[], Fetch] | None = None,
    ) -> None:
        self._fetch = fetch
        self._for_link = for_link or (lambda: fetch)
        self._scheduler = scheduler
        self._concurrency = concurrency
        self._canaries = canaries
        self._expect = expect
        self._obstacles: list[Obstacle] = []

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(self._obstacles)

    def claims(self, url: str) -> bool:
        return is_web(url)

    def estimate(self, urls: Sequence[str]) -> Estimate:
        return Estimate(pages=tuple(urls))

    def advice(self, count: int) -> str | None:
        del count  # no token helps with websites
        return None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        outage = Outage()
        self._scheduler.add(queue.planned)
        self._expect(self._scheduler.queued())
        pool = WorkerPool(self._scheduler, self._check_link, self._concurrency)
        feeder = asyncio.create_task(self._feed(queue, pool))
        try:
            while batch := await pool.completed():
                for checked in batch:
                    for result in outage.consider(checked.result, checked.host, checked.evidence):
                        yield result
                if outage.is_suspected(at_the_end=False):
                    pool.pause()
                    if not await self._is_network_up(outage):
                        return
                    pool.resume()
                    for result in outage.clear():
                        yield result
            if not outage.is_suspected(at_the_end=True) or await self._is_network_up(outage):
                for result in outage.clear():
                    yield result
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, return_exceptions=True)
            await pool.cancel()

    async def _feed(self, queue: TaskQueue, pool: "WorkerPool") -> None:
        """Add deferred links to the schedule while the workers run."""
        async with aclosing(queue.deferred()) as deferred:
            async for batch in deferred:
                self._scheduler.add(batch)
                self._expect(self._scheduler.queued())
                pool.wake()
        pool.close()

    async def _check_link(self, lease: Lease) -> Checked:
        """Check one link. A bug on the way costs this link alone."""
        fetch_of_link = self._for_link()

        async def fetch(request: Request) -> Outcome:
            await self._scheduler.move(lease, host_of(request.url))
            return await fetch_of_link(request)

        host = lease.home
        try:
            chain = await fetch_link(fetch, lease.task.url, lease.task.previous)
            if isinstance(chain.end, FetchError) and chain.end.kind is ErrorKind.BUG:
                return Checked(CheckError(lease.task, chain.end.detail), host, Evidence.NONE)
            observation = await _with_anchors(fetch, lease.task, chain)
            return Checked(observation, host, evidence(chain))
        except Exception:  # noqa: BLE001 - whatever a website provokes, the other links go on
            return Checked(CheckError(lease.task, traceback.format_exc()), host, Evidence.NONE)

    async def _is_network_up(self, outage: Outage) -> bool:
        """Request the first canary, and the others where it fails; note an obstacle where all fail."""
        outcomes: list[Outcome] = []
        for group in (self._canaries[:1], self._canaries[1:]):
            responses = await asyncio.gather(*(self._fetch(Request("HEAD", url)) for url in group))
            if any(map(is_alive, group, responses)):
                return True
            outcomes += responses
        self._obstacles.append(outage.obstacle(self._canaries, outcomes))
        return False


async def _with_anchors(fetch: Fetch, task: LinkTask, chain: RedirectChain) -> Observation:
    """Classify a chain; note fragments of the link that its page has no element for."""
    observation = classify_chain(chain)
    # A redirect to a fragment of its own has taken their place.
    if not task.fragments or observation.verdict not in LIVING or fragment_of(chain.final):
        return observation
    missing = await missing_anchors(fetch, link_key(chain.final), task.fragments)
    if not missing:
        return observation
    # No verdict: scripts add elements, and the page is there.
    names = ", ".join(f"#{fragment}" for fragment in missing)
    return replace(observation, reason=f"{observation.reason}; its HTML has no {names}")


class WorkerPool:
    """Workers, `concurrency` at most; each takes the next link from the scheduler when one is done."""

    def __init__(
        self, scheduler: Scheduler, work: Callable[[Lease], Awaitable[Checked]], concurrency: int
    ) -> None:
        self._scheduler = scheduler
        self._work = work
        self._concurrency = concurrency
        self._workers: set[asyncio.Task[None]] = set()
        self._completed: list[Checked] = []
        self._changed = asyncio.Event()
        self._is_paused = False
        self._is_closed = False
        self._problem: BaseException | None = None

    async def completed(self) -> list[Checked]:
        """Return the results since the last call, waiting for one; empty when closed and all is done."""
        while True:
            if self._problem is not None:
                raise self._problem
            self._start_workers()
            if self._completed or (self._is_closed and not self._workers):
                completed, self._completed = self._completed, []
                return completed
            self._changed.clear()
            await self._changed.wait()

    def wake(self) -> None:
        """Start workers for links added to the scheduler."""
        self._changed.set()

    def close(self) -> None:
        """Let `completed` end when the scheduler is empty."""
        self._is_closed = True
        self._changed.set()

    def pause(self) -> None:
        """Start no link until `resume`; links under way go on."""
        self._is_paused = True

    def resume(self) -> None:
        """Start links again."""
        self._is_paused = False

    async def cancel(self) -> None:
        """Cancel the workers, and wait until they have ended."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _start_workers(self) -> None:
        while not self._is_paused and len(self._workers) < self._concurrency:
            lease = self._scheduler.take()
            if lease is None:
                return
            worker = asyncio.create_task(self._run(lease))
            self._workers.add(worker)
            worker.add_done_callback(self._ended)

    async def _run(self, first: Lease) -> None:
        lease: Lease | None = first
        while lease is not None:
            try:
                checked = await self._work(lease)
            finally:
                self._scheduler.release(lease)
            self._completed.append(checked)
            self._changed.set()
            await asyncio.sleep(0)  # the result may be a reason to pause
            lease = None if self._is_paused else self._scheduler.take(after=lease)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and worker.exception() is not None:
            self._problem = worker.exception()
        self._changed.set()
