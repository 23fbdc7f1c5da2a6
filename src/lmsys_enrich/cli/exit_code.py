"""How a run that reached its end is told to a script."""

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.settings.settings import Failure, Settings

DONE = 0
COULD_NOT_FIND_OUT = 3
FINDINGS = 10
INTERRUPTED = 130


def exit_code(report: Report, settings: Settings, *, interrupted: bool) -> int:
    """
    Return the code for a run whose outputs are written.

    A run that could not find out is told before its findings: they are not all.
    Whoever runs `--offline` has asked for links that stay unchecked.
    """
    if interrupted:
        return INTERRUPTED
    missed = any(found.verdict is Verdict.UNCHECKED for found in report.findings.values())
    if missed and not settings.offline:
        return COULD_NOT_FIND_OUT
    return FINDINGS if failures(report) & set(settings.fail_on) else DONE


def failures(report: Report) -> set[Failure]:
    """Return what there is in the report that `--fail-on` could name."""
    found: set[Failure] = set()
    for finding in report.findings.values():
        if finding.verdict is Verdict.DEAD:
            found.add(Failure.DEAD)
            if finding.reported is not Verdict.DEAD:
                found.add(Failure.NEW_DEAD)
        if finding.verdict is Verdict.MOVED:
            found.add(Failure.MOVED)
        facts = finding.repository
        if facts is not None and facts.archived:
            found.add(Failure.ARCHIVED)
        if facts is not None and report.is_stale(facts):
            found.add(Failure.STALE)
    return found
