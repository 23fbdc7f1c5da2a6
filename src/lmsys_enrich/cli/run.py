"""The main job from lists to exit code, as `run` and `demo` execute it."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lmsys_enrich.cli.finish_run import finish_run
from lmsys_enrich.cli.forecast import forecast_text
from lmsys_enrich.cli.progress import progress
from lmsys_enrich.cli.remarks import report_reading
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.http.pool import limit_tls_buffers
from lmsys_enrich.library import open_run
from lmsys_enrich.lists.changed_since import changed_since
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value, replace

_INTERRUPTED = "interrupted"


class RunRequest(Value):
    """
    A run as the command line asks for it.

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
    catalogs: Sequence[Catalog] = read_as_set(settings, request.lists, terminal.warn, terminal.bug)
    if request.only_changed is not None:
        catalogs = _only_changed(catalogs, request.only_changed, terminal)
    opened = open_run(
        catalogs,
        settings,
        request.environ,
        warn=terminal.warn,
        through=request.through,
        notice=request.notice,
    )
    async with opened as run:
        plan = run.plan()
        if request.plan_only:
            terminal.result(forecast_text(run, plan))
            return 0
        _advise_token(run, plan, terminal)
        _report_ended_exemptions(run, terminal)
        report_reading(run.catalogs, terminal, verbose=settings.verbose)
        with (
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


def _only_changed(catalogs: Sequence[Catalog], base: str, terminal: Terminal) -> Sequence[Catalog]:
    """Return the lists with their new links alone, and say how many each has: none is no error."""
    changes = [changed_since(catalog, base) for catalog in catalogs]
    for change in changes:
        if change.is_new:
            what = "is new"
        else:
            what = (
                f"{change.lines:,} lines are new since {base}"
                if change.lines
                else f"no line is new since {base}"
            )
        terminal.info(f"{change.catalog.source}: {what}; {change.links:,} links to check")
    return [change.catalog for change in changes]


def _advise_token(run: Run, plan: Plan, terminal: Terminal) -> None:
    """Say what a token would give, where there is none."""
    if run.settings.offline:
        return
    for checker, tasks in zip(run.checkers, plan.tasks, strict=True):
        if text := checker.advice(len(tasks)):
            terminal.info(text)


def _report_ended_exemptions(run: Run, terminal: Terminal) -> None:
    """Say which exemptions have ended: their links are checked from now on."""
    today = run.clock.run_time.date()
    for catalog in run.catalogs:
        for listed in catalog.listed():
            ignore = listed.entry.ignore
            if ignore is not None and not ignore.holds_on(today):
                terminal.info(
                    f"{listed.entry.location}: the exemption of {listed.entry.name} ended on {ignore.until};"
                    f" its links are checked again ({ignore.reason})"
                )


@contextmanager
def _interruptible(stop: Stop, terminal: Terminal) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM stop the run; the next one ends the program."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        release()
        stop.now(_INTERRUPTED)
        terminal.info("Interrupted: findings so far are kept. Interrupt again to end at once.")

    def release() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        release()
