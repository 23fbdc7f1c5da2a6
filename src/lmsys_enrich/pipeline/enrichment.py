"""Enrichment: further facts from fact sources, after all links are judged."""

import asyncio
import traceback
from collections.abc import AsyncGenerator, MutableMapping, Sequence
from contextlib import aclosing
from datetime import datetime

from lmsys_enrich.clock import EPOCH
from lmsys_enrich.fact_sources.protocol import Addition, FactSource
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import Bug
from lmsys_enrich.pipeline.history import add_facts
from lmsys_enrich.pipeline.workers import Stop


async def enrich_findings(
    sources: Sequence[FactSource],
    findings: MutableMapping[str, Finding],
    now: datetime,
    stop: Stop,
    bugs: list[Bug],
) -> AsyncGenerator[Finding, None]:
    """
    Ask one source after the other, and put what it knows into the findings; yield each that changes.

    Findings whose last answer is fresh are left out. A bug of a source costs the rest of
    its answers alone.
    """
    for source in sources:
        due = sorted(
            (
                found
                for found in findings.values()
                if source.wants(found) and not _is_fresh(source, found, now)
            ),
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


def _is_fresh(source: FactSource, finding: Finding, now: datetime) -> bool:
    asked = finding.asked.get(source.name)
    if asked is None or asked > now:  # one in the future comes from a clock that was wrong
        return False
    return source.max_age is None or now - asked < source.max_age


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
