"""Numbers, days and addresses in the words of the page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import floor

from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
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
"""How long ago a last commit was: below so many days, in words."""

_UNITS = ((365, "year"), (30, "month"), (1, "day"))


def clickable(url: str | None) -> str | None:
    """Return an address that may be clicked on: of the web, and nothing that runs."""
    return url if url is not None and is_web(url) else None


def count(number: int, noun: str) -> str:
    """Return `1 link`, `1,200 links`; nouns are regular ones."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """Return a share of a hundred, never rounded up: one dead link of ten thousand is to be seen."""
    return f"{floor(share * 10) / 10:g} %"


def short(number: int) -> str:
    """Return a number in a few characters: 940, 61,200, 412k, 4.02M."""
    if number < _WHOLE:
        return f"{number:,}"
    return f"{number / _MILLION:.2f}M" if number >= _MILLION else f"{number // 1000}k"


def age_of(report: Report, facts: Repository) -> str:
    """Return which of `AGES` the last commit is of, or nothing where none is known."""
    return step(_days(report, facts.last_commit), AGES) if facts.last_commit else ""


def ago(report: Report, at: datetime) -> str:
    """Return how long before the run something was: `today`, `4 days ago`, `2 years ago`."""
    days = _days(report, at)
    for length, unit in _UNITS:
        if days >= length:
            return f"{count(days // length, unit)} ago"
    return "today"


def step(value: int, steps: Sequence[tuple[int, str]]) -> str:
    """Return the words of the first step above the value."""
    return next(label for limit, label in steps if value < limit)


def _days(report: Report, at: datetime) -> int:
    return max(0, (report.run_time - at) // _DAY)
