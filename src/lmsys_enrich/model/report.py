"""Report: all results of a run, in the order of the lists, with its figures."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from lmsys_enrich.model.catalog import (
    Catalog,
    DocumentLink,
    IgnoreRule,
    Link,
    ListedLink,
    Remark,
    key_of,
    keys_of,
)
from lmsys_enrich.model.changes import Change
from lmsys_enrich.model.document import DocumentView
from lmsys_enrich.model.enriched_entry import EnrichedEntry, enriched
from lmsys_enrich.model.facts import Model, Paper, Repository
from lmsys_enrich.model.figures import AliveCount, Day, Overview, Summary, Traffic, alive_count, overview_of
from lmsys_enrich.model.finding import (
    ACT_ON,
    Finding,
    OfFindings,
    Verdict,
    model_of,
    paper_of,
    repository_of,
)
from lmsys_enrich.model.workspace import UNKNOWN_WORKSPACE, Workspace
from lmsys_enrich.spool import sequence_of
from lmsys_enrich.values import Value


class Obstacle(Value):
    """Reason why links stay unchecked, given once for all of them, with the next step."""

    what: str
    hint: str


class Bug(Value):
    """A bug of the program met while one link was checked, with its traceback."""

    url: str
    traceback: str


class _Part(Mapping[str, Finding]):
    """Findings of one of several lists, without a copy: a long list's are on disk."""

    def __init__(self, findings: Mapping[str, Finding], keys: Mapping[str, int]) -> None:
        self._findings = findings
        self._keys = keys

    def __getitem__(self, key: str) -> Finding:
        if key not in self._keys:
            raise KeyError(key)
        return self._findings[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True)
class Report:
    """
    Lists of a run with everything found about their links.

    `findings` has one finding for each link of `catalogs`, under its key, in
    their order. `notice` is at the top of every output (as that the facts are
    simulated). `past` has the days of the history, this run's among them, the
    oldest first. `changes` are those since the outputs last written.
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
    workspace: Workspace = UNKNOWN_WORKSPACE
    changes: tuple[Change, ...] = ()
    ignores: tuple[IgnoreRule, ...] = ()
    view: DocumentView = field(default_factory=DocumentView)

    def finding(self, link: Link) -> Finding:
        """Return the finding of a link of one of the lists."""
        return self.findings[key_of(link)]

    @cached_property
    def entries(self) -> Sequence[EnrichedEntry]:
        """Every entry in the order of the lists; joined once, since every output iterates over them."""
        listed = (one for catalog in self.catalogs for one in catalog.listed())
        return sequence_of(
            (enriched(number, one, self.findings) for number, one in enumerate(listed)), len(self.findings)
        )

    @cached_property
    def document_links(self) -> Sequence[tuple[DocumentLink, Finding]]:
        """Links outside of entries with their findings, in the order of the lists."""
        outside = (one for catalog in self.catalogs for one in catalog.document_links)
        return sequence_of(((one, self.finding(one.link)) for one in outside), len(self.findings))

    @cached_property
    def _overview(self) -> Overview:
        return overview_of(self.findings)

    @property
    def to_act_on(self) -> Mapping[Verdict, Sequence[Finding]]:
        """Findings by effective verdict, of those in `ACT_ON` alone, the newest first."""
        return self._overview.to_act_on

    @cached_property
    def alive(self) -> AliveCount:
        """Alive and judged links, by effective verdict."""
        return alive_count(self.counts)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Number of links by effective verdict, as all outputs for readers show it."""
        return self._overview.by_effective_verdict

    def listed_links(
        self, verdicts: Container[Verdict] = frozenset(Verdict)
    ) -> Iterator[tuple[ListedLink, Finding]]:
        """Yield every link of these effective verdicts wherever it stands: first those of entries."""
        for item in self.entries:
            for link, finding in zip(item.entry.links, item.findings, strict=True):
                if finding.effective_verdict in verdicts:
                    yield ListedLink(link, item.path, item.entry.name, item.entry.id), finding
        for catalog in self.catalogs:
            for outside in catalog.document_links:
                finding = self.finding(outside.link)
                if finding.effective_verdict in verdicts:
                    path = outside.path or (catalog.title,)
                    yield ListedLink(outside.link, path, outside.kind), finding

    @cached_property
    def links_to_act_on(self) -> Sequence[tuple[ListedLink, Finding]]:
        """Every dead, failing or moved link at each of its locations, with its finding."""
        return sequence_of(self.listed_links(ACT_ON), len(self.findings))

    @cached_property
    def locations(self) -> Mapping[str, Sequence[ListedLink]]:
        """Every dead, failing or moved link by its key, with all its locations, in the order of the lists."""
        locations: dict[str, list[ListedLink]] = {}
        for listed, finding in self.links_to_act_on:
            locations.setdefault(finding.url, []).append(listed)
        return locations

    @property
    def repositories(self) -> Mapping[str, Repository]:
        """Repositories, each once, under the lower-case key."""
        return OfFindings(self.links_to_repositories, self.findings, repository_of)

    @property
    def links_to_repositories(self) -> Mapping[str, str]:
        """Key of a link to each of the repositories."""
        return self._overview.repositories

    @property
    def papers(self) -> Mapping[str, Paper]:
        """Papers by key, each once, as they were found last."""
        return OfFindings(self._overview.papers, self.findings, paper_of)

    @property
    def models(self) -> Mapping[str, Model]:
        """Models by key, each once, as they were found last."""
        return OfFindings(self._overview.models, self.findings, model_of)

    @cached_property
    def summary(self) -> Summary:
        """Figures of the run."""
        archived = stale = 0
        for facts in self.repositories.values():
            archived += bool(facts.archived)
            stale += self.is_stale(facts)
        return Summary(
            entries=len(self.entries),
            links=len(self.findings),
            by_verdict=self._overview.by_verdict,
            repositories=len(self.repositories),
            archived=archived,
            stale=stale,
            papers=len(self.papers),
            models=len(self.models),
            withdrawn=sum(bool(paper.withdrawn or paper.retracted) for paper in self.papers.values()),
            new_dead=sum(map(self.is_new, self.to_act_on[Verdict.DEAD])),
        )

    def of_each_list(self) -> Iterator["Report"]:
        """Yield a report for each list; entries keep their numbers."""
        if len(self.catalogs) == 1:
            yield self
            return
        entries = iter(self.entries)
        for catalog in self.catalogs:
            own = (entry for _, entry in zip(catalog.listed(), entries, strict=False))
            findings = _Part(self.findings, keys_of([catalog]))
            report = replace(self, catalogs=(catalog,), findings=findings, past=())
            vars(report)["entries"] = sequence_of(own, len(findings))
            yield report

    def with_history(self, days: tuple[Day, ...], changes: tuple[Change, ...] = ()) -> "Report":
        """Return the same report with these days as its past; cached figures are kept."""
        report = replace(self, past=days, changes=changes)
        vars(report).update({**vars(self), "past": days, "changes": changes})
        return report

    @property
    def last_run(self) -> datetime:
        """Time of the run that the newest findings are from."""
        return self._overview.checked_at or self.run_time

    def is_new(self, finding: Finding) -> bool:
        """Return whether the last run was the first that came to this verdict."""
        return finding.verdict_since is not None and finding.verdict_since >= self.last_run

    @property
    def revived(self) -> Sequence[Finding]:
        """Findings of living links that the outputs last written call dead or failing."""
        return self._overview.revived

    @property
    def is_first(self) -> bool:
        """True where no outputs were written before: everything is new then."""
        return not self._overview.is_reported

    def is_stale(self, facts: Repository) -> bool:
        """Return whether the last known commit is older than `stale_after`, and no exemption holds."""
        if facts.last_commit is None or self.run_time - facts.last_commit <= self.stale_after:
            return False
        return facts.full_name.lower() not in self._never_stale

    @cached_property
    def _never_stale(self) -> frozenset[str]:
        """Names of repositories that an exemption of the list or the settings keeps from being stale."""
        today, names = self.run_time.date(), set[str]()
        for one in self.entries:
            ignore = one.entry.ignore
            is_exempt = ignore is not None and ignore.holds_on(today)
            for found in one.findings:
                facts = found.repository
                if facts is not None and (
                    is_exempt
                    or any(rule.exempts_from_staleness_on(today, found.url) for rule in self.ignores)
                ):
                    names.add(facts.full_name.lower())
        return frozenset(names)


