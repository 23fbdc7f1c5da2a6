"""The entries of the list, each with its facts and with the evidence for them."""

from collections.abc import Iterator, Sequence
from math import log10
from typing import NamedTuple

from lmsys_enrich.model.catalog import Entry, Link
from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.finding import Finding, Hop, Verdict
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.page.words import AGES, age_of, ago, clickable, count

BETWEEN = " / "
"""What stands between the titles of sections that an entry stands in."""

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
    """What was seen of a link: the answer, the way to it, when, and how often."""

    role: str
    url: str
    href: str | None
    verdict: Verdict
    seen: str
    hops: Sequence[Hop]
    when: str


class Row(NamedTuple):
    """An entry. `rank`, `stars_key` and `commit` are what columns are sorted by."""

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


def row_of(report: Report, known: EnrichedEntry) -> Row:
    """Return what is shown of an entry."""
    entry, facts = known.entry, known.facts
    verdict = worst(known)
    commit = facts.last_commit if facts else None
    stars = facts.stars if facts else None
    age = age_of(report, facts) if facts else ""
    return Row(
        name=entry.name,
        href=clickable(entry.url),
        words=_words(entry, facts),
        section=BETWEEN.join(known.path),
        verdict=verdict or "",
        rank=_rank(verdict),
        flags=[*_flags(report, facts)] if facts else (),
        stars="" if stars is None else f"{stars:,}",
        stars_key="" if stars is None else str(stars),
        stars_width=round(log10(stars) * _STAR_WIDTH) if stars else 0,
        licence=(facts.license or "") if facts else "",
        commit=day(commit) if commit else "",
        ago=ago(report, commit) if commit else "",
        age=age,
        age_rank=_AGE_RANKS[age],
        language=(facts.language or "") if facts else "",
        evidence=[*map(_evidence, entry.links, known.findings)],
    )


def worst(known: EnrichedEntry) -> Verdict | None:
    """Return how the worst of the entry's links stands, none where it has no link."""
    verdicts = [finding.effective_verdict for finding in known.findings]
    return min(verdicts, key=_RANKS.__getitem__, default=None)


def rank_of(known: EnrichedEntry) -> int:
    """Return where an entry stands by its worst link: the worst first."""
    return _rank(worst(known))


def _rank(verdict: Verdict | None) -> int:
    return len(_RANKS) if verdict is None else _RANKS[verdict]


def _words(entry: Entry, facts: Repository | None) -> str:
    """Return what the entry is: in the list's words, else in the repository's own."""
    told = entry.cells.get("description") or entry.cells.get("comments")
    if not told and facts is not None:
        told = facts.description
    words = " ".join(str(told).split()) if told else ""
    return words if len(words) <= _MOST_WORDS else f"{words[: _MOST_WORDS - 1]}…"


def _flags(report: Report, facts: Repository) -> Iterator[str]:
    if facts.archived:
        yield "archived"
    elif report.is_stale(facts):
        yield "stale"
    if facts.renamed_from:
        yield "renamed"
    if facts.taken_over_by is not None:
        yield "name taken over"


def _evidence(link: Link, finding: Finding) -> Evidence:
    status = str(finding.http_status or "")
    told = f" ({status})" if status and status not in finding.reason else ""
    return Evidence(
        role=link.role,
        url=link.url,
        href=clickable(link.url),
        verdict=finding.verdict,
        seen=f"{finding.reason}{told}",
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
