"""Cluster checker: websites checked by workers, each host by one worker at a time."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from datetime import datetime
from typing import Protocol

from lmsys_enrich.about import __version__
from lmsys_enrich.checkers.protocol import CheckError, CheckResult, Estimate, TaskQueue
from lmsys_enrich.cluster.dispatcher import Dispatcher
from lmsys_enrich.cluster.wire import Call, CrawlSettings, Reply, decode_reply, encode_call
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.urls import InvalidAddress, is_web, server_of
from lmsys_enrich.values import replace

_TICK = 0.5  # seconds between two looks at the workers
_LAST_WORDS = 2.0  # seconds for telling workers to stop


class ClusterError(Exception):
    """The cluster cannot be reached, or no longer. Its message says which and why."""


class WorkerError(Exception):
    """A worker is gone, or cannot be used. Its message says why."""


class Cluster(Protocol):
    """Workers of a cluster, by address."""

    async def workers(self) -> Collection[str]:
        """Return the workers that are there. Raises `ClusterError`."""
        ...

    async def exchange(self, worker: str, message: bytes) -> bytes:
        """Send a worker a `Call`, and return its `Reply`. Raises `WorkerError`."""
        ...


OpenCluster = Callable[[], AbstractAsyncContextManager[Cluster]]
"""Opens the cluster, and closes it at the end. Raises `ClusterError`."""


class ClusterChecker:
    """
    Has web addresses checked by the workers of a cluster.

    Addresses at `own_hosts` are left to a checker of this process: their headers are
    secret, and no secret is sent to a worker.

    A worker that is gone loses nothing: its links go to the others, and `warn` gets the
    reason. Where the cluster itself is gone, or has no worker for `patience` seconds, the
    checker ends with an obstacle, and its results remain valid.
    """

    def __init__(
        self,
        open_cluster: OpenCluster,
        settings: Settings,
        run_time: datetime,
        stats: RequestStats,
        warn: Callable[[str], None],
        *,
        own_hosts: Collection[str] = (),
        patience: float = 60.0,
    ) -> None:
        self._own_hosts = frozenset(own_hosts)
        self._open_cluster = open_cluster
        self._settings = CrawlSettings.of(settings)
        self._epoch = int(run_time.timestamp())
        self._stats = stats
        self._warn = warn
        self._patience = patience
        self._obstacles: list[Obstacle] = []

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return tuple(self._obstacles)

    def estimate(self, urls: Sequence[str]) -> Estimate:
        return Estimate(pages=tuple(urls))

    def advice(self, count: int) -> str | None:
        del count  # no token helps with websites
        return None

    def claims(self, url: str) -> bool:
        if not is_web(url):
            return False
        try:
            _, host, port = server_of(url)
        except InvalidAddress:
            return True
        return self._own_hosts.isdisjoint((host, f"{host}:{port}"))

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        results: asyncio.Queue[CheckResult | None] = asyncio.Queue()
        blank = Call(secrets.token_hex(8), __version__, self._epoch, self._settings)
        crawl = ClusterCrawl(blank, self._stats, results.put_nowait, self._warn, self._patience)
        coordinating = asyncio.create_task(self._coordinate(crawl, queue))
        coordinating.add_done_callback(lambda _: results.put_nowait(None))
        try:
            while (result := await results.get()) is not None:
                yield result
            coordinating.result()
        finally:
            coordinating.cancel()
            await asyncio.wait({coordinating})

    async def _coordinate(self, crawl: "ClusterCrawl", queue: TaskQueue) -> None:
        feeding = asyncio.create_task(crawl.feed(queue))
        try:
            # A list of repositories alone needs no cluster.
            if await crawl.has_links():
                async with self._open_cluster() as cluster:
                    await crawl.serve(cluster)
        except ClusterError as problem:
            self._obstacles.append(
                Obstacle(
                    str(problem),
                    "Findings so far are kept. Check that the cluster is running, then run again.",
                )
            )
        finally:
            self._obstacles += crawl.obstacles
            feeding.cancel()
            await asyncio.wait({feeding})


class ClusterCrawl:
    """
    One crawl on a cluster: a conversation with each worker, which gets links and returns results.

    `report` receives each result, `warn` why a worker is not used any more. `obstacles`
    are those of workers, once for all of them.
    """

    def __init__(
        self,
        blank: Call,
        stats: RequestStats,
        report: Callable[[CheckResult], None],
        warn: Callable[[str], None],
        patience: float,
    ) -> None:
        self._blank = blank
        self._stats = stats
        self._report = report
        self._warn = warn
        self._patience = patience
        # A worker must not run dry between two replies.
        self._ahead = 2 * blank.settings.concurrency + 500
        self._dispatcher = Dispatcher()
        self._is_fed = False
        self._changed = asyncio.Event()
        self._conversations: dict[str, asyncio.Task[None]] = {}
        self._unusable: dict[str, str] = {}  # why, by worker
        self.obstacles: list[Obstacle] = []

    async def feed(self, queue: TaskQueue) -> None:
        """Take the links of a queue as they come."""
        self._add(queue.planned)
        async with aclosing(queue.deferred()) as deferred:
            async for batch in deferred:
                self._add(batch)
        self._is_fed = True
        self._changed.set()

    async def has_links(self) -> bool:
        """Wait for the first link; return false where none will come."""
        while not self._dispatcher.waiting and not self._is_fed:
            await self._wait(None)
        return self._dispatcher.waiting > 0

    async def serve(self, cluster: Cluster) -> None:
        """Check all links on the cluster. Raises `ClusterError`."""
        without_worker = 0.0
        try:
            while not (self._is_fed and not self._dispatcher.waiting and not self._dispatcher.under_way):
                there = await cluster.workers()
                await self._converse_with(cluster, there)
                without_worker = 0.0 if self._conversations else without_worker + _TICK
                if not self._conversations and (
                    self.obstacles or self._unusable or not self._has_time(without_worker)
                ):
                    self._give_up()
                    return
                await self._wait(_TICK)
        finally:
            await self._end(cluster)

    def _has_time(self, without_worker: float) -> bool:
        return without_worker < self._patience

    def _give_up(self) -> None:
        """Report why no worker can be used."""
        if self.obstacles:
            return
        if not self._unusable:
            raise ClusterError(f"The cluster has had no worker for {self._patience:g} s")
        worker, why = next(iter(self._unusable.items()))
        others = f" (and {len(self._unusable) - 1} others)" if len(self._unusable) > 1 else ""
        raise ClusterError(f"No worker of the cluster can be used: {worker}{others}: {why}")

    async def _converse_with(self, cluster: Cluster, there: Collection[str]) -> None:
        """Begin a conversation with each new worker, and end those with workers that are gone."""
        for worker, conversation in list(self._conversations.items()):
            if conversation.done():
                conversation.result()
            elif worker in there:
                continue
            conversation.cancel()
            await asyncio.wait({conversation})
            del self._conversations[worker]
            why = self._unusable.get(worker, "it was restarted" if worker in there else "it is gone")
            lost = self._dispatcher.lose(worker)
            links = f"; its {counted(lost, 'link')} will go to another" if lost else ""
            self._warn(f"worker {worker} of the cluster: {why}{links}")
        for worker in there:
            if worker not in self._conversations and worker not in self._unusable:
                self._conversations[worker] = asyncio.create_task(self._converse(cluster, worker))

    async def _converse(self, cluster: Cluster, worker: str) -> None:
        """Send a worker links and take its results, as long as it can be used."""
        crawl = ""
        try:
            while not self._unusable.get(worker):
                tasks = self._tasks_for(worker)
                if not self._dispatcher.load(worker):
                    await self._wait(_TICK)
                    continue
                closes = self._is_fed and not self._dispatcher.waiting
                call = replace(self._blank, tasks=tasks, closes=closes)
                reply = decode_reply(await cluster.exchange(worker, encode_call(call)))
                if crawl not in {"", reply.crawl}:
                    return  # it was restarted, and has lost all links but the last
                crawl = reply.crawl
                self._take(worker, reply)
        except (WorkerError, ValueError) as problem:
            self._unusable[worker] = str(problem)

    def _tasks_for(self, worker: str) -> list[LinkTask]:
        if self._dispatcher.load(worker) >= self._ahead:
            return []
        return self._dispatcher.take(worker, max(1, len(self._conversations)))

    def _take(self, worker: str, reply: Reply) -> None:
        for observation in reply.observations:
            if self._dispatcher.finish(worker, [observation.url]):
                self._report(observation)
        for failed in reply.failed:
            for task in self._dispatcher.finish(worker, [failed.url]):
                self._report(CheckError(task, failed.traceback))
        self._stats.merge(requests=reply.requests, retries=reply.retries, longest=reply.longest)
        if reply.refused is not None:
            self._unusable[worker] = reply.refused
        if reply.obstacles:
            self._unusable[worker] = reply.obstacles[0].what
            self.obstacles = self.obstacles or list(reply.obstacles)
        self._changed.set()

    def _add(self, tasks: Sequence[LinkTask]) -> None:
        self._dispatcher.add(tasks)
        self._changed.set()

    async def _wait(self, seconds: float | None) -> None:
        """Wait for a change."""
        self._changed.clear()
        # Not `wait_for`: before Python 3.12 it can swallow a cancellation that comes with the change.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _end(self, cluster: Cluster) -> None:
        """End all conversations, and make the workers stop what is under way."""
        for conversation in self._conversations.values():
            conversation.cancel()
        if self._conversations:
            await asyncio.wait(self._conversations.values())
        last = encode_call(replace(self._blank, stops=True))
        goodbyes = [asyncio.create_task(cluster.exchange(worker, last)) for worker in self._conversations]
        if goodbyes:
            await asyncio.wait(goodbyes, timeout=_LAST_WORDS)
            for goodbye in goodbyes:
                goodbye.cancel()
            await asyncio.gather(*goodbyes, return_exceptions=True)
