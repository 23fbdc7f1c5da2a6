"""What a maintainer should act on first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import LinkLocation, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.page.rows import clickable
from lmsys_enrich.values import Value

_MOST = 100
_MOST_OPEN = 8
_MOST_PLACES = 5
_NEWS = timedelta(days=30)
_LINKS = (
    (Verdict.DEAD, "Died", "Take them out, or find where they went."),
    (Verdict.FAILING, "Failing", "Dead if it lasts; nothing to do yet."),
    (Verdict.MOVED, "Moved", "Write the new address; lmsys-enrich fix does it for all."),
)


class Act(Value):
    """Something to act on; `href` only where it may be clicked on, `better` is what to write instead."""

    kind: str
    subject: str
    why: str
    href: str | None = None
    better: str = ""
    locations: Sequence[str] = ()


class Group(Value):
    """All of a kind, unfolded where they are urgent or few; `more` did not find room."""

    kind: str
    title: str
    advice: str
    acts: Sequence[Act]
    count: int
    unfolded: bool

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.acts)


def groups_of(report: Report) -> Iterator[Group]:
    """Yield what there is, the most urgent first."""
    locations = report.locations
    for verdict, title, advice in _LINKS:
        found = report.by_effective_verdict[verdict]
        yield from _group(
            verdict, title, advice, [_act(one, locations[one.url]) for one in found], urgent=True
        )
    known = report.repositories
    yield from _group(
        "archived", "Archived", "Read-only by now: say so, or take them out.", [*_archived(known)]
    )
    relicensed = [*_relicensed(report, known)]
    yield from _group("licence", "Licence changed", "Within the last 30 days.", relicensed, urgent=True)
    yield from _group("stale", "Stale", "No commit for long, the longest first.", [*_asleep(report, known)])


def _group(
    kind: str, title: str, advice: str, acts: Sequence[Act], *, urgent: bool = False
) -> Iterator[Group]:
    if acts:
        unfolded = urgent or len(acts) <= _MOST_OPEN
        yield Group(kind, title, advice, acts[:_MOST], len(acts), unfolded)


def _act(finding: Finding, locations: Sequence[LinkLocation]) -> Act:
    since = f", since {finding.failing_since:%Y-%m-%d}" if finding.failing_since else ""
    return Act(
        finding.effective_verdict,
        finding.url,
        f"{finding.effective_reason}{since}",
        clickable(finding.url),
        finding.suggestion.url if finding.suggestion else "",
        [str(here.location) for here in locations[:_MOST_PLACES]],
    )


def _archived(known: Mapping[str, tuple[Repository, str]]) -> Iterator[Act]:
    for facts, url in known.values():
        if facts.archived:
            since = f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
            yield Act("archived", facts.full_name, since, clickable(url))


def _relicensed(report: Report, known: Mapping[str, tuple[Repository, str]]) -> Iterator[Act]:
    for day in reversed(report.past):
        if day.date < (report.run_time - _NEWS).date():
            break
        for told in day.relicensed:
            if told.repository.lower() in known:
                facts, url = known[told.repository.lower()]
                why = f"{told.change}, seen {day.date}"
                yield Act("licence", facts.full_name, why, clickable(url))


def _asleep(report: Report, known: Mapping[str, tuple[Repository, str]]) -> Iterator[Act]:
    stale = [(facts, url) for facts, url in known.values() if report.is_stale(facts) and not facts.archived]
    for facts, url in sorted(stale, key=lambda one: str(one[0].last_commit)):
        yield Act("stale", facts.full_name, f"last commit {facts.last_commit:%Y-%m-%d}", clickable(url))
