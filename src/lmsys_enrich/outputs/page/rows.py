"""Rows of the page's table, one for each entry, as data."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import floor, log10
from typing import NamedTuple

from lmsys_enrich.model.catalog import Entry, Link
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Model, Paper, Repository
from lmsys_enrich.model.finding import Finding, Hop, Verdict
from lmsys_enrich.model.json_fields import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.fact_words import licence_name
from lmsys_enrich.urls import is_web

_DAY = timedelta(days=1)
_WHOLE = 100_000
_MILLION = 1_000_000

AGES = (
    (30, "under a month"),
    (90, "1 to 3 months"),
    (365, "3 to 12 months"),
    (730, "1 to 2 years"),
    (10**6, "over 2 years"),
)
"""Ages of a last commit: exclusive upper limits in days, and their labels."""

_UNITS = ((365, "year"), (30, "month"), (1, "day"))


def clickable(url: str | None) -> str | None:
    """Return an address if it is http(s): never one that runs a script."""
    return url if url is not None and is_web(url) else None


def count(number: int, noun: str) -> str:
    """Return `1 link`, `1,200 links`; nouns are regular ones."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Return a percentage, rounded down: one dead link of ten thousand must show."""
    return f"{floor(share * 10) / 10:g} %"


def short(number: int) -> str:
    """Return a number in a few characters: 940, 61,200, 412k, 4.02M."""
    if number < _WHOLE:
        return f"{number:,}"
    return f"{number / _MILLION:.2f}M" if number >= _MILLION else f"{number // 1000}k"


def age_of(report: Report, facts: Repository) -> str:
    """Return the label in `AGES` of the last commit, or an empty text."""
    return step(_days(report, facts.last_commit), AGES) if facts.last_commit else ""


def ago(report: Report, at: datetime) -> str:
    """Return the time before the run: `today`, `4 days ago`, `2 years ago`."""
    days = _days(report, at)
    for length, unit in _UNITS:
        if days >= length:
            return f"{count(days // length, unit)} ago"
    return "today"


def step(value: int, steps: Sequence[tuple[int, str]]) -> str:
    """Return the label of the first step whose limit is above the value."""
    return next(label for limit, label in steps if value < limit)


