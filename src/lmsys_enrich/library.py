"""Public API for Python programs: the main job without its command line. See `docs/library.md`."""

import logging
import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.protocol import Checker
from lmsys_enrich.checkers.registry import api_checkers
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.checkers.website.outage import CANARIES
from lmsys_enrich.clock import Clock, SystemClock
from lmsys_enrich.cluster.checker import ClusterChecker
from lmsys_enrich.cluster.dask import cluster_at
from lmsys_enrich.fact_sources.registry import fact_sources
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import find_workspace
from lmsys_enrich.network import Network, open_network
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.pipeline.previous_runs import open_previous_runs
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import resolve_access, secret_headers, service_hosts
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace


async def enrich(
    lists: Iterable[Path],
    settings: Settings | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    watch: Callable[[Finding], None] = lambda _: None,
) -> Report:
    """
    Check every link of the lists, and fetch the facts of every repository.

    Findings are cached in `settings.cache`; fresh ones are not requested again. No
    other file is written. `environ` (the process's by default) holds the token, GitHub's
    addresses and proxies. `watch` receives each finding as it comes. Every link has a
    finding at the end: `Verdict.UNCHECKED` where it could not be checked, with the
    reason in `report.obstacles`.

    Raises `InputError` for lists and settings that cannot be used. Warnings go to
    the logger `lmsys_enrich`.
    """
    settings = settings or Settings()
    catalogs = read_as_set(settings, list(lists))
    opened = open_run(
        catalogs,
        settings,
        os.environ if environ is None else environ,
        warn=logging.getLogger("lmsys_enrich").warning,
    )
    async with opened as run:
        return await check_and_enrich(replace(run, watch=watch), run.plan(), Stop())


def write(report: Report, out: Path) -> tuple[Path, ...]:
    """
    Write every output, and return those that are new or have changed, as paths in `out`.

    Raises `OutputError` where one cannot be written; the existing files are then whole.
    """
    return write_files(out, render_all(report)).changed


@asynccontextmanager
async def open_run(
    catalogs: Sequence[Catalog],
    settings: Settings,
    environ: Mapping[str, str],
    *,
    warn: Callable[[str], None],
    through: Callable[[Fetch], Fetch] | None = None,
    notice: str | None = None,
) -> AsyncGenerator[Run, None]:
    """
    Open everything a run needs: cache, network, checkers, access to forges; close it at the end.

    `through` may wrap the client for websites, as the simulation does; `notice` then
    warns readers of the outputs. Raises `InputError` for an unusable environment.
    """
    access = resolve_access(environ, settings.forges)
    clock, stats = SystemClock(environ), RequestStats(service_hosts(access))
    with open_previous_runs(settings, warn) as previous:
        async with open_network(settings, environ, clock, stats, through) as network:
            apis = Apis(network.api, clock, access, settings.patience, stats.spent)
            yield Run(
                catalogs=catalogs,
                checkers=(
                    *api_checkers(apis),
                    *_website_checkers(settings, environ, network, clock, stats, warn),
                ),
                sources=fact_sources(apis),
                store=previous.store,
                previous=previous.findings(catalogs),
                clock=clock,
                settings=settings,
                stats=stats,
                notice=notice,
                workspace=find_workspace(Path.cwd(), environ),
            )


def _website_checkers(
    settings: Settings,
    environ: Mapping[str, str],
    network: Network,
    clock: Clock,
    stats: RequestStats,
    warn: Callable[[str], None],
) -> Iterator[Checker]:
    """Yield the checkers for all links that no other claims; secret headers are never sent to a cluster."""
    if settings.cluster:
        cluster, secret = cluster_at(settings.cluster), secret_headers(environ)
        yield ClusterChecker(cluster, settings, clock.run_time, stats, warn, own_hosts=secret)
    yield WebsiteChecker(
        network.fetch,
        network.scheduler,
        concurrency=settings.concurrency,
        expect=network.expect,
        for_link=network.for_link,
        canaries=CANARIES if settings.canaries else (),
    )
