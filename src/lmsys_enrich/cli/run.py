"""The main job, from lists to exit code: what `run` and `demo` do."""

import asyncio
import dataclasses
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lmsys_enrich.checkers.github.rest import advice
from lmsys_enrich.cli.progress import progress
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import Clock, SystemClock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.http.pool import limit_tls_buffers
from lmsys_enrich.library import checkers_for
from lmsys_enrich.lists.git_diff import changed_since
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.network import open_network
from lmsys_enrich.pipeline.plan import Plan
from lmsys_enrich.pipeline.previous_runs import open_previous_runs
from lmsys_enrich.pipeline.run import Run, enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.github_access import github_access
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value, replace

_INTERRUPTED = "interrupted"


class Job(Value):
    """
    What to do, and with what.

    `environ` tells where GitHub is and which proxies there are. With `only_changed`,
    a name of a commit, the links written since are checked, and only reports on
    what was found are written: a part is no list. `through` may put
    something between the program and the network, and `notice` is then what
    readers of the outputs must know.
    """

    lists: Sequence[Path]
    settings: Settings
    environ: Mapping[str, str]
    plan_only: bool = False
    only_changed: str | None = None
    through: Callable[[Fetch], Fetch] | None = None
    notice: str | None = None


async def perform(job: Job, terminal: Terminal) -> int:
    """Do the job and return its exit code; raises `EnrichError` where it cannot reach its end."""
    limit_tls_buffers()
    clock, stats, stop = SystemClock(job.environ), RequestStats(), Stop()
    terminal = dataclasses.replace(terminal, quiet=job.settings.quiet)
    catalogs: Sequence[Catalog] = read_lists(job.lists)
    if job.only_changed is not None:
        catalogs = [changed_since(catalog, job.only_changed) for catalog in catalogs]
    with open_previous_runs(job.settings, terminal.warn) as earlier:
        async with open_network(job.settings, job.environ, clock, stats, job.through) as network:
            run = Run(
                catalogs=catalogs,
                checkers=checkers_for(job.settings, job.environ, network, clock, stats),
                store=earlier.store,
                previous=earlier.previous(catalogs),
                clock=clock,
                settings=job.settings,
                traffic=lambda: stats.traffic(cached=0, seconds=0.0),
                notice=job.notice,
            )
            plan = run.plan()
            if job.plan_only:
                terminal.result(_forecast(job, plan))
                return 0
            _advise(job, plan, terminal)
            _tell_ended_exemptions(catalogs, clock, terminal)
            total = len(plan.settled) + sum(map(len, plan.tasks))
            with (
                _interruptible(stop, terminal),
                progress(terminal, total, stats.activity, verbose=job.settings.verbose) as watch,
            ):
                report = await enrich(replace(run, watch=watch), plan, stop)
        from lmsys_enrich.cli.finish_run import finish_run

        return finish_run(
            run,
            report,
            terminal,
            job.environ,
            in_part=job.only_changed is not None,
            interrupted=stop.reason == _INTERRUPTED,
        )


def _forecast(job: Job, plan: Plan) -> str:
    """Return what the plan will cost: GitHub's questions come first, as in `askers_of`."""
    from lmsys_enrich.checkers.github.estimate import estimate
    from lmsys_enrich.cli.forecast import forecast_text

    for_github, for_websites = plan.tasks
    access = github_access(job.environ)
    expected = estimate([task.url for task in for_github], access)
    pages = [*expected.pages, *(task.url for task in for_websites)]
    return forecast_text(plan, expected, pages, job.settings)


def _advise(job: Job, plan: Plan, terminal: Terminal) -> None:
    """Tell what a token would give, where there is none."""
    token = github_access(job.environ).token
    if token is None and not job.settings.offline and (words := advice(len(plan.tasks[0]))):
        terminal.info(words)


def _tell_ended_exemptions(catalogs: Sequence[Catalog], clock: Clock, terminal: Terminal) -> None:
    """Tell which exemptions have run out: their links are checked from now on."""
    today = clock.run_time.date()
    for catalog in catalogs:
        for listed in catalog.listed():
            ignore = listed.entry.ignore
            if ignore is not None and not ignore.holds_on(today):
                terminal.info(
                    f"{listed.entry.location}: the exemption of {listed.entry.name} ended on {ignore.until};"
                    f" its links are checked again ({ignore.reason})"
                )


@contextmanager
def _interruptible(stop: Stop, terminal: Terminal) -> Iterator[None]:
    """Let the first Ctrl-C, or SIGTERM, end the asking; the next one ends the program."""
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        release()
        stop.now(_INTERRUPTED)
        terminal.info("Interrupted: what was found is kept. Once more ends at once.")

    def release() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        release()
