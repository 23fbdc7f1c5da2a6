"""Comparison of lists with registries and forges, through their APIs alone (`validate --online`)."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence

from lmsys_enrich.checkers.protocol import CheckResult, Estimate, TaskQueue
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.library import open_run
from lmsys_enrich.model.catalog import Catalog, Remark
from lmsys_enrich.model.enriched_entry import Difference
from lmsys_enrich.model.report import Obstacle, Report
from lmsys_enrich.pipeline.run import check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value, replace


class Comparison(Value):
    """Remarks by the file of their list, and why some could not be made."""

    remarks: Mapping[str, Sequence[Remark]]
    obstacles: Sequence[Obstacle]


def compare_online(catalogs: Sequence[Catalog], settings: Settings, terminal: Terminal) -> Comparison:
    """Return what lists say otherwise than registries and forges."""
    report = asyncio.run(_ask(catalogs, settings, terminal))
    remarks: defaultdict[str, list[Remark]] = defaultdict(list)
    for item in report.entries:
        location = item.entry.location
        remarks[location.file].extend(Remark(location, _said(one)) for one in item.differs)
    return Comparison(remarks, report.obstacles)


class _NoPages:
    """Checker that leaves every page out."""

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


async def _ask(catalogs: Sequence[Catalog], settings: Settings, terminal: Terminal) -> Report:
    async with open_run(catalogs, settings, terminal.environ, warn=terminal.warn) as run:
        of_apis = replace(
            run,
            checkers=(*run.checkers[:-1], _NoPages()),
            sources=tuple(source for source in run.sources if source.name != "wayback"),
        )
        return await check_and_enrich(of_apis, of_apis.plan(), Stop())


def _said(one: Difference) -> str:
    hint = ": probably a link to another paper" if one.field == "title" else ""
    return f"{one.field}: the list has {one.listed!r}, {one.source_host} has {one.source!r}{hint}"
