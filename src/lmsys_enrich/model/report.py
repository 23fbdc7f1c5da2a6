"""All that a run found, in the order of the lists, for whoever shows it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from lmsys_enrich.model.catalog import Catalog, DocumentLink, Entry, Link, ListedEntry
from lmsys_enrich.model.day import Day
from lmsys_enrich.model.finding import LIVING, LOST, Finding, Verdict
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.urls import InvalidAddress, link_key
from lmsys_enrich.values import Value

ACT_ON = (Verdict.DEAD, Verdict.FAILING, Verdict.MOVED)
"""What a maintainer looks after, the most urgent first."""


class HostTime(Value):
    """For how many seconds of a run a host was waited for, and how many requests it got."""

    host: str
    seconds: float
    requests: int


class Traffic(Value):
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


class Obstacle(Value):
    """Something that kept the run from finding out, told once, with the next step."""

    what: str
    hint: str


class Bug(Value):
    """A bug of the program met while one link was checked, with its traceback."""

    url: str
    traceback: str


class EnrichedEntry(NamedTuple):
    """
    An entry with what is held about it.

    `number` tells the entries of a run apart: their order, from 0. `path` are the
    titles of the sections it stands in, outermost first. `findings` has one for
    each of its links, and `facts` are those of the first link that is a
    repository.
    """

    number: int
    path: tuple[str, ...]
    entry: Entry
    findings: tuple[Finding, ...]
    facts: Repository | None


class Summary(Value):
    """The figures of a run; each link and each repository counts once."""

    entries: int
    links: int
    by_verdict: Mapping[Verdict, int]
    repositories: int
    archived: int
    stale: int


@dataclass(frozen=True)
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
    bugs: tuple[Bug, ...] = ()
    missed: int = 0

    def finding(self, link: Link) -> Finding:
        """Return what is held about a link of one of the lists."""
        return self.findings[key_of(link)]

    @cached_property
    def entries(self) -> tuple[EnrichedEntry, ...]:
        """Every entry in the order of the lists; put together once, since every output goes through them."""
        listed = (one for catalog in self.catalogs for one in catalog.listed())
        return tuple(enriched(number, one, self.findings) for number, one in enumerate(listed))

    @cached_property
    def document_links(self) -> tuple[tuple[DocumentLink, Finding], ...]:
        """The links outside of entries, in the order of the lists."""
        outside = (one for catalog in self.catalogs for one in catalog.document_links)
        return tuple((one, self.finding(one.link)) for one in outside)

    @cached_property
    def by_effective_verdict(self) -> Mapping[Verdict, Sequence[Finding]]:
        """The findings by the best knowledge there is, in the order of the lists."""
        found: dict[Verdict, list[Finding]] = {verdict: [] for verdict in Verdict}
        for finding in self.findings.values():
            found[finding.effective_verdict].append(finding)
        return found

    @cached_property
    def to_act_on(self) -> Sequence[EnrichedEntry]:
        """The entries with a link that is dead, failing or moved by the best knowledge there is."""
        return [
            known for known in self.entries if any(one.effective_verdict in ACT_ON for one in known.findings)
        ]

    @cached_property
    def repositories(self) -> Mapping[str, tuple[Repository, str]]:
        """Each repository once, under its name in small letters, with the key of a link to it."""
        return {
            facts.full_name.lower(): (facts, finding.url)
            for finding in self.findings.values()
            if (facts := finding.repository) is not None
        }

    @cached_property
    def summary(self) -> Summary:
        """The figures; verdicts are those of this run."""
        return _summary(self)

    def of_each_list(self) -> Iterator["Report"]:
        """Yield the report of each list alone, in which entries keep their numbers."""
        if len(self.catalogs) == 1:
            yield self
            return
        entries = iter(self.entries)
        for catalog in self.catalogs:
            own = tuple(entry for _, entry in zip(catalog.listed(), entries, strict=False))
            findings = {
                key_of(link): finding
                for one in own
                for link, finding in zip(one.entry.links, one.findings, strict=True)
            }
            for outside in catalog.document_links:
                findings[key_of(outside.link)] = self.finding(outside.link)
            report = replace(self, catalogs=(catalog,), findings=findings, past=())
            vars(report)["entries"] = own
            yield report

    def with_past(self, days: tuple[Day, ...]) -> "Report":
        """Return the same report with the days of which figures were kept; nothing is counted again."""
        report = replace(self, past=days)
        vars(report).update({**vars(self), "past": days})
        return report

    def revived(self) -> list[Finding]:
        """Return the links that live, and stand as dead or failing in the outputs last written."""
        return [
            found for found in self.findings.values() if found.verdict in LIVING and found.reported in LOST
        ]

    def is_stale(self, facts: Repository) -> bool:
        """Whether the repository's last known commit is older than `stale_after`."""
        return facts.last_commit is not None and self.run_time - facts.last_commit > self.stale_after


def enriched(number: int, listed: ListedEntry, findings: Mapping[str, Finding]) -> EnrichedEntry:
    """Return an entry with what is held about it. Raises `KeyError` where a link has no finding."""
    entry = listed.entry
    own = tuple([findings[key_of(link)] for link in entry.links])
    facts = next((finding.repository for finding in own if finding.repository is not None), None)
    return EnrichedEntry(number, listed.path, entry, own, facts)


def _summary(report: Report) -> Summary:
    repositories = [facts for facts, _ in report.repositories.values()]
    counts = Counter(found.verdict for found in report.findings.values())
    return Summary(
        entries=len(report.entries),
        links=len(report.findings),
        by_verdict={verdict: counts[verdict] for verdict in Verdict},
        repositories=len(repositories),
        archived=sum(bool(facts.archived) for facts in repositories),
        stale=sum(report.is_stale(facts) for facts in repositories),
    )


def keys_of(catalogs: Iterable[Catalog]) -> dict[str, None]:
    """Return the key of every link, each once, in the order of the lists."""
    return {key_of(link): None for catalog in catalogs for link in catalog.links()}


def key_of(link: Link) -> str:
    """Return the key under which a link's finding stands; an unusable address is its own key."""
    if link.local:
        return link.local
    try:
        return link_key(link.url)
    except InvalidAddress:
        return link.url.strip()
