"""Words of the page: numbers, ages, kinds, licences and remarks, for its table, filters and charts."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import floor

from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Verdict
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


def percent(share: float) -> str:
    """Return a percentage, rounded down: one dead link of ten thousand must show."""
    return f"{floor(share * 10) / 10:g}%"


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
            return f"{counted(days // length, unit)} ago"
    return "today"


def step(value: int, steps: Sequence[tuple[int, str]]) -> str:
    """Return the label of the first step whose limit is above the value."""
    return next(label for limit, label in steps if value < limit)


def _days(report: Report, at: datetime) -> int:
    return max(0, (report.run_time - at) // _DAY)


BETWEEN = " / "
"""Separator between the titles of nested sections."""

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


def worst(item: EnrichedEntry) -> Verdict | None:
    """Return the worst effective verdict of the entry's links, None without links."""
    verdicts = [finding.effective_verdict for finding in item.findings]
    return verdicts[0] if len(verdicts) == 1 else min(verdicts, key=_RANKS.__getitem__, default=None)


def rank_of(verdict: Verdict | None) -> int:
    """Return the rank of an entry by the verdict of its worst link: 0 is the worst."""
    return len(_RANKS) if verdict is None else _RANKS[verdict]


def kind_of(item: EnrichedEntry) -> str:
    """Return the kind of an entry's subject: that of its main facts, else a page."""
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
    """Return a licence for readers: `other` is GitHub's word for a text that is not a standard one."""
    return "non-standard" if identifier == "other" else licence_name(identifier or "")


def flags_of(report: Report, item: EnrichedEntry) -> Iterator[str]:
    """Yield the remarks on an entry's repository, paper and model, in a word or two each."""
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
