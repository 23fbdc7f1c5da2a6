"""Findings of earlier runs: from the store, and from the outputs last written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import MassChange, OutputError
from lmsys_enrich.model.catalog import Catalog, keys_of
from lmsys_enrich.model.finding import Finding, LinkTask, Verdict, unchecked
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import UNKNOWN_WORKSPACE, Workspace, find_workspace, leads_out
from lmsys_enrich.pipeline.mass_change import refuse_mass_change, was_refused
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.store.findings import DiskStore, finding_map
from lmsys_enrich.store.last_written import read_last_written
from lmsys_enrich.values import Value, replace


class PreviousRuns(Value):
    """The open store, and the findings of earlier runs; `warn` receives messages about unreadable files."""

    store: DiskStore
    settings: Settings
    warn: Callable[[str], None]

    def findings(self, catalogs: Sequence[Catalog]) -> PreviousFindings:
        """Return the earlier findings of the links of these lists."""
        keys = keys_of(catalogs)
        reported = finding_map(keys)
        for found in read_last_written(self.settings.out, self.warn):
            if found.url in keys:
                reported[found.url] = found
        return PreviousFindings(kept=self.store.load(keys), reported=reported, keys=keys)


def refuse_links_out(settings: Settings) -> None:
    """
    Raise `OutputError` where a folder for outputs or cache is a link out of the repository.

    A stranger's pull request can contain such a link; a user who wants one names its target.
    """
    root = find_workspace(Path.cwd(), {}).root
    for flag, folder in (("--out", settings.out), ("--cache", settings.cache)):
        if (target := leads_out(folder, root)) is not None:
            raise OutputError(
                f"{folder}: a symbolic link out of the repository",
                hint=f"Remove it, or name its target: {flag} {target}.",
            )


@contextmanager
def open_previous_runs(settings: Settings, warn: Callable[[str], None]) -> Iterator[PreviousRuns]:
    """Open the store of earlier findings, and close it at the end. Raises `OutputError` for links out."""
    refuse_links_out(settings)
    store = DiskStore(settings.cache, warn)
    try:
        yield PreviousRuns(store, settings, warn)
    finally:
        store.close()


def report_of_last_run(
    catalogs: Sequence[Catalog],
    settings: Settings,
    environ: Mapping[str, str],
    warn: Callable[[str], None],
) -> Report:
    """
    Return a report of the last known findings, without a run.

    Findings that a run refused to write are left out: the report then shows those written before.
    """
    now, workspace = SystemClock(environ).run_time, find_workspace(Path.cwd(), environ)
    with open_previous_runs(settings, warn) as runs:
        previous = runs.findings(catalogs)
    report = report_from_cache(catalogs, previous, settings, now, workspace)
    if not _is_refused(report, previous, settings):
        return report
    warn(
        "the last run refused to write its results (--max-change): this shows what was written before"
        " (`lmsys-enrich run --accept-changes` writes them)"
    )
    return report_from_cache(catalogs, _last_written(previous), settings, now, workspace)


def _is_refused(report: Report, previous: PreviousFindings, settings: Settings) -> bool:
    """Return true if a run refused to write these findings, or would have, had it not been interrupted."""
    if was_refused(settings.cache, settings.out):
        return True
    try:
        refuse_mass_change(report.findings.values(), previous.about, settings.max_change)
    except MassChange:
        return True
    return False


def _last_written(previous: PreviousFindings) -> PreviousFindings:
    """Return the earlier findings as the outputs have them; only their verdicts if the outputs are lost."""
    kept = finding_map(previous.keys)
    kept.update(
        (url, _as_reported(found)) for url, found in previous.kept.items() if url not in previous.reported
    )
    return PreviousFindings(kept=kept, reported=previous.reported, keys=previous.keys)


def _as_reported(found: Finding) -> Finding:
    if found.reported is found.effective_verdict:
        return found
    reason = "found by a run that refused to write (--max-change)"
    last_reason = None if found.reported is None else "according to the outputs written before"
    return replace(
        found,
        verdict=Verdict.UNCHECKED,
        reason=reason,
        last_verdict=found.reported,
        last_reason=last_reason,
        suggestion=None,
    )


def report_from_cache(
    catalogs: Sequence[Catalog],
    previous: PreviousFindings,
    settings: Settings,
    now: datetime,
    workspace: Workspace = UNKNOWN_WORKSPACE,
) -> Report:
    """Return a report of the last known findings, without a run; unknown links are unchecked."""
    keys = previous.keys or keys_of(catalogs)
    findings = finding_map(keys)
    for url in keys:
        findings[url] = _last_known(url, previous.about(url))
    return Report(
        run_time=now,
        catalogs=tuple(catalogs),
        findings=findings,
        stale_after=settings.stale_after,
        workspace=workspace,
        ignores=settings.ignores,
        view=settings.view,
    )


def _last_known(url: str, previous: Finding | None) -> Finding:
    if previous is None:
        return unchecked(LinkTask(url), "no run has checked it yet")
    if previous.verdict is Verdict.UNCHECKED and previous.last_verdict is not None:
        return replace(
            previous,
            verdict=previous.last_verdict,
            reason=previous.effective_reason,
            last_verdict=None,
            last_reason=None,
        )
    return previous
