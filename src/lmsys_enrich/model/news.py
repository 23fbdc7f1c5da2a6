"""News of a run: what is otherwise than in the outputs last written."""

from lmsys_enrich.model.changes import Change
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import ACT_ON, Report
from lmsys_enrich.values import Value


class News(Value):
    """
    News of a run, and what a maintainer knows already.

    `found` are links that became dead, failing or moved, `lasting` those that were so
    before, both by verdict and the newest first. `archived` names repositories.
    """

    found: tuple[Finding, ...]
    lasting: tuple[Finding, ...]
    revived: tuple[Finding, ...]
    archived: tuple[Change, ...]

    @property
    def is_empty(self) -> bool:
        """True where nothing is new."""
        return not (self.found or self.revived or self.archived)


def news_of(report: Report) -> News | None:
    """Return the news of a report; None for a first run, of which everything is new."""
    if all(finding.reported is None for finding in report.findings.values()):
        return None
    to_act_on = [
        found
        for verdict in ACT_ON
        for found in report.by_effective_verdict[verdict]
        if found.verdict in ACT_ON
    ]
    return News(
        found=tuple(found for found in to_act_on if report.is_new(found)),
        lasting=tuple(found for found in to_act_on if not report.is_new(found)),
        revived=tuple(report.revived()),
        archived=tuple(change for change in report.changes if change.kind == "archived"),
    )
