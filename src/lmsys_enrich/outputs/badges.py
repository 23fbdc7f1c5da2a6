"""Badges: SVG files and their JSON in the endpoint form of shields.io."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from html import escape

from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.finding import LIVING, LOST, Verdict
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.text import xml_text
from lmsys_enrich.values import Value

# Advance widths of Verdana in thousandths of its size, as the font's `hmtx` table has them.
_LETTERS_BY_WIDTH = {
    269: "'", 274: "il", 344: "j", 352: " f", 364: ".,", 394: "t!", 421: "I", 427: "r", 454: "()-/:;[]\\|",
    455: "J", 459: '"', 521: "cs", 525: "z", 545: "?", 557: "L", 575: "F", 592: "kvxy", 596: "e", 601: "a",
    603: "P", 607: "o", 615: "Y", 616: "T", 623: "bdgpq", 632: "E", 633: "hnu", 635: "{}",
    636: "0123456789$*_`", 684: "ASV", 685: "XZ", 686: "B", 693: "K", 695: "R", 698: "C", 727: "&", 732: "U",
    748: "N", 751: "H", 771: "D", 775: "G", 787: "OQ", 818: "w+<=>#^~", 843: "M", 973: "m", 989: "W",
    1000: "@", 1076: "%",
}  # fmt: skip
_WIDTHS = {letter: width for width, letters in _LETTERS_BY_WIDTH.items() for letter in letters}
_OTHER = 640
_WIDE = 1000  # East Asian and other letters that fill a square
_FIRST_WIDE = 0x1100
_SIZE = 11
_PADDING = 5
_LONGEST = 60


def badge_svg(label: str, message: str, color: str, *, remark: str | None = None) -> str:
    """Return the picture; `color` is a CSS colour, `remark` is for screen readers alone."""
    label, message = (xml_text(text, escaped=False) for text in (label, message))
    message = message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"
    left, right = _width(label) + 2 * _PADDING, _width(message) + 2 * _PADDING
    total = left + right
    label_text = escape(f"{label}: {message} ({remark})" if remark else f"{label}: {message}")
    label, message = escape(label), escape(message)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{label_text}">
  <title>{label_text}</title>
  <linearGradient id="s" x2="0" y2="100%">
    <stop offset="0" stop-color="#bbb" stop-opacity=".1"/>
    <stop offset="1" stop-opacity=".1"/>
  </linearGradient>
  <clipPath id="r"><rect width="{total}" height="20" rx="3" fill="#fff"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="20" fill="#555"/>
    <rect x="{left}" width="{right}" height="20" fill="{escape(color)}"/>
    <rect width="{total}" height="20" fill="url(#s)"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="{_SIZE}">
{_text(label, left / 2, left - 2 * _PADDING)}
{_text(message, left + right / 2, right - 2 * _PADDING)}
  </g>
</svg>
"""


def _text(text: str, middle: float, length: int) -> str:
    """Return the text and its shadow, pressed into its room whichever font the reader has."""
    return (
        f'    <text aria-hidden="true" x="{middle:g}" y="15" fill="#010101" fill-opacity=".3"'
        f' textLength="{length}">{text}</text>\n'
        f'    <text x="{middle:g}" y="14" textLength="{length}">{text}</text>'
    )


def _width(text: str) -> int:
    """Return how many pixels the text takes in Verdana, in whole ones."""
    thousandths = sum(_WIDTHS.get(c, _WIDE if ord(c) >= _FIRST_WIDE else _OTHER) for c in text)
    return round(thousandths * _SIZE / 1000)


_GREEN, _YELLOW, _ORANGE, _RED = "#4c1", "#dfb317", "#fe7d37", "#e05d44"
_BLUE, _GREY = "#007ec6", "#9f9f9f"
# A list is in order up to the first share of its links dead, and in need of care up to the second.
_IN_ORDER, _IN_NEED = 0.02, 0.1
_MONTH = timedelta(days=30)
_UNITS = ((1_000_000, "M"), (1_000, "k"))
_TENS = 10


class Badge(Value):
    """Badge: label, message and colour; `name` is that of its file."""

    name: str
    label: str
    message: str
    color: str


def badges(report: Report) -> Mapping[str, str]:
    """Return a picture and its JSON for each badge; `last-check` alone carries the run's time."""
    files: dict[str, str] = {}
    for badge in (*_of_the_list(report), *_of_entries(report)):
        picture, endpoint = _files_of(badge.label, badge.message, badge.color, report.notice)
        files[f"badges/{badge.name}.svg"] = picture
        files[f"badges/{badge.name}.json"] = endpoint
    return files


@lru_cache(maxsize=2**12)
def _files_of(label: str, message: str, color: str, remark: str | None) -> tuple[str, str]:
    """Return SVG and JSON (https://shields.io/badges/endpoint-badge); cached, as many badges are equal."""
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
    """Return how many of the judged links are alive."""
    count = report.alive
    if not count.judged:
        return Badge("links-alive", "links alive", "unknown", _GREY)
    lost = count.judged - count.alive
    share = lost / count.judged
    color = _GREEN if not lost else _YELLOW if share <= _IN_ORDER else _ORANGE if share <= _IN_NEED else _RED
    return Badge("links-alive", "links alive", f"{count.alive:,} of {count.judged:,}", color)


def _of_entries(report: Report) -> Iterator[Badge]:
    """Yield the badges of entries; an id of an earlier list gets the name of its list in front."""
    seen: set[str] = set()
    for of_one in report.of_each_list():
        for item in of_one.entries:
            if item.facts is None:
                continue
            name = item.entry.id
            name = f"{of_one.catalogs[0].name}-{name}" if name in seen else name
            seen.add(name)
            yield from _of_repository(name, item.facts, report)
            yield _status(name, item, report)


def _of_repository(name: str, facts: Repository, report: Report) -> Iterator[Badge]:
    if facts.stars is not None:
        yield Badge(f"{name}-stars", "stars", _short(facts.stars), _BLUE)
    if facts.license is not None:
        yield Badge(f"{name}-license", "license", facts.license, _BLUE)
    if facts.last_commit is not None:
        color = _ORANGE if report.is_stale(facts) or facts.archived else _GREEN
        yield Badge(f"{name}-last-commit", "last commit", day(facts.last_commit), color)


def _status(name: str, item: EnrichedEntry, report: Report) -> Badge:
    """Return the badge of the main link's verdict and of the repository's state."""
    effective_verdict, facts = item.findings[0].effective_verdict, item.facts
    if effective_verdict in LOST:
        return Badge(f"{name}-status", "status", effective_verdict.value, _RED)
    if effective_verdict not in LIVING:
        words = effective_verdict.value if effective_verdict is Verdict.GUARDED else "unknown"
        return Badge(f"{name}-status", "status", words, _GREY)
    if facts is not None and facts.archived:
        return Badge(f"{name}-status", "status", "archived", _ORANGE)
    if facts is not None and report.is_stale(facts):
        return Badge(f"{name}-status", "status", "stale", _YELLOW)
    return Badge(f"{name}-status", "status", effective_verdict.value, _GREEN)


def _short(number: int) -> str:
    """Return a number as 985, 1.2k or 35k, so that the badge seldom changes."""
    for unit, letter in _UNITS:
        if number >= unit:
            whole, rest = divmod(number, unit)
            return f"{whole}.{rest * 10 // unit}{letter}" if whole < _TENS else f"{whole}{letter}"
    return str(number)
