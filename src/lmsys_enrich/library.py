"""What Python programs use: the main job without its command line. `docs/library.md` shows how."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from lmsys_enrich.checkers.github.checker import GitHubChecker
from lmsys_enrich.checkers.protocol import Checker
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.clock import Clock, SystemClock
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import Report
from lmsys_enrich.network import Network, open_network
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.pipeline import run
from lmsys_enrich.pipeline.previous_runs import open_previous_runs
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.github_access import github_access
from lmsys_enrich.settings.settings import Settings


async def enrich(
    lists: Iterable[Path],
    settings: Settings | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    watch: Callable[[Finding], None] = lambda _: None,
) -> Report:
    """
    Check every link of the lists and ask GitHub about every repository.

    What is found is kept in `settings.cache`, and what is fresh there is not asked
    again; no other file is written. `environ` (that of the process where none is
    given) tells the token, GitHub's addresses and proxies. `watch` is told each
    finding as it comes. Whatever happens on the way, each link has a finding:
    `Verdict.UNCHECKED` where nobody could find out, and why in `report.obstacles`.

    Raises `InputError` for lists and settings that cannot be used. Warnings go to
    the logger `lmsys_enrich`.
    """
    settings = settings or Settings()
    environ = os.environ if environ is None else environ
    clock, stats = SystemClock(environ), RequestStats()
    catalogs = read_lists(list(lists))
    with open_previous_runs(settings, logging.getLogger("lmsys_enrich").warning) as earlier:
        async with open_network(settings, environ, clock, stats) as network:
            job = run.Run(
                catalogs=catalogs,
                checkers=checkers_for(settings, environ, network, clock, stats),
                store=earlier.store,
                previous=earlier.previous(catalogs),
                clock=clock,
                settings=settings,
                traffic=lambda: stats.traffic(cached=0, seconds=0.0),
                watch=watch,
            )
            return await run.enrich(job, job.plan(), Stop())


def write(report: Report, out: Path) -> tuple[Path, ...]:
    """
    Write every output, and return those that are new or have changed, as paths in `out`.

    Raises `OutputError` where one cannot be written; those that lie there are then whole.
    """
    return write_files(out, render_all(report)).changed


def checkers_for(
    settings: Settings, environ: Mapping[str, str], network: Network, clock: Clock, stats: RequestStats
) -> tuple[Checker, ...]:
    """Return whom to ask, the most knowing first: a link is for the first that claims it."""
    websites = WebsiteChecker(
        network.fetch, network.scheduler, concurrency=settings.concurrency, expect=network.expect
    )
    github = GitHubChecker(
        network.api,
        github_access(environ),
        clock,
        patience=settings.patience,
        spent=stats.spent,
    )
    return github, websites
