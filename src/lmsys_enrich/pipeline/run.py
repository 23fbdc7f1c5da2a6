"""Run: from a plan to a report, with every finding saved as it comes."""

import asyncio
import traceback
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import aclosing, asynccontextmanager
from typing import Protocol

from lmsys_enrich.checkers.protocol import Checker, CheckError, TaskQueue
from lmsys_enrich.clock import Clock
from lmsys_enrich.fact_sources.protocol import FactSource
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Finding, LinkTask, Observation, unchecked
from lmsys_enrich.model.report import Bug, Obstacle, Report
from lmsys_enrich.model.workspace import UNKNOWN_WORKSPACE, Workspace
from lmsys_enrich.pipeline import history, workers
from lmsys_enrich.pipeline.plan import Plan, PreviousFindings, build
from lmsys_enrich.pipeline.workers import Stop, enrich_findings
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings, format_duration
from lmsys_enrich.store.findings import finding_map, in_order
from lmsys_enrich.values import Value

_BATCH_SIZE = 1000
_MAX_DELAY = 0.5  # seconds: at most this much work is lost in a power cut


class FindingStore(Protocol):
    """Storage of findings by link key. Both calls may block for as long as the disk does."""

    def load(self, urls: Iterable[str]) -> Mapping[str, Finding]: ...

    def save(self, findings: Iterable[Finding]) -> None: ...


