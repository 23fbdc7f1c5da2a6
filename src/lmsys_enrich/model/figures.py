"""Figures of a run: links by verdict, its cost, and the days before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from lmsys_enrich.model.finding import ACT_ON, LIVING, LOST, Finding, Verdict
from lmsys_enrich.values import Value, value_field


class AliveCount(Value):
    """Number of links known to be alive, and of those judged: known to be alive, dead or failing."""

    alive: int
    judged: int

    @property
    def percent(self) -> float | None:
        """Percentage of judged links that are alive; None where none was judged."""
        return self.alive * 100 / self.judged if self.judged else None


def alive_count(by_verdict: Mapping[Verdict, int]) -> AliveCount:
    """Count alive and judged links; guarded, skipped and unchecked ones are neither."""
    alive = sum(by_verdict.get(verdict, 0) for verdict in LIVING)
    return AliveCount(alive, alive + sum(by_verdict.get(verdict, 0) for verdict in LOST))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 link`, `1,200 links`, `2 entries`; nouns are regular ones."""
    if number == 1:
        return f"1 {noun}"
    is_y = noun.endswith("y") and noun[-2] not in "aeiou"
    return f"{number:,} {noun[:-1]}ies" if is_y else f"{number:,} {noun}s"


def shown_counts(by_verdict: Mapping[Verdict, int]) -> Iterator[tuple[str, int]]:
    """Yield numbers of links as readers see them: links that moved are alive, and counted there too."""
    moved = by_verdict.get(Verdict.MOVED, 0)
    counts = {"alive": by_verdict.get(Verdict.ALIVE, 0) + moved, "of them moved": moved}
    counts |= {verdict: by_verdict.get(verdict, 0) for verdict in Verdict if verdict not in LIVING}
    return ((words, count) for words, count in counts.items() if count)


def counts_in_words(by_verdict: Mapping[Verdict, int]) -> str:
    """Return numbers of links in words: `613 alive, 4 of them moved, 7 dead`; `none` without links."""
    return ", ".join(f"{count:,} {words}" for words, count in shown_counts(by_verdict)) or "none"


class Summary(Value):
    """
    Figures of a run: each link, repository, paper and model counts once, by the verdict of this run.

    `withdrawn` counts retracted papers as well; `new_dead` links that the run before did not call dead.
    """

    entries: int
    links: int
    by_verdict: Mapping[Verdict, int]
    repositories: int
    archived: int
    stale: int
    papers: int = 0
    models: int = 0
    withdrawn: int = 0
    new_dead: int = 0

    def figures(self) -> dict[str, int]:
        """Return the figures under the names and in the order that outputs have them."""
        return {
            "entries": self.entries,
            "links": self.links,
            **{verdict.value: count for verdict, count in self.by_verdict.items()},
            "repositories": self.repositories,
            "archived": self.archived,
            "stale": self.stale,
            "papers": self.papers,
            "models": self.models,
            "withdrawn": self.withdrawn,
            "new_dead": self.new_dead,
        }


class Overview(Value):
    """
    Figures from one iteration over the findings.

    `repositories`, `papers` and `models` have the key of the last link to each, by their
    own keys. `revived` are findings of living links that the outputs last written call
    dead or failing; there are no such outputs where none is `reported`. `checked_at` is
    the latest.
    """

    to_act_on: Mapping[Verdict, Sequence[Finding]]
    by_verdict: Mapping[Verdict, int]
    by_effective_verdict: Mapping[Verdict, int]
    repositories: Mapping[str, str]
    papers: Mapping[str, str]
    models: Mapping[str, str]
    revived: Sequence[Finding]
    is_reported: bool
    checked_at: datetime | None


def overview_of(findings: Mapping[str, Finding]) -> Overview:
    """Iterate over the findings, once: those of a long list are on disk."""
    to_act_on: dict[Verdict, list[Finding]] = {verdict: [] for verdict in ACT_ON}
    counts, effective_counts = (dict.fromkeys(Verdict, 0) for _ in range(2))
    repositories: dict[str, str] = {}
    papers: dict[str, str] = {}
    models: dict[str, str] = {}
    revived: list[Finding] = []
    is_reported = False
    checked_at: datetime | None = None
    for url, finding in findings.items():
        verdict = finding.effective_verdict
        counts[finding.verdict] += 1
        effective_counts[verdict] += 1
        if verdict in to_act_on:
            to_act_on[verdict].append(finding)
        if finding.reported is not None:
            is_reported = True
            if finding.reported in LOST and finding.verdict in LIVING:
                revived.append(finding)
        if (at := finding.checked_at) is not None and (checked_at is None or at > checked_at):
            checked_at = at
        if (facts := finding.repository) is not None:
            repositories[facts.key.lower()] = url
        if (paper := finding.paper) is not None:
            papers[paper.key] = url
        if (model := finding.model) is not None:
            models[model.key] = url
    for found in to_act_on.values():
        found.sort(key=_age)  # those of one day stay in the order of the lists
    return Overview(
        to_act_on, counts, effective_counts, repositories, papers, models, revived, is_reported, checked_at
    )


def _age(finding: Finding) -> int:
    """Return a key by which the latest verdicts come first, and those without a date last."""
    return -finding.verdict_since.toordinal() if finding.verdict_since is not None else 0


class HostTime(Value):
    """Seconds of a run spent waiting for a host, and the number of requests to it."""

    host: str
    seconds: float
    requests: int


class Traffic(Value):
    """
    Cost of a run: requests by kind, points of GitHub's quota, links taken from the cache.

    `apis` has the requests of each API host, which is the service's own where the
    environment leads to a mirror. `longest` is the host that the run waited for longest.
    """

    web: int = 0
    graphql: int = 0
    rest: int = 0
    graphql_points: int = 0
    retries: int = 0
    cached: int = 0
    seconds: float = 0.0
    longest: HostTime | None = None
    apis: Mapping[str, int] = value_field(default_factory=dict)


class Relicensed(Value):
    """Repository whose licence changed, and how: `MIT → Apache-2.0`."""

    repository: str
    change: str


class Day(Value):
    """
    Figures of the last run of a day, and the events of that day.

    `effective_verdict` counts links by effective verdict. `died` has the addresses
    of links as written in the list, cut on a very bad day.
    """

    date: date
    effective_verdict: Mapping[Verdict, int] = value_field(default_factory=dict)
    stars: int = 0
    died: tuple[str, ...] = ()
    relicensed: tuple[Relicensed, ...] = ()
