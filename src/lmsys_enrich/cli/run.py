"""Runs of the command line: the main job from lists to exit code, and `validate --online`."""

import asyncio
import gc
import signal
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lmsys_enrich.checkers.protocol import CheckResult, Estimate, TaskQueue
from lmsys_enrich.cli.annotations import report_reading
from lmsys_enrich.cli.finish_run import finish_run
from lmsys_enrich.cli.forecast import forecast_of
from lmsys_enrich.cli.progress import progress
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.http.pool import limit_tls_buffers
from lmsys_enrich.library import open_run
from lmsys_enrich.lists.changed_since import changed_since
from lmsys_enrich.lists.git import fork_point, present_path, top_level
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.catalog import Catalog, Remark
from lmsys_enrich.model.enriched_entry import Difference
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.report import Obstacle, Report
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value, replace

_INTERRUPTED = "interrupted"


class RunRequest(Value):
    """
    A run with the options of the command line.

    With `only_changed`, a commit, only links written since then are checked, and only
    reports on them are written. `through` and `notice` are those of `open_run`.
    """

    lists: Sequence[Path]
    settings: Settings
    environ: Mapping[str, str]
    plan_only: bool = False
    only_changed: str | None = None
    through: Callable[[Fetch], Fetch] | None = None
    notice: str | None = None


async def execute_run(request: RunRequest, terminal: Terminal) -> int:
    """Run, write the outputs, and return the exit code. Raises `EnrichError`."""
    limit_tls_buffers()
    began = SystemClock(request.environ).monotonic()
    settings, stop = request.settings, Stop()
    terminal = replace(terminal, quiet=settings.quiet)
    opened = open_run(
        _read(request, terminal),
        settings,
        request.environ,
        warn=terminal.warn,
        through=request.through,
        notice=request.notice,
    )
    async with opened as run:
        plan = run.plan()
        if request.plan_only:
            forecast = forecast_of(run, plan)
            terminal.result(forecast.json() if settings.json else forecast.text())
            return 0
        _advise_token(run, plan, terminal)
        _report_ended_exemptions(run, terminal)
        report_reading(run.catalogs, terminal, verbose=settings.verbose)
        with (
            _garbage_collected(),
            _interruptible(stop, terminal),
            progress(terminal, plan.total, run.stats.activity, verbose=settings.verbose) as watch,
        ):
            report = await check_and_enrich(replace(run, watch=watch, began=began), plan, stop)
        return finish_run(
            run,
            report,
            terminal,
            request.environ,
            in_part=request.only_changed is not None,
            interrupted=stop.reason == _INTERRUPTED,
        )


def _read(request: RunRequest, terminal: Terminal) -> Sequence[Catalog]:
    """Return the lists, with `only_changed` their new links alone."""
    lists, base = request.lists, request.only_changed
    if base is not None:
        lists = [*_present(lists, base, terminal)]
    catalogs = read_as_set(request.settings, lists, terminal.warn, terminal.bug)
    return catalogs if base is None else _only_changed(catalogs, base, terminal)


def _present(lists: Sequence[Path], base: str, terminal: Terminal) -> Iterator[Path]:
    """
    Yield the lists under the names that they have today, without those that were deleted.

    The settings of `base` name lists as they were, and a pull request may rename or delete one.
    """
    for path in lists:
        now: Path | None = path
        if not path.exists() and top_level(Path()) is not None:
            now = present_path(path, fork_point(Path(), base))
        if now is None:
            terminal.info(f"{path}: was deleted since {base}; nothing to check")
        else:
            yield now


def _only_changed(catalogs: Sequence[Catalog], base: str, terminal: Terminal) -> Sequence[Catalog]:
    """Return the lists with only their new links, and print how many each has; none is no error."""
    changes = [changed_since(catalog, base) for catalog in catalogs]
    for change in changes:
        if change.is_new:
            what = f"is new since {base}"
        elif change.lines == 1:
            what = f"1 line is new since {base}"
        else:
            what = f"{f'{change.lines:,}' if change.lines else 'no'} lines are new since {base}"
        terminal.info(f"{change.catalog.source}: {what}; {counted(change.links, 'link')} to check")
    return [change.catalog for change in changes]


def _advise_token(run: Run, plan: Plan, terminal: Terminal) -> None:
    """Print what a missing token would make possible."""
    if run.settings.offline:
        return
    for checker, tasks in zip(run.checkers, plan.tasks, strict=True):
        if text := checker.advice(len(tasks)):
            terminal.info(text)


def _report_ended_exemptions(run: Run, terminal: Terminal) -> None:
    """Print which exemptions have ended: their links are checked again."""
    today = run.clock.run_time.date()
    for catalog in run.catalogs:
        for listed in catalog.listed():
            ignore = listed.entry.ignore
            if ignore is not None and not ignore.holds_on(today):
                terminal.info(
                    f"{listed.entry.location}: the exemption for {listed.entry.name} ended on {ignore.until};"
                    f" its links are checked again ({ignore.reason})"
                )


@contextmanager
def _garbage_collected() -> Iterator[None]:
    """Run the garbage collector rarely, for the cycles of errors and tasks; lists and findings are frozen."""
    was_enabled, thresholds = gc.isenabled(), gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        if not was_enabled:
            gc.disable()


@contextmanager
def _interruptible(stop: Stop, terminal: Terminal) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM stop the run; the next one ends the program."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        release()
        stop.now(_INTERRUPTED)
        terminal.info("Interrupted: findings so far are kept. Interrupt again to quit at once.")

    def release() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        release()


class Comparison(Value):
    """Remarks by the file of their list, and why some could not be made."""

    remarks: Mapping[str, Sequence[Remark]]
    obstacles: Sequence[Obstacle]


def compare_online(catalogs: Sequence[Catalog], settings: Settings, terminal: Terminal) -> Comparison:
    """Return the differences between lists and their sources, the registries and forges."""
    report = asyncio.run(_compared(catalogs, settings, terminal))
    remarks: defaultdict[str, list[Remark]] = defaultdict(list)
    for item in report.entries:
        location = item.entry.location
        remarks[location.file].extend(Remark(location, _message(one)) for one in item.differs)
    return Comparison(remarks, report.obstacles)


class _NoPages:
    """Checker that claims every page and checks none."""

    obstacles: Sequence[Obstacle] = ()

    def claims(self, url: str) -> bool:
        del url
        return True

    def estimate(self, urls: Sequence[str]) -> Estimate:
        del urls
        return Estimate()

    def advice(self, count: int) -> str | None:
        del count
        return None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        del queue
        results: tuple[CheckResult, ...] = ()
        for result in results:
            yield result


async def _compared(catalogs: Sequence[Catalog], settings: Settings, terminal: Terminal) -> Report:
    async with open_run(catalogs, settings, terminal.environ, warn=terminal.warn) as run:
        of_apis = replace(
            run,
            checkers=(*run.checkers[:-1], _NoPages()),
            sources=tuple(source for source in run.sources if source.name != "wayback"),
        )
        return await check_and_enrich(of_apis, of_apis.plan(), Stop())


def _message(one: Difference) -> str:
    hint = ": probably a link to another paper" if one.field == "title" else ""
    return f"{one.field}: the list has {one.listed!r}, {one.source_host} has {one.source!r}{hint}"