class BackgroundWriter:
    """
    Writes findings to a store in batches, in a thread, since a disk may be slow.

    One batch is written at a time; findings that arrive meanwhile make up the next one.
    """

    def __init__(self, store: FindingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pending: list[Finding] = []
        self._written_at = clock.monotonic()
        self._writing: asyncio.Task[None] | None = None

    def add(self, finding: Finding) -> None:
        """Queue a finding, and start a batch if one is due."""
        self._pending.append(finding)
        due = len(self._pending) >= _BATCH_SIZE or self._clock.monotonic() - self._written_at >= _MAX_DELAY
        if due and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Write all queued findings."""
        if self._writing is not None:
            await self._writing
        if self._pending:
            await self._write()

    async def _write(self) -> None:
        batch, self._pending = self._pending, []
        self._written_at = self._clock.monotonic()
        await asyncio.to_thread(self._store.save, batch)


class Run(Value):
    """
    Context of a run; `watch` receives each finding as it comes.

    `began` is the clock's `monotonic` before the lists were read, since reading counts
    towards the deadline; without it the deadline counts from the first check.
    """

    catalogs: Sequence[Catalog]
    checkers: Sequence[Checker]
    store: FindingStore
    previous: PreviousFindings
    clock: Clock
    settings: Settings
    stats: RequestStats
    sources: Sequence[FactSource] = ()
    watch: Callable[[Finding], None] = lambda _: None
    notice: str | None = None
    workspace: Workspace = UNKNOWN_WORKSPACE
    began: float | None = None

    def plan(self) -> Plan:
        """Sort the links into fresh, settled and to be checked."""
        return build(self.catalogs, self.previous, self.checkers, self.settings, self.clock.run_time)


async def check_and_enrich(run: Run, plan: Plan, stop: Stop) -> Report:
    """
    Check the links of the plan, save every finding as it comes, and return the report.

    Every link has a finding, however the run ends: a link that was not reached keeps
    its last known one.
    """
    started = run.clock.monotonic()
    if run.settings.offline:
        stop.now("this run is offline (--offline)")
    writer = BackgroundWriter(run.store, run.clock)
    checking = _Checking(run, plan, stop)
    found = finding_map(plan.keys)
    async with _deadline(run, stop):
        async with aclosing(checking.findings()) as findings:
            async for finding in findings:
                found[finding.url] = finding
                writer.add(finding)
                run.watch(finding)
        missed = checking.missed(found)
        latest = _latest(plan, found, missed)
        enriched = enrich_findings(run.sources, latest, run.clock.run_time, stop, checking.bugs)
        async with aclosing(enriched) as findings:
            async for finding in findings:
                writer.add(finding)
    await writer.finish()
    return Report(
        run_time=run.clock.run_time,
        catalogs=tuple(run.catalogs),
        findings=latest,
        stale_after=run.settings.stale_after,
        traffic=run.stats.traffic(cached=len(plan.fresh), seconds=run.clock.monotonic() - started),
        obstacles=(*_obstacles(run), *_stopped(run, stop, len(missed))),
        notice=run.notice,
        bugs=tuple(checking.bugs),
        missed=len(missed),
        workspace=run.workspace,
        ignores=run.settings.ignores,
        view=run.settings.view,
    )


class _Checking:
    """Checks of a plan in progress: the queues of its checkers, and the bugs met so far."""

    def __init__(self, run: Run, plan: Plan, stop: Stop) -> None:
        self._run = run
        self._plan = plan
        self._stop = stop
        self._queues = [TaskQueue(tasks) for tasks in plan.tasks]
        self.bugs: list[Bug] = []

    async def findings(self) -> AsyncGenerator[Finding, None]:
        """Yield the findings of links that need no request, then those of the others as they come."""
        for error in self._plan.errors:
            yield self._last_known(error)
        for task, observation in self._plan.settled:
            yield self._finding(task, observation)
        if self._stop.reason is not None:
            return
        assignments = tuple(zip(self._run.checkers, self._queues, strict=True))
        async with aclosing(workers.check_all(assignments, self._stop)) as results:
            async for result in results:
                if isinstance(result, CheckError):
                    yield self._last_known(result)
                else:
                    yield self._finding(self._run.previous.task(result.url), result)

    def missed(self, found: Collection[str]) -> Mapping[str, Finding]:
        """Return the last known findings of the links without one, with the reason of their last checker."""
        missed = finding_map(self._plan.keys)
        for checker, queue in zip(self._run.checkers, self._queues, strict=True):
            refusals = "; ".join(obstacle.what for obstacle in checker.obstacles)
            why = self._stop.reason or refusals or "no response came"
            missed.update((task.url, unchecked(task, why)) for task in queue.tasks() if task.url not in found)
        return missed

    def _finding(self, task: LinkTask, observation: Observation) -> Finding:
        """Return the finding after an observation. A bug on the way costs this link alone."""
        settings = self._run.settings
        try:
            observation = history.accepted(observation, settings)
            return history.update(task, observation, self._run.clock.run_time, settings.dead_after)
        except Exception:  # noqa: BLE001 - whatever an earlier finding or a response holds, the run goes on
            return self._last_known(CheckError(task, traceback.format_exc()))

    def _last_known(self, error: CheckError) -> Finding:
        """Note a bug, and return the last known finding of its link."""
        self.bugs.append(Bug(error.task.url, error.traceback))
        return unchecked(error.task, "a bug in lmsys-enrich")


def _latest(
    plan: Plan, found: MutableMapping[str, Finding], missed: Mapping[str, Finding]
) -> MutableMapping[str, Finding]:
    """Return all findings in the order of the lists, with the last known ones for unchecked links."""
    found.update(missed)
    found.update(plan.fresh)
    return in_order(found, plan.keys)


def _obstacles(run: Run) -> Iterator[Obstacle]:
    """Yield the obstacles of checkers and fact sources, each once."""
    yield from dict.fromkeys(obstacle for checker in run.checkers for obstacle in checker.obstacles)
    yield from (obstacle for source in run.sources for obstacle in source.obstacles)


def _stopped(run: Run, stop: Stop, missed: int) -> Iterator[Obstacle]:
    """Report the links skipped by the deadline or an interrupt (not with `--offline`)."""
    if stop.reason is not None and missed and not run.settings.offline:
        links = "link was" if missed == 1 else "links were"
        yield Obstacle(f"{stop.reason}: {missed:,} {links} not checked", "They come first in the next run.")


@asynccontextmanager
async def _deadline(run: Run, stop: Stop) -> AsyncGenerator[None, None]:
    """Stop the run when its deadline has passed."""
    if run.settings.deadline is None:
        yield
        return
    reason = f"the deadline of {format_duration(run.settings.deadline)} was reached"
    left = run.settings.deadline.total_seconds()
    if run.began is not None:
        left -= run.clock.monotonic() - run.began
    if left <= 0:
        stop.now(reason)

    async def wait() -> None:
        await run.clock.sleep(max(0.0, left))
        stop.now(reason)

    waiting = asyncio.create_task(wait())
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})
