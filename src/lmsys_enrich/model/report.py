"""All that a run found, in the order of the lists, for whoever shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lmsys_enrich.model.catalog import Catalog, Entry, Link
from lmsys_enrich.model.day import Day
from lmsys_enrich.model.finding import LIVING, LOST, Finding, Verdict
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.urls import InvalidAddress, link_key


@dataclass(frozen=True, slots=True)
class HostTime:
    """For how many seconds of a run a host was waited for, and how many requests it got."""

    host: str
    seconds: float
    requests: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """
    What the run cost: requests sent by kind, points of GitHub's quota, links not asked again.

    `longest` is the host that was waited for longest.
    """

    web: int = 0
    graphql: int = 0
    rest: int = 0
    graphql_points: int = 0
    retries: int = 0
    cached: int = 0
    seconds: float = 0.0
    longest: HostTime | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that kept the run from finding out, told once, with the next step."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Report:
    """
    The lists of a run with everything found about their links.

    `findings` has one finding for each link of `catalogs`, under its key, in
    their order.
    `notice` stands on every page written, where there is something that every
    reader must know, as that the facts are simulated. `past` are the days of
    which figures were kept, this run's among them, the oldest first.
    """

    run_time: datetime
    catalogs: tuple[Catalog, ...]
    findings: Mapping[str, Finding]
    stale_after: timedelta
    traffic: Traffic = field(default_factory=Traffic)
    obstacles: tuple[Obstacle, ...] = ()
    notice: str | None = None
    past: tuple[Day, ...] = ()

    def finding(self, link: Link) -> Finding:
        """Return what is held about a link of one of the lists."""
        return self.findings[key_of(link)]

    def repository(self, entry: Entry) -> Repository | None:
        """Return the facts of the entry's first link that is a repository."""
        found = (self.finding(link).repository for link in entry.links)
        return next((facts for facts in found if facts is not None), None)

    def only(self, catalog: Catalog) -> "Report":
        """Return the report of one of the lists alone."""
        findings = {key: self.findings[key] for key in keys_of((catalog,))}
        return Report(
            self.run_time,
            (catalog,),
            findings,
            self.stale_after,
            self.traffic,
            self.obstacles,
            self.notice,
        )

    def revived(self) -> list[Finding]:
        """Return the links that live, and stand as dead or failing in the outputs last written."""
        return [
            found for found in self.findings.values() if found.verdict in LIVING and found.published in LOST
        ]

    def is_stale(self, facts: Repository) -> bool:
        """Whether the repository's last known commit is older than `stale_after`."""
        return facts.last_commit is not None and self.run_time - facts.last_commit > self.stale_after


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; each link and each repository counts once."""

    entries: int
    links: int
    by_verdict: Mapping[Verdict, int]
    repositories: int
    archived: int
    stale: int


def summarise(report: Report) -> Summary:
    """Count what the report holds; verdicts are those of this run."""
    repositories = {
        facts.full_name.lower(): facts for found in report.findings.values() if (facts := found.repository)
    }
    counts = dict.fromkeys(Verdict, 0)
    for found in report.findings.values():
        counts[found.verdict] += 1
    return Summary(
        entries=sum(1 for catalog in report.catalogs for _ in catalog.entries()),
        links=len(report.findings),
        by_verdict=counts,
        repositories=len(repositories),
        archived=sum(bool(facts.archived) for facts in repositories.values()),
        stale=sum(report.is_stale(facts) for facts in repositories.values()),
    )


def keys_of(catalogs: Iterable[Catalog]) -> dict[str, None]:
    """Return the key of every link, each once, in the order of the lists."""
    return {key_of(link): None for catalog in catalogs for entry in catalog.entries() for link in entry.links}


def key_of(link: Link) -> str:
    """Return the key under which a link's finding stands; an unusable address is its own key."""
    try:
        return link_key(link.url)
    except InvalidAddress:
        return link.url.strip()
