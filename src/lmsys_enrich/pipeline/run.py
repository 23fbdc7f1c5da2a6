"""The whole run: what is known, what is asked, what is found."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Container, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager

from lmsys_enrich.askers.protocol import Asker
from lmsys_enrich.clock import Clock
from lmsys_enrich.memory.protocol import Memory
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Answer, Finding, Question, unchecked
from lmsys_enrich.model.report import Obstacle, Report, Traffic, keys_of
from lmsys_enrich.pipeline import history, workers
from lmsys_enrich.pipeline.keeper import Keeper
from lmsys_enrich.pipeline.plan import Known, Plan, build
from lmsys_enrich.pipeline.stop import Stop
from lmsys_enrich.settings.durations import format_duration
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value, replace


class Run(Value):
    """Everything that a run is handed; `watch` is told each finding as it comes."""

    catalogs: Sequence[Catalog]
    askers: Sequence[Asker]
    memory: Memory
    known: Known
    clock: Clock
    settings: Settings
    traffic: Callable[[], Traffic]
    watch: Callable[[Finding], None] = lambda _: None
    notice: str | None = None

    def plan(self) -> Plan:
        """Return what there is to ask."""
        return build(self.catalogs, self.known, self.askers, self.settings, self.clock.run_time)


async def enrich(run: Run, plan: Plan, stop: Stop) -> Report:
    """
    Ask what the plan says, keep every finding as it comes, and return them all.

    Whatever ends the asking, each link has a finding: those that were not
    reached have what earlier runs found.
    """
    started = run.clock.monotonic()
    if run.settings.offline:
        stop.now("this run asks nobody (--offline)")
    keeper = Keeper(run.memory, run.clock)
    found: dict[str, Finding] = {}
    async with aclosing(_findings(run, plan, stop)) as findings:
        async for finding in findings:
            found[finding.url] = finding
            keeper.add(finding)
            run.watch(finding)
    await keeper.finish()
    missed = _missed(run, plan, stop, found)
    known = {**plan.fresh, **found, **missed}
    return Report(
        run_time=run.clock.run_time,
        catalogs=tuple(run.catalogs),
        findings={key: known[key] for key in keys_of(run.catalogs)},
        stale_after=run.settings.stale_after,
        traffic=replace(run.traffic(), cached=len(plan.fresh), seconds=run.clock.monotonic() - started),
        obstacles=(
            *(obstacle for asker in run.askers for obstacle in asker.obstacles),
            *_stopped(run, stop, len(missed)),
        ),
        notice=run.notice,
    )


async def _findings(run: Run, plan: Plan, stop: Stop) -> AsyncGenerator[Finding, None]:
    for question, answer in plan.settled:
        yield _find(run, question, answer)
    if stop.reason is not None:
        return
    questions = {question.url: question for queue in plan.questions for question in queue}
    assignments = tuple(zip(run.askers, plan.questions, strict=True))
    async with _deadline(run, stop), aclosing(workers.answers(assignments, stop)) as answers:
        async for answer in answers:
            yield _find(run, questions[answer.url], answer)


def _find(run: Run, question: Question, answer: Answer) -> Finding:
    return history.find(question, answer, run.clock.run_time, run.settings.dead_after)


def _missed(run: Run, plan: Plan, stop: Stop, found: Container[str]) -> dict[str, Finding]:
    """Return what is known of the links that nobody told about, with the reason why nobody did."""
    missed: dict[str, Finding] = {}
    for asker, questions in zip(run.askers, plan.questions, strict=True):
        why = stop.reason or "; ".join(obstacle.what for obstacle in asker.obstacles) or "no answer came"
        missed.update((q.url, unchecked(q, why)) for q in questions if q.url not in found)
    return missed


def _stopped(run: Run, stop: Stop, missed: int) -> Iterator[Obstacle]:
    """Tell what the end of the asking has cost; who runs offline has asked for it."""
    if stop.reason is not None and missed and not run.settings.offline:
        links = "link was" if missed == 1 else "links were"
        yield Obstacle(
            f"{stop.reason}: {missed:,} {links} not asked about", "They come first when it is run again."
        )


@asynccontextmanager
async def _deadline(run: Run, stop: Stop) -> AsyncGenerator[None, None]:
    """Stop the asking when the run has lasted as long as it may."""
    if run.settings.deadline is None:
        yield
        return
    length = run.settings.deadline

    async def wait() -> None:
        await run.clock.sleep(length.total_seconds())
        stop.now(f"the deadline of {format_duration(length)} was reached")

    waiting = asyncio.create_task(wait())
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.wait({waiting})
