"""A report without a run: what earlier runs found, as they found it."""

from collections.abc import Sequence
from datetime import datetime

from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Finding, LinkTask, Verdict, unchecked
from lmsys_enrich.model.report import Report, keys_of
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace


def report_from_cache(
    catalogs: Sequence[Catalog], previous: PreviousFindings, settings: Settings, now: datetime
) -> Report:
    """Return what is held about the lists' links; those never asked about are unchecked."""
    return Report(
        run_time=now,
        catalogs=tuple(catalogs),
        findings={url: _recalled(url, previous.about(url)) for url in keys_of(catalogs)},
        stale_after=settings.stale_after,
    )


def _recalled(url: str, previous: Finding | None) -> Finding:
    if previous is None:
        return unchecked(LinkTask(url), "no run has asked about it yet")
    if previous.verdict is Verdict.UNCHECKED and previous.last_verdict is not None:
        return replace(
            previous,
            verdict=previous.last_verdict,
            reason=previous.effective_reason,
            last_verdict=None,
            last_reason=None,
        )
    return previous
