"""Tasks of a maintainer: links and repositories to act on, the most urgent first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import LinkLocation, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.page.rows import clickable
from lmsys_enrich.values import Value

_MOST = 100
_MOST_OPEN = 8
_MOST_LOCATIONS = 5
_NEWS = timedelta(days=30)
_LINKS = (
    (Verdict.DEAD, "Died", "Take them out, or find where they went."),
    (Verdict.FAILING, "Failing", "Dead if it lasts; nothing to do yet."),
    (Verdict.MOVED, "Moved", "Write the new address; lmsys-enrich fix does it for all."),
)


class Task(Value):
    """Task; `href` only where a browser may open it, `better` is the address to write instead."""

    kind: str
    subject: str
    why: str
    href: str | None = None
    better: str = ""
    locations: Sequence[str] = ()


class Group(Value):
    """Tasks of a kind, unfolded where they are urgent or few; `count` includes those not shown."""

    kind: str
    title: str
    advice: str
    tasks: Sequence[Task]
    count: int
    unfolded: bool

    @property
    def more(self) -> int:
        """Number of tasks that are not shown."""
        return self.count - len(self.tasks)


def groups_of(report: Report) -> Iterator[Group]:
    """Yield the groups with a task, the most urgent first."""
    locations = report.locations
    for verdict, title, advice in _LINKS:
        found = report.by_effective_verdict[verdict]
        yield from _group(
            verdict, title, advice, [_link_task(one, locations[one.url]) for one in found], urgent=True
        )
    repositories = report.repositories
    yield from _group(
        "archived", "Archived", "Read-only by now: say so, or take them out.", [*_archived(repositories)]
    )
    relicensed = [*_relicensed(report, repositories)]
    yield from _group("licence", "Licence changed", "Within the last 30 days.", relicensed, urgent=True)
    yield from _group(
        "stale", "Stale", "No commit for long, the longest first.", [*_stale(report, repositories)]
    )


def _group(
    kind: str, title: str, advice: str, tasks: Sequence[Task], *, urgent: bool = False
) -> Iterator[Group]:
    if tasks:
        unfolded = urgent or len(tasks) <= _MOST_OPEN
        yield Group(kind, title, advice, tasks[:_MOST], len(tasks), unfolded)


def _link_task(finding: Finding, locations: Sequence[LinkLocation]) -> Task:
    since = f", since {finding.failing_since:%Y-%m-%d}" if finding.failing_since else ""
    return Task(
        finding.effective_verdict,
        finding.url,
        f"{finding.effective_reason}{since}",
        clickable(finding.url),
        finding.suggestion.url if finding.suggestion else "",
        [str(here.location) for here in locations[:_MOST_LOCATIONS]],
    )


def _archived(repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    for facts, url in repositories.values():
        if facts.archived:
            since = f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
            yield Task("archived", facts.full_name, since, clickable(url))


def _relicensed(report: Report, repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    for day in reversed(report.past):
        if day.date < (report.run_time - _NEWS).date():
            break
        for change in day.relicensed:
            if change.repository.lower() in repositories:
                facts, url = repositories[change.repository.lower()]
                why = f"{change.change}, seen {day.date}"
                yield Task("licence", facts.full_name, why, clickable(url))


def _stale(report: Report, repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    stale = [
        (facts, url) for facts, url in repositories.values() if report.is_stale(facts) and not facts.archived
    ]
    for facts, url in sorted(stale, key=lambda one: str(one[0].last_commit)):
        yield Task("stale", facts.full_name, f"last commit {facts.last_commit:%Y-%m-%d}", clickable(url))
