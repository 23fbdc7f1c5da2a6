"""Badges of the list and of its entries, as pictures and as JSON for shields.io's endpoint."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache

from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.finding import LIVING, LOST, Verdict
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.badge_svg import badge_svg
from lmsys_enrich.values import Value

_GREEN, _YELLOW, _ORANGE, _RED = "#4c1", "#dfb317", "#fe7d37", "#e05d44"
_BLUE, _GREY = "#007ec6", "#9f9f9f"
# A list is in order up to the first share of its links dead, and in need of care up to the second.
_IN_ORDER, _IN_NEED = 0.02, 0.1
_MONTH = timedelta(days=30)
_UNITS = ((1_000_000, "M"), (1_000, "k"))
_TENS = 10


class Badge(Value):
    """What stands on a badge; `name` is its file's."""

    name: str
    label: str
    message: str
    color: str


def badges(report: Report) -> Mapping[str, str]:
    """Return a picture and its JSON for each badge; `last-check` alone carries the run's time."""
    files: dict[str, str] = {}
    for badge in (*_of_the_list(report), *_of_entries(report)):
        picture, endpoint = _drawn(badge.label, badge.message, badge.color, report.notice)
        files[f"badges/{badge.name}.svg"] = picture
        files[f"badges/{badge.name}.json"] = endpoint
    return files


@lru_cache(maxsize=2**12)
def _drawn(label: str, message: str, color: str, remark: str | None) -> tuple[str, str]:
    """Return the picture, and what https://shields.io/badges/endpoint-badge reads; many say the same."""
    content = {"schemaVersion": 1, "label": label, "message": message, "color": color}
    return badge_svg(label, message, color, remark=remark), json.dumps(content, ensure_ascii=False) + "\n"


def _of_the_list(report: Report) -> Iterator[Badge]:
    summary = report.summary
    yield _links_alive(report)
    yield Badge("entries", "entries", f"{summary.entries:,}", _BLUE)
    yield Badge("stale", "stale", f"{summary.stale:,}", _YELLOW if summary.stale else _GREEN)
    if report.past:
        since = report.run_time.date() - _MONTH
        died = sum(len(day.died) for day in report.past if day.date > since)
        yield Badge("died", "died in 30 days", f"{died:,}", _ORANGE if died else _GREEN)
    yield Badge("last-check", "last check", f"{report.run_time:%Y-%m-%d}", _BLUE)


def _links_alive(report: Report) -> Badge:
    """Count what is known: a link that nobody could find out about is neither alive nor dead."""
    living = sum(len(report.by_effective_verdict[verdict]) for verdict in LIVING)
    gone = sum(len(report.by_effective_verdict[verdict]) for verdict in LOST)
    if not living + gone:
        return Badge("links-alive", "links alive", "unknown", _GREY)
    share = gone / (living + gone)
    color = _GREEN if not gone else _YELLOW if share <= _IN_ORDER else _ORANGE if share <= _IN_NEED else _RED
    return Badge("links-alive", "links alive", f"{living:,} of {living + gone:,}", color)


def _of_entries(report: Report) -> Iterator[Badge]:
    """Yield an entry's badges, once for each id; of two lists with the same id the later has its name too."""
    seen: set[str] = set()
    for of_one in report.of_each_list():
        for known in of_one.entries:
            if known.facts is None:
                continue
            name = known.entry.id
            name = f"{of_one.catalogs[0].name}-{name}" if name in seen else name
            seen.add(name)
            yield from _of_repository(name, known.facts, report)
            yield _status(name, known, report)


def _of_repository(name: str, facts: Repository, report: Report) -> Iterator[Badge]:
    if facts.stars is not None:
        yield Badge(f"{name}-stars", "stars", _short(facts.stars), _BLUE)
    if facts.license is not None:
        yield Badge(f"{name}-license", "license", facts.license, _BLUE)
    if facts.last_commit is not None:
        color = _ORANGE if report.is_stale(facts) or facts.archived else _GREEN
        yield Badge(f"{name}-last-commit", "last commit", day(facts.last_commit), color)


def _status(name: str, known: EnrichedEntry, report: Report) -> Badge:
    """Return how the entry's main link stands, and whether anybody still looks after what is there."""
    effective_verdict, facts = known.findings[0].effective_verdict, known.facts
    if effective_verdict in LOST:
        return Badge(f"{name}-status", "status", effective_verdict.value, _RED)
    if effective_verdict not in LIVING:
        told = effective_verdict.value if effective_verdict is Verdict.GUARDED else "unknown"
        return Badge(f"{name}-status", "status", told, _GREY)
    if facts is not None and facts.archived:
        return Badge(f"{name}-status", "status", "archived", _ORANGE)
    if facts is not None and report.is_stale(facts):
        return Badge(f"{name}-status", "status", "stale", _YELLOW)
    return Badge(f"{name}-status", "status", effective_verdict.value, _GREEN)


def _short(number: int) -> str:
    """Return a number as 985, 1.2k or 35k: it changes no oftener than a reader cares."""
    for unit, letter in _UNITS:
        if number >= unit:
            whole, rest = divmod(number, unit)
            return f"{whole}.{rest * 10 // unit}{letter}" if whole < _TENS else f"{whole}{letter}"
    return str(number)