class News(Value):
    """
    New findings of a run, and those known before.

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
    if report.is_first:
        return None
    to_act_on = [
        found for verdict in ACT_ON for found in report.to_act_on[verdict] if found.verdict in ACT_ON
    ]
    return News(
        found=tuple(found for found in to_act_on if report.is_new(found)),
        lasting=tuple(found for found in to_act_on if not report.is_new(found)),
        revived=tuple(report.revived),
        archived=tuple(change for change in report.changes if change.kind == "archived"),
    )


def merged_repositories(report: Report) -> Iterator[Remark]:
    """Yield a remark for each repository that is listed under two addresses since a rename."""
    renamed: dict[str, Link] = {}
    for link, facts in _main_links(report):
        if facts.renamed_from is not None:
            renamed.setdefault(facts.key.lower(), link)
    addresses: dict[str, dict[str, list[Link]]] = {key: {} for key in renamed}
    for link, facts in _main_links(report) if renamed else ():
        if (of_this := addresses.get(facts.key.lower())) is not None:
            of_this.setdefault(key_of(link).casefold(), []).append(link)
    for key, old in renamed.items():
        if len(addresses[key]) > 1:
            stands = " and ".join(_stands(links) for links in addresses[key].values())
            name = report.repositories[key].key
            yield Remark(old.location, f"{name} is listed under {len(addresses[key])} addresses: {stands}")


def _main_links(report: Report) -> Iterator[tuple[Link, Repository]]:
    """Yield the main links of entries that lead to a repository."""
    for item in report.entries if report.repositories else ():
        for link, finding in zip(item.entry.links, item.findings, strict=True):
            if link.role == "url" and finding.repository is not None:
                yield link, finding.repository


def _stands(links: Sequence[Link]) -> str:
    more = f", and {len(links) - 1} more" if len(links) > 1 else ""
    return f"{links[0].url} ({links[0].location}{more})"
