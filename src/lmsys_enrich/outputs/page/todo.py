"""Tasks of a maintainer: new ones, then known ones, the most urgent first."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from heapq import nsmallest
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

from lmsys_enrich.model.catalog import ListedLink, Location
from lmsys_enrich.model.enriched_entry import EnrichedEntry, published_since
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.finding import Finding, SuggestionKind, Verdict
from lmsys_enrich.model.report import News, Report, merged_repositories, news_of
from lmsys_enrich.outputs.fixes import patch_of
from lmsys_enrich.outputs.page.words import clickable
from lmsys_enrich.values import Value, replace

T = TypeVar("T")
U = TypeVar("U")

_MOST = 100
_MOST_OPEN = 8
_MOST_LOCATIONS = 5
_LONGEST_PATCH = 100_000
_RECENT = timedelta(days=30)
_REST = {
    **dict.fromkeys(("dead", "open", "moved", "failing"), "all are in dead-links.md"),
    **dict.fromkeys(("withdrawn", "archived", "stale"), "all are marked in the list below"),
    "differs": "all are in enriched.json",
    "twice": "`lmsys-enrich validate` lists them all",
}


class Place(Value):
    """Line of a list; `href` is its page on the web, if that is known."""

    text: str
    href: str | None = None


class Task(Value):
    """
    Task; `href` only where a browser may open it, `better` is the address to write instead.

    `is_copy` is true where that is an archived copy. `name` is that of the entry, or of
    the first of several.
    """

    kind: str
    subject: str
    why: str
    href: str | None = None
    better: str = ""
    is_copy: bool = False
    name: str = ""
    locations: Sequence[Place] = ()


class Group(Value):
    """
    Tasks of a kind, unfolded where they are urgent or few; `count` includes those not shown.

    `patch` makes the edits of all of them, unless they are more than the page shows: it reads
    the lists twice, to be sure that it changes nothing else. `rest` says where those not shown are.
    """

    kind: str
    title: str
    advice: str
    tasks: Sequence[Task]
    count: int
    unfolded: bool
    patch: str = ""
    rest: str = ""

    @property
    def more(self) -> int:
        """Number of tasks that are not shown."""
        return self.count - len(self.tasks)


def groups_of(report: Report) -> Iterator[Group]:
    """Yield the groups with a task, the most urgent first."""
    news = news_of(report)
    if news is not None:
        yield from _group("new", "New since the last run", "", _first(_new(report, news)), urgent=True)
    yield from _of_links(report, news)
    taken_back, published, differing = _first_of_entries(report)
    yield from _group(
        "withdrawn", "Withdrawn or retracted", "Mark them as such, or remove them.", taken_back, urgent=True
    )
    yield from _group("published", "Now published", "The list still shows them as preprints.", published)
    yield from _group("differs", "Differs from the source", "Check which of the two is right.", differing)
    archived, relicensed, stale = _first(_archived(report)), _first(_relicensed(report)), _stale(report)
    shown = _listed_repositories(report, (*archived.shown, *relicensed.shown, *stale.shown))

    def tasks(found: _First[_Judged], kind: str) -> _First[Task]:
        return found.made(lambda one: _repository_task(report, one, kind, shown.get(one.facts.key, ())))

    yield from _group(
        "archived",
        "Archived",
        "Read-only now. Mark them as archived, or remove them.",
        tasks(archived, "archived"),
    )
    yield from _group(
        "licence", "Licence changed", "In the last 30 days.", tasks(relicensed, "licence"), urgent=True
    )
    yield from _group("twice", "Listed twice", "Keep one of each.", _first(_duplicates(report)))
    yield from _group("stale", "Stale", "No recent commit, the oldest first.", tasks(stale, "stale"))


def _of_links(report: Report, news: News | None) -> Iterator[Group]:
    """Yield the groups of links; those that are in the news are not repeated."""
    new = frozenset() if news is None else frozenset(found.url for found in news.found)

    def tasks(*verdicts: Verdict, is_open: bool = False) -> _First[Task]:
        of_these = (one for verdict in verdicts for one in report.to_act_on[verdict])
        found = _first(one for one in of_these if one.url not in new and _needs_a_look(one) is is_open)
        return found.made(lambda one: _link_task(report, one))

    yield from _group(
        "dead", "Dead", "Find their new addresses, or remove the links.", tasks(Verdict.DEAD), urgent=True
    )
    doubtful = tasks(Verdict.FAILING, Verdict.MOVED, is_open=True)
    yield from _group(
        "open", "Check by hand", "Only a person can decide these: open each link.", doubtful, urgent=True
    )
    moved = tasks(Verdict.MOVED)
    yield from _group(
        "moved",
        "Moved",
        "Update the addresses: lmsys-enrich fix --apply does it.",
        moved,
        urgent=True,
        patch=patch_of(report) if 0 < moved.count <= _MOST else "",
    )
    yield from _group(
        "failing",
        "Failing",
        "Nothing to do yet: they recover, or count as dead after a few days.",
        tasks(Verdict.FAILING),
    )


def _needs_a_look(finding: Finding) -> bool:
    """Return whether only a person can decide: neither time nor an edit by the program would help."""
    match finding.effective_verdict:
        case Verdict.FAILING:
            return not finding.can_become_dead
        case Verdict.MOVED:
            return finding.suggestion is None
        case _:
            return False


class _First(Value, Generic[T]):
    """The first of some things, which the page shows, and the number of all."""

    shown: Sequence[T]
    count: int

    def made(self, make: Callable[[T], U]) -> "_First[U]":
        """Return what is made of those that are shown."""
        return _First([*map(make, self.shown)], self.count)


def _first(found: Iterable[T]) -> _First[T]:
    found = iter(found)
    shown = [*islice(found, _MOST)]
    return _First(shown, len(shown) + sum(1 for _ in found))


def _group(
    kind: str, title: str, advice: str, tasks: _First[Task], *, urgent: bool = False, patch: str = ""
) -> Iterator[Group]:
    if tasks.count:
        unfolded = urgent or tasks.count <= _MOST_OPEN
        shown = patch if len(patch) <= _LONGEST_PATCH else ""
        yield Group(kind, title, advice, tasks.shown, tasks.count, unfolded, shown, _REST.get(kind, ""))


def _new(report: Report, news: News) -> Iterator[Task]:
    for found in news.found:
        yield _link_task(report, found)
    for found in news.revived:
        yield Task("alive", found.url, f"alive again, was {found.reported}", clickable(found.url))
    for change in news.archived:
        url = report.links_to_repositories.get(change.subject.lower())
        yield Task("archived", change.subject, "archived", clickable(url))


def _link_task(report: Report, finding: Finding) -> Task:
    locations = report.locations[finding.url]
    since = f", since {finding.failing_since:%Y-%m-%d}" if finding.failing_since else ""
    return Task(
        finding.effective_verdict,
        finding.url,
        f"{finding.effective_reason}{since}",
        clickable(finding.url),
        finding.proposal.url if finding.proposal else "",
        finding.proposal is not None and finding.proposal.kind is SuggestionKind.ARCHIVED,
        _names(locations),
        _places(report, locations),
    )


def _names(locations: Sequence[ListedLink]) -> str:
    """Return the name of the entry, or the first of several and their number."""
    names = list(dict.fromkeys(here.name for here in locations))
    return f"{names[0]} and {len(names) - 1} more" if len(names) > 1 else "".join(names)


def _places(report: Report, locations: Sequence[ListedLink]) -> Sequence[Place]:
    return [_place(report, here.link.location) for here in locations[:_MOST_LOCATIONS]]


def _first_of_entries(report: Report) -> Iterator[_First[Task]]:
    """Yield the tasks about withdrawn papers, about published ones, and about differences."""
    tasks: dict[str, list[Task]] = {"withdrawn": [], "published": [], "differs": []}
    counts = Counter[str]()
    for task in _of_entries(report):
        counts[task.kind] += 1
        if counts[task.kind] <= _MOST:
            tasks[task.kind].append(task)
    return (_First(shown, counts[kind]) for kind, shown in tasks.items())


def _of_entries(report: Report) -> Iterator[Task]:
    """Yield the tasks about entries as a whole: withdrawn papers, published ones, and differences."""
    for item in report.entries:
        paper = item.paper
        if paper is not None and (paper.withdrawn or paper.retracted):
            states = ["withdrawn"] * bool(paper.withdrawn) + ["retracted"] * bool(paper.retracted)
            yield _entry_task(report, item, "withdrawn", " and ".join(states))
        if paper is not None and (where := published_since(item.entry, paper)):
            task = _entry_task(report, item, "published", where.place)
            yield replace(task, better=where.link)
        for one in item.differs:
            why = f"{one.field}: “{one.listed}” in the list, “{one.source}” at {one.source_host}"
            yield _entry_task(report, item, "differs", why)


def _entry_task(report: Report, item: EnrichedEntry, kind: str, why: str) -> Task:
    """Return a task about an entry as a whole, at its main link."""
    entry = item.entry
    place = _place(report, entry.location)
    return Task(kind, entry.url or entry.name, why, clickable(entry.url), name=entry.name, locations=[place])


def _place(report: Report, location: Location) -> Place:
    return Place(str(location), report.workspace.page(location.file, location.line))


class _Judged(NamedTuple):
    """Repository to act on, and why; `url` is the key of a link to it."""

    facts: Repository
    url: str
    why: str


def _listed_repositories(report: Report, found: Sequence[_Judged]) -> Mapping[str, Sequence[ListedLink]]:
    """Return the links to each of these repositories, under its key."""
    listed: dict[str, list[ListedLink]] = {one.facts.key: [] for one in found}
    for one, finding in report.listed_links() if listed else ():
        if finding.repository is not None and finding.repository.key in listed:
            listed[finding.repository.key].append(one)
    return listed


def _repository_task(report: Report, found: _Judged, kind: str, locations: Sequence[ListedLink]) -> Task:
    return Task(
        kind,
        found.facts.key,
        found.why,
        clickable(found.url),
        name=_names(locations),
        locations=_places(report, locations),
    )


def _archived(report: Report) -> Iterator[_Judged]:
    for key, facts in report.repositories.items():
        if facts.archived:
            yield _Judged(facts, report.links_to_repositories[key], _archived_since(facts))


def _archived_since(facts: Repository) -> str:
    return f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"


def _relicensed(report: Report) -> Iterator[_Judged]:
    for day in reversed(report.past):
        if day.date < (report.run_time - _RECENT).date():
            break
        for change in day.relicensed:
            key = change.repository.lower()
            if (facts := report.repositories.get(key)) is not None:
                url = report.links_to_repositories[key]
                yield _Judged(facts, url, f"{change.change}, seen {day.date}")


def _stale(report: Report) -> _First[_Judged]:
    stale = (
        (facts, report.links_to_repositories[key])
        for key, facts in report.repositories.items()
        if report.is_stale(facts)
    )
    oldest = nsmallest(_MOST, stale, key=lambda one: str(one[0].last_commit))
    return _First([_judged_stale(*one) for one in oldest], report.summary.stale)


def _judged_stale(facts: Repository, url: str) -> _Judged:
    since = f", {_archived_since(facts)}" if facts.archived else ""
    return _Judged(facts, url, f"last commit {facts.last_commit:%Y-%m-%d}{since}")


def _duplicates(report: Report) -> Iterator[Task]:
    remarks = [remark for catalog in report.catalogs for remark in catalog.duplicates]
    for remark in (*remarks, *merged_repositories(report)):
        yield Task("twice", remark.message, "", locations=[_place(report, remark.location)])
