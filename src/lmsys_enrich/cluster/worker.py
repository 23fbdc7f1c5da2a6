"""
Worker: checks the websites that a coordinator sends, in the event loop of a Dask worker.

A run has one network on each worker, shared by all links that the worker is sent, so
that its limits of requests hold for all of them together.
"""

import asyncio
import os
import secrets
import signal
from contextlib import aclosing, suppress

from lmsys_enrich.about import __version__
from lmsys_enrich.checkers.protocol import CheckError, Deferred, TaskQueue
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.cluster.wire import Call, Failed, Reply, decode_call, encode_reply
from lmsys_enrich.errors import EnrichError
from lmsys_enrich.http.pool import limit_tls_buffers
from lmsys_enrich.model.finding import Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.network import Network, open_network
from lmsys_enrich.politeness.stats import RequestStats

_FIRST_RESULT = 1.0  # seconds that a call waits for a result
_FURTHER_RESULTS = 0.1  # seconds in which others come along with the first
_ENOUGH = 500  # results in a reply
_ABANDONED = 30.0  # seconds without a call after which the coordinator is gone
_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")

_crawls: dict[str, "_Crawl"] = {}  # by run: a Dask worker keeps it between calls


def dask_setup(worker: object) -> None:
    """Prepare a worker of a local cluster: Ctrl-C in a terminal goes to it too, and is the coordinator's."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)


async def exchange(message: bytes) -> bytes:
    """Take links to check, and return the results that there are; wait a second for the first."""
    call = decode_call(message)
    if call.version != __version__:
        return encode_reply(Reply(refused=f"it has lmsys-enrich {__version__}, not {call.version}"))
    if call.stops:
        await _stop(call.run)
        return encode_reply(Reply())
    crawl = _crawls.get(call.run)
    if crawl is None:
        crawl = _crawls[call.run] = _Crawl(call)
    crawl.add(call)
    return encode_reply(await crawl.results())


async def _stop(run: str) -> None:
    if (crawl := _crawls.pop(run, None)) is not None:
        await crawl.stop()


class _Crawl:
    """
    The crawl of one run on this worker.

    It ends where no call comes any more: its coordinator is gone.
    """

    def __init__(self, call: Call) -> None:
        self._id = secrets.token_hex(8)
        self._run = call.run
        self._stats = RequestStats()
        self._queue: TaskQueue | None = None  # of the checker that takes links at present
        self._under_way = 0
        self._results: list[Observation | CheckError] = []
        self._obstacles: list[Obstacle] = []
        self._refused: str | None = None
        self._changed = asyncio.Event()
        self._sent = (0, 0)  # requests and retries in replies so far
        self._network: asyncio.Future[Network] = asyncio.get_running_loop().create_future()
        self._checking: set[asyncio.Task[None]] = set()
        self._opened = asyncio.create_task(self._open(call))
        self._abandonment = self._await_next_call()

    def add(self, call: Call) -> None:
        """Add the links of a call."""
        self._abandonment.cancel()
        self._abandonment = self._await_next_call()
        self._under_way += len(call.tasks)
        if call.tasks and self._queue is None:
            self._queue = TaskQueue(())
            checking = asyncio.create_task(self._check(self._queue, call.settings.concurrency))
            self._checking.add(checking)
            checking.add_done_callback(self._checking.discard)
        if self._queue is not None:
            for task in call.tasks:
                self._queue.defer(task)
            self._queue.added.clear()  # the coordinator has them
            if call.closes:
                self._queue.close()  # so that the checker reports what it withheld; more links get a new one
                self._queue = None

    async def results(self) -> Reply:
        """Return the results since the last reply."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_RESULT):
                await self._changed.wait()
            if self._under_way > len(self._results) < _ENOUGH:
                await asyncio.sleep(_FURTHER_RESULTS)
        self._changed.clear()
        results, self._results = self._results, []
        self._under_way -= len(results)
        traffic = self._stats.traffic(cached=0, seconds=0)
        before, self._sent = self._sent, (traffic.web, traffic.retries)
        return Reply(
            crawl=self._id,
            refused=self._refused,
            observations=[one for one in results if isinstance(one, Observation)],
            failed=[Failed(one.task.url, one.traceback) for one in results if isinstance(one, CheckError)],
            obstacles=list(self._obstacles),
            requests=traffic.web - before[0],
            retries=traffic.retries - before[1],
            longest=traffic.longest,
        )

    async def stop(self) -> None:
        """Stop at once."""
        self._abandonment.cancel()
        tasks = {self._opened, *self._checking}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def _await_next_call(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        return loop.call_later(_ABANDONED, lambda: loop.create_task(_stop(self._run)))

    async def _open(self, call: Call) -> None:
        """Keep the network open until the crawl is stopped."""
        limit_tls_buffers()
        environ = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        clock = SystemClock({"SOURCE_DATE_EPOCH": str(call.epoch)})
        try:
            async with open_network(call.settings.settings(), environ, clock, self._stats) as network:
                self._network.set_result(network)
                await asyncio.Event().wait()
        except EnrichError as problem:
            self._refused = str(problem)
            self._changed.set()

    async def _check(self, queue: TaskQueue, concurrency: int) -> None:
        network = await self._network
        checker = WebsiteChecker(
            network.fetch,
            network.scheduler,
            concurrency=concurrency,
            expect=network.expect,
            for_link=network.for_link,
        )
        async with aclosing(checker.check(queue)) as results:
            async for result in results:
                if not isinstance(result, Deferred):  # there is no other checker
                    self._results.append(result)
                    self._changed.set()
        self._obstacles += checker.obstacles
        self._changed.set()
