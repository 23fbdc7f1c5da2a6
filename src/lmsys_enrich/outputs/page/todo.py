"""Tasks of a maintainer: what is new, then what lasts, the most urgent first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from lmsys_enrich.lists.mistakes import duplicates
from lmsys_enrich.model.catalog import Location
from lmsys_enrich.model.enriched_entry import EnrichedEntry, published_since
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import News, Report, news_of
from lmsys_enrich.outputs.fixes import patch_of
from lmsys_enrich.outputs.page.rows import clickable
from lmsys_enrich.values import Value

_MOST = 100
_MOST_OPEN = 8
_MOST_LOCATIONS = 5
_LONGEST_PATCH = 100_000
_RECENT = timedelta(days=30)


class Place(Value):
    """Line of a list; `href` is its page on the web, if that is known."""

    text: str
    href: str | None = None


class Task(Value):
    """
    Task; `href` only where a browser may open it, `better` is the address to write instead.

    `name` is that of the entry, or of the first of several.
    """

    kind: str
    subject: str
    why: str
    href: str | None = None
    better: str = ""
    name: str = ""
    locations: Sequence[Place] = ()


class Group(Value):
    """
    Tasks of a kind, unfolded where they are urgent or few; `count` includes those not shown.

    `patch` makes the edits of all of them, unless they are more than the page shows: it reads
    the lists twice, to be sure that it changes nothing else.
    """

    kind: str
    title: str
    advice: str
    tasks: Sequence[Task]
    count: int
    unfolded: bool
    patch: str = ""

    @property
    def more(self) -> int:
        """Number of tasks that are not shown."""
        return self.count - len(self.tasks)


def groups_of(report: Report) -> Iterator[Group]:
    """Yield the groups with a task, the most urgent first."""
    news = news_of(report)
    if news is not None:
        yield from _group("new", "New since the last run", "", [*_new(report, news)], urgent=True)
    yield from _of_links(report, news)
    taken_back = [*_taken_back(report)]
    yield from _group(
        "withdrawn", "Withdrawn or retracted", "Say so, or take them out.", taken_back, urgent=True
    )
    published = [*_published(report)]
    yield from _group("published", "Published since", "The list calls them preprints.", published)
    differing = [*_differing(report)]
    yield from _group("differs", "Otherwise in the source", "Look which of the two is right.", differing)
    repositories = report.repositories
    yield from _group(
        "archived", "Archived", "Read-only by now: say so, or take them out.", [*_archived(repositories)]
    )
    relicensed = [*_relicensed(report, repositories)]
    yield from _group("licence", "Licence changed", "Within the last 30 days.", relicensed, urgent=True)
    yield from _group("twice", "Listed twice", "Keep one of each.", [*_duplicates(report)])
    yield from _group(
        "stale", "Stale", "No commit for long, the longest first.", [*_stale(report, repositories)]
    )


def _of_links(report: Report, news: News | None) -> Iterator[Group]:
    """Yield the groups of links; those that are in the news are not repeated."""
    new = frozenset() if news is None else frozenset(found.url for found in news.found)

    def tasks(verdict: Verdict, *, is_open: bool = False) -> list[Task]:
        found = (one for one in report.by_effective_verdict[verdict] if one.url not in new)
        return [_link_task(report, one) for one in found if _needs_a_look(one) is is_open]

    yield from _group(
        "dead", "Dead", "Find where they went, or take them out.", tasks(Verdict.DEAD), urgent=True
    )
    doubtful = [*tasks(Verdict.FAILING, is_open=True), *tasks(Verdict.MOVED, is_open=True)]
    yield from _group("open", "Open them", "Only a person can judge these.", doubtful, urgent=True)
    moved = tasks(Verdict.MOVED)
    yield from _group(
        "moved",
        "Moved",
        "Write the new addresses: lmsys-enrich fix does it, or this patch.",
        moved,
        urgent=True,
        patch=patch_of(report) if 0 < len(moved) <= _MOST else "",
    )
    yield from _group(
        "failing",
        "Failing",
        "Nothing to do yet: they come back, or are dead in some days.",
        tasks(Verdict.FAILING),
    )


def _needs_a_look(finding: Finding) -> bool:
    """Return whether neither time nor an edit by the program can settle it."""
    match finding.effective_verdict:
        case Verdict.FAILING:
            return not finding.can_become_dead
        case Verdict.MOVED:
            return finding.suggestion is None
        case _:
            return False


def _group(
    kind: str, title: str, advice: str, tasks: Sequence[Task], *, urgent: bool = False, patch: str = ""
) -> Iterator[Group]:
    if tasks:
        unfolded = urgent or len(tasks) <= _MOST_OPEN
        shown = patch if len(patch) <= _LONGEST_PATCH else ""
        yield Group(kind, title, advice, tasks[:_MOST], len(tasks), unfolded, shown)


def _new(report: Report, news: News) -> Iterator[Task]:
    for found in news.found:
        yield _link_task(report, found)
    for found in news.revived:
        yield Task("alive", found.url, f"alive again, was {found.reported}", clickable(found.url))
    for change in news.archived:
        known = report.repositories.get(change.subject.lower())
        yield Task("archived", change.subject, "archived", clickable(known[1]) if known else None)


def _link_task(report: Report, finding: Finding) -> Task:
    locations = report.locations[finding.url]
    since = f", since {finding.failing_since:%Y-%m-%d}" if finding.failing_since else ""
    names = list(dict.fromkeys(here.name for here in locations))
    return Task(
        finding.effective_verdict,
        finding.url,
        f"{finding.effective_reason}{since}",
        clickable(finding.url),
        finding.proposal.url if finding.proposal else "",
        f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else names[0],
        [_place(report, here.link.location) for here in locations[:_MOST_LOCATIONS]],
    )


def _taken_back(report: Report) -> Iterator[Task]:
    for item in report.entries:
        paper = item.paper
        if paper is not None and (paper.withdrawn or paper.retracted):
            states = ["withdrawn"] * bool(paper.withdrawn) + ["retracted"] * bool(paper.retracted)
            yield _entry_task(report, item, "withdrawn", " and ".join(states))


def _published(report: Report) -> Iterator[Task]:
    for item in report.entries:
        if item.paper is not None and (where := published_since(item.entry, item.paper)):
            yield _entry_task(report, item, "published", where)


def _differing(report: Report) -> Iterator[Task]:
    for item in report.entries:
        for one in item.differs:
            why = f"{one.field}: the list has {one.listed}, {one.source_host} has {one.source}"
            yield _entry_task(report, item, "differs", why)


def _entry_task(report: Report, item: EnrichedEntry, kind: str, why: str) -> Task:
    """Return a task about an entry as a whole, at its main link."""
    entry = item.entry
    place = _place(report, entry.location)
    return Task(kind, entry.url or entry.name, why, clickable(entry.url), name=entry.name, locations=[place])


def _place(report: Report, location: Location) -> Place:
    return Place(str(location), report.workspace.page(location.file, location.line))


def _archived(repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    for facts, url in repositories.values():
        if facts.archived:
            since = f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
            yield Task("archived", facts.full_name, since, clickable(url))


def _relicensed(report: Report, repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    for day in reversed(report.past):
        if day.date < (report.run_time - _RECENT).date():
            break
        for change in day.relicensed:
            if change.repository.lower() in repositories:
                facts, url = repositories[change.repository.lower()]
                why = f"{change.change}, seen {day.date}"
                yield Task("licence", facts.full_name, why, clickable(url))


def _duplicates(report: Report) -> Iterator[Task]:
    for catalog in report.catalogs:
        for remark in duplicates(catalog):
            yield Task("twice", remark.message, "", locations=[_place(report, remark.location)])


def _stale(report: Report, repositories: Mapping[str, tuple[Repository, str]]) -> Iterator[Task]:
    stale = [
        (facts, url) for facts, url in repositories.values() if report.is_stale(facts) and not facts.archived
    ]
    for facts, url in sorted(stale, key=lambda one: str(one[0].last_commit)):
        yield Task("stale", facts.full_name, f"last commit {facts.last_commit:%Y-%m-%d}", clickable(url))
