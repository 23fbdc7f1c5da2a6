"""Workers: all checkers at once, results as they come; then one fact source after the other."""

import asyncio
import traceback
from collections.abc import AsyncGenerator, MutableMapping, Sequence
from contextlib import aclosing
from datetime import datetime

from lmsys_enrich.checkers.protocol import Checker, CheckError, Deferred, TaskQueue
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.fact_sources.protocol import Addition, FactSource
from lmsys_enrich.model.facts import PaperUpdate
from lmsys_enrich.model.finding import Finding, Observation
from lmsys_enrich.model.report import Bug
from lmsys_enrich.pipeline.history import add_facts
from lmsys_enrich.values import replace


class Stop:
    """Request to stop, made once by a deadline or the user, with its reason."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: str | None = None

    def now(self, reason: str) -> None:
        """Stop starting checks. The first reason counts."""
        if self.reason is None:
            self.reason = reason
            self._event.set()

    async def wait(self) -> None:
        """Return when the stop is requested."""
        await self._event.wait()


async def check_all(
    assignments: Sequence[tuple[Checker, TaskQueue]], stop: Stop
) -> AsyncGenerator[Observation | CheckError, None]:
    """
    Yield results in the order of arrival until all checkers are done, or until `stop`.

    A deferred link goes to the next checker that claims it. Results that a checker had
    before the stop are yielded first. An exception of a checker is a bug: it costs the links that
    this checker has not judged yet.
    """
    arrived: asyncio.Queue[Observation | CheckError | None] = asyncio.Queue()
    checking = asyncio.create_task(_run_checkers(assignments, arrived))
    stopping = asyncio.create_task(stop.wait())
    for task in (checking, stopping):
        task.add_done_callback(lambda _: arrived.put_nowait(None))
    try:
        while (result := await arrived.get()) is not None:
            yield result
    finally:
        checking.cancel()
        stopping.cancel()
        await asyncio.wait({checking, stopping})
    if not checking.cancelled():
        checking.result()


async def _run_checkers(
    assignments: Sequence[tuple[Checker, TaskQueue]], arrived: asyncio.Queue[Observation | CheckError | None]
) -> None:
    """Run every checker; close the queue of each when those before it have ended."""
    papers: dict[str, PaperUpdate] = {}
    async with asyncio.TaskGroup() as group:
        before: list[asyncio.Task[None]] = []
        for position, (checker, queue) in enumerate(assignments):
            running = group.create_task(
                _run_checker(checker, queue, assignments[position + 1 :], arrived, papers)
            )
            group.create_task(_close_after(tuple(before), queue))
            before.append(running)


async def _close_after(before: Sequence[asyncio.Task[None]], queue: TaskQueue) -> None:
    if before:
        await asyncio.wait(before)
    queue.close()


async def _run_checker(
    checker: Checker,
    queue: TaskQueue,
    others: Sequence[tuple[Checker, TaskQueue]],
    arrived: asyncio.Queue[Observation | CheckError | None],
    papers: dict[str, PaperUpdate],
) -> None:
    """Run a checker; `papers` has the facts of links that it or an earlier one deferred."""
    done: set[str] = set()
    try:
        async with aclosing(checker.check(queue)) as results:
            async for result in results:
                done.add(result.url if isinstance(result, Observation) else result.task.url)
                if isinstance(result, Deferred):
                    if result.paper is not None:
                        papers[result.task.url] = result.paper
                    _defer(result, others)
                elif isinstance(result, Observation) and result.paper is None:
                    arrived.put_nowait(replace(result, paper=papers.get(result.url)))
                else:
                    arrived.put_nowait(result)
    except Exception:  # noqa: BLE001 - a bug in one checker must not cost the links of the others
        bug = traceback.format_exc()
        for task in queue.tasks():
            if task.url not in done:
                arrived.put_nowait(CheckError(task, bug))


def _defer(deferred: Deferred, others: Sequence[tuple[Checker, TaskQueue]]) -> None:
    queue = next(queue for checker, queue in others if checker.claims(deferred.task.url))
    queue.defer(deferred.task)


async def enrich_findings(
    sources: Sequence[FactSource],
    findings: MutableMapping[str, Finding],
    now: datetime,
    stop: Stop,
    bugs: list[Bug],
) -> AsyncGenerator[Finding, None]:
    """
    Request facts from one source after the other, add them to the findings, and yield each changed one.

    Findings with fresh facts are left out. A bug of a source costs the rest of
    its answers alone.
    """
    for source in sources:
        due = sorted(
            (found for found in findings.values() if is_due(source, found, now)),
            key=lambda found: found.asked.get(source.name, EPOCH),
        )
        if not due or stop.reason is not None:
            continue
        async with aclosing(_until_stopped(source.fetch(due), stop)) as additions:
            try:
                async for addition in additions:
                    finding = add_facts(findings[addition.url], addition, source.name, now)
                    findings[addition.url] = finding
                    yield finding
            except Exception:  # noqa: BLE001 - whatever a service responds, the report is written
                bugs.append(Bug(source.name, traceback.format_exc()))


def is_due(source: FactSource, finding: Finding, now: datetime) -> bool:
    """Return true if a source may know more about a finding, and its last response is no longer fresh."""
    asked = finding.asked.get(source.name)
    if asked is None or asked > now:  # one in the future comes from a clock that was wrong
        return source.wants(finding)
    return source.max_age is not None and now - asked >= source.max_age and source.wants(finding)


async def _until_stopped(
    additions: AsyncGenerator[Addition, None], stop: Stop
) -> AsyncGenerator[Addition, None]:
    """Yield additions until they end, or until `stop`."""
    stopping = asyncio.ensure_future(stop.wait())
    try:
        async with aclosing(additions):
            while True:
                coming = asyncio.ensure_future(anext(additions, None))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait({coming})
                    return
                if (addition := coming.result()) is None:
                    return
                yield addition
    finally:
        stopping.cancel()
