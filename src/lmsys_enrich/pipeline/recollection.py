"""A report without a run: what earlier runs found, as they found it."""

from collections.abc import Sequence
from datetime import datetime

from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Finding, Question, Verdict, unchecked
from lmsys_enrich.model.report import Report, keys_of
from lmsys_enrich.pipeline.plan import Known
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import replace


def recollect(catalogs: Sequence[Catalog], known: Known, settings: Settings, now: datetime) -> Report:
    """Return what is held about the lists' links; those never asked about are unchecked."""
    return Report(
        run_time=now,
        catalogs=tuple(catalogs),
        findings={url: _recalled(url, known.about(url)) for url in keys_of(catalogs)},
        stale_after=settings.stale_after,
    )


def _recalled(url: str, known: Finding | None) -> Finding:
    if known is None:
        return unchecked(Question(url), "no run has asked about it yet")
    if known.verdict is Verdict.UNCHECKED and known.last_verdict is not None:
        return replace(
            known,
            verdict=known.last_verdict,
            reason=known.standing_reason,
            last_verdict=None,
            last_reason=None,
        )
    return known