def _days(report: Report, at: datetime) -> int:
    return max(0, (report.run_time - at) // _DAY)


BETWEEN = " / "
"""Separator between the titles of nested sections."""

_MOST_HOPS = 10
_MOST_WORDS = 180  # characters
_STAR_WIDTH = 10  # pixels for each power of ten
_WORST_FIRST = (
    Verdict.DEAD,
    Verdict.FAILING,
    Verdict.MOVED,
    Verdict.UNCHECKED,
    Verdict.GUARDED,
    Verdict.SKIPPED,
    Verdict.ALIVE,
)
_RANKS = {verdict: rank for rank, verdict in enumerate(_WORST_FIRST)}
_AGE_RANKS = {"": 0, **{label: rank for rank, (_, label) in enumerate(AGES)}}


class Evidence(NamedTuple):
    """Evidence for a verdict: the response, its redirect chain, when, and how often."""

    role: str
    url: str
    href: str | None
    verdict: Verdict
    seen: str
    hops: Sequence[Hop]
    when: str


class Row(NamedTuple):
    """
    Row of an entry; columns are sorted by `rank`, `stars_key` and `commit`.

    `source` is the page of its line in the list, if that is known.
    """

    name: str
    href: str | None
    words: str
    section: str
    verdict: str
    rank: int
    flags: Sequence[str]
    stars: str
    stars_key: str
    stars_width: int
    licence: str
    commit: str
    ago: str
    age: str
    age_rank: int
    language: str
    evidence: Sequence[Evidence]
    location: str
    source: str | None
    kind: str
    facts: str
    venue: str
    year: str
    citations: str
    downloads: str


def row_of(report: Report, item: EnrichedEntry) -> Row:
    """Return the row of an entry."""
    entry, facts = item.entry, item.facts
    verdict = worst(item)
    commit = facts.last_commit if facts else None
    stars = facts.stars if facts else None
    age = age_of(report, facts) if facts else ""
    return Row(
        name=entry.name.strip() or entry.url or entry.id,  # a link needs a text
        href=clickable(entry.url),
        words=_words(entry, facts),
        section=BETWEEN.join(item.path),
        verdict=verdict or "",
        rank=_rank(verdict),
        flags=[*flags_of(report, item)],
        stars="" if stars is None else f"{stars:,}",
        stars_key="" if stars is None else str(stars),
        stars_width=round(log10(stars) * _STAR_WIDTH) if stars else 0,
        licence=licence_of(item),
        commit=day(commit) if commit else "",
        ago=ago(report, commit) if commit else "",
        age=age,
        age_rank=_AGE_RANKS[age],
        language=(facts.language or "") if facts else "",
        evidence=[*map(_evidence, entry.links, item.findings)],
        location=f"{entry.location.file}:{entry.location.line}",
        source=report.workspace.page(entry.location.file, entry.location.line),
        kind=kind_of(item),
        facts=" · ".join(_further_facts(item.paper, item.model)),
        venue=(item.paper.venue or "") if item.paper else "",
        year=str(item.paper.year or "") if item.paper else "",
        citations=_known(item.paper.citations) if item.paper else "",
        downloads=_known(item.model.downloads) if item.model else "",
    )


def worst(item: EnrichedEntry) -> Verdict | None:
    """Return the worst effective verdict of the entry's links, None without links."""
    verdicts = [finding.effective_verdict for finding in item.findings]
    return min(verdicts, key=_RANKS.__getitem__, default=None)


def rank_of(item: EnrichedEntry) -> int:
    """Return the rank of the entry's worst link: 0 is the worst."""
    return _rank(worst(item))


def _rank(verdict: Verdict | None) -> int:
    return len(_RANKS) if verdict is None else _RANKS[verdict]


def _words(entry: Entry, facts: Repository | None) -> str:
    """Return the description of the list, else that of the repository."""
    words = entry.cells.get("description") or entry.cells.get("comments")
    if not words and facts is not None:
        words = facts.description
    line = " ".join(str(words).split()) if words else ""
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"


def kind_of(item: EnrichedEntry) -> str:
    """Return what an entry is about: its main facts, or a page where there are none."""
    if item.paper is not None:
        return "paper"
    if item.model is not None:
        return item.model.kind
    return "repository" if item.facts is not None else "page"


def licence_of(item: EnrichedEntry) -> str:
    """Return the licence of an entry's repository, else of its model."""
    facts = item.facts or item.model
    return shown_licence(facts.license) if facts is not None else ""


def shown_licence(identifier: str | None) -> str:
    """Return a licence as readers know it: `other` is GitHub's word for a text that is no standard one."""
    return "not standard" if identifier == "other" else licence_name(identifier or "")


def _further_facts(paper: Paper | None, model: Model | None) -> Iterator[str]:
    """Yield what no column shows."""
    if paper is not None and (paper.venue or paper.year):
        venue = paper.venue or ""
        year = str(paper.year or "")
        yield venue if year in venue else f"{venue} {year}".strip()
    if model is not None and model.likes is not None:
        yield f"♥ {model.likes:,}"
    if model is not None and model.task:
        yield model.task


def _known(number: int | None) -> str:
    return "" if number is None else str(number)


def flags_of(report: Report, item: EnrichedEntry) -> Iterator[str]:
    """Yield the remarks on an entry's repository, paper and model, each a word or two."""
    facts, paper, model = item.facts, item.paper, item.model
    if facts is not None:
        if facts.archived:
            yield "archived"
        if report.is_stale(facts):
            yield "stale"
        if facts.renamed_from:
            yield "renamed"
        if facts.taken_over_by is not None:
            yield "name taken over"
    if paper is not None and paper.withdrawn:
        yield "withdrawn"
    if paper is not None and paper.retracted:
        yield "retracted"
    if model is not None and model.gated:
        yield "gated"
    if model is not None and model.disabled:
        yield "disabled"


def _evidence(link: Link, finding: Finding) -> Evidence:
    status = str(finding.http_status or "")
    suffix = f" ({status})" if status and status not in finding.reason else ""
    return Evidence(
        role=link.role,
        url=link.url,
        href=clickable(link.url),
        verdict=finding.verdict,
        seen=f"{finding.reason}{suffix}",
        hops=finding.hops[:_MOST_HOPS],
        when=", ".join(_when(finding)),
    )


def _when(finding: Finding) -> Iterator[str]:
    if finding.checked_at:
        yield f"checked {day(finding.checked_at)}"
    if finding.failures:
        since = f" since {day(finding.failing_since)}" if finding.failing_since else ""
        yield f"failing on {count(finding.failures, 'day')}{since}"
    if finding.moves:
        yield f"seen there on {count(finding.moves, 'day')}"
    if finding.last_alive and finding.last_alive != finding.checked_at:
        yield f"last alive {day(finding.last_alive)}"
