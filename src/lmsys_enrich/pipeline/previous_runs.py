"""Findings of earlier runs: from the store, and from the outputs last written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.finding import Finding, LinkTask, Verdict, unchecked
from lmsys_enrich.model.report import Report, keys_of
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.store.findings import DiskStore
from lmsys_enrich.store.last_written import read_last_written
from lmsys_enrich.values import Value, replace


class PreviousRuns(Value):
    """The open store, and the findings that earlier runs left; `warn` receives what cannot be read."""

    store: DiskStore
    settings: Settings
    warn: Callable[[str], None]

    def findings(self, catalogs: Sequence[Catalog]) -> PreviousFindings:
        """Return the earlier findings of the links of these lists."""
        urls = keys_of(catalogs)
        reported = read_last_written(self.settings.out, self.warn)
        return PreviousFindings(
            kept=self.store.load(urls),
            reported={url: found for url, found in reported.items() if url in urls},
        )


@contextmanager
def open_previous_runs(settings: Settings, warn: Callable[[str], None]) -> Iterator[PreviousRuns]:
    """Open the store of earlier findings, and close it at the end."""
    store = DiskStore(settings.cache, warn)
    try:
        yield PreviousRuns(store, settings, warn)
    finally:
        store.close()


def report_from_cache(
    catalogs: Sequence[Catalog], previous: PreviousFindings, settings: Settings, now: datetime
) -> Report:
    """Return a report of the last known findings, without a run; unknown links are unchecked."""
    return Report(
        run_time=now,
        catalogs=tuple(catalogs),
        findings={url: _last_known(url, previous.about(url)) for url in keys_of(catalogs)},
        stale_after=settings.stale_after,
    )


def _last_known(url: str, previous: Finding | None) -> Finding:
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
