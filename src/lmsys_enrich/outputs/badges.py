"""Badges: SVG files and their JSON in the endpoint form of shields.io."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from html import escape
from traceback import format_exc

from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.finding import LIVING, LOST, Verdict
from lmsys_enrich.model.json_fields import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.fact_words import short_number
from lmsys_enrich.outputs.text import Broken, Text, xml_text
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
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{label_text}">
<title>{label_text}</title>
<clipPath id="r"><rect width="{total}" height="20" rx="4"/></clipPath>
<g clip-path="url(#r)"><path fill="#3f4650" d="M0 0h{left}v20H0z"/>\
<path fill="{escape(color)}" d="M{left} 0h{right}v20H{left}z"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="{_SIZE}">
{_text(escape(label), left / 2, left - 2 * _PADDING)}
{_text(escape(message), left + right / 2, right - 2 * _PADDING)}
</g>
</svg>
"""


def _text(text: str, middle: float, length: int) -> str:
    """Return the text, fitted to its width in any font."""
    return f'<text x="{middle:g}" y="14" textLength="{length}">{text}</text>'


def _width(text: str) -> int:
    """Return the width of a text in Verdana, in whole pixels."""
    thousandths = sum(_WIDTHS.get(c, _WIDE if ord(c) >= _FIRST_WIDE else _OTHER) for c in text)
    return round(thousandths * _SIZE / 1000)


# White text on each of them has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3).
_GREEN, _YELLOW, _ORANGE, _RED = "#1f7a3d", "#8a6100", "#a84b00", "#b3261e"
_BLUE, _GREY = "#1f5fbf", "#616a75"
# Every list loses links: up to the first share of lost links the badge is green, up to the second
# yellow, up to the third orange.
_IN_ORDER, _SOME_CARE, _MUCH_CARE = 0.05, 0.15, 0.3
_NOT_CHECKED = "not checked yet"
_MONTH = timedelta(days=30)


class Badge(Value):
    """Badge: label, message and colour; `name` is that of its file."""

    name: str
    label: str
    message: str
    color: str


def badges(report: Report) -> Mapping[str, Text]:
    """Return a picture and its JSON for each badge; `last-check` alone carries the run's time."""
    files: dict[str, Text] = {}
    wanted = (_of_the_list(report), *(_of_entries(report) if report.view.entry_badges else ()))
    for some in wanted:
        try:
            for badge in some:
                picture, endpoint = _files_of(badge.label, badge.message, badge.color, report.notice)
                files[f"badges/{badge.name}.svg"] = picture
                files[f"badges/{badge.name}.json"] = endpoint
        except Exception:  # noqa: BLE001 - whatever it is, it costs one entry's badges
            files[f"badges/({len(files)})"] = Broken(format_exc())
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
    if not report.alive.judged:  # no invented figure before the first run
        yield Badge("stale", "stale", _NOT_CHECKED, _GREY)
        yield Badge("died", "died in 30 days", _NOT_CHECKED, _GREY)
        yield Badge("last-check", "last check", _NOT_CHECKED, _GREY)
        return
    yield Badge("stale", "stale", f"{summary.stale:,}", _BLUE if summary.stale else _GREEN)
    if report.past:
        since = report.run_time.date() - _MONTH
        died = sum(len(day.died) for day in report.past if day.date > since)
        yield Badge("died", "died in 30 days", f"{died:,}", _YELLOW if died else _GREEN)
    yield Badge("last-check", "last check", f"{report.run_time:%Y-%m-%d}", _BLUE)


def _links_alive(report: Report) -> Badge:
    """Return the badge with the number of judged links that are alive."""
    count = report.alive
    if not count.judged:
        return Badge("links-alive", "links alive", _NOT_CHECKED, _GREY)
    lost = count.judged - count.alive
    share = lost / count.judged
    steps = ((_IN_ORDER, _GREEN), (_SOME_CARE, _YELLOW), (_MUCH_CARE, _ORANGE), (1.0, _RED))
    color = next(color for limit, color in steps if share <= limit)
    return Badge("links-alive", "links alive", f"{count.alive:,} of {count.judged:,}", color)


def _of_entries(report: Report) -> Iterator[Iterator[Badge]]:
    """Yield the badges of each entry; an id of an earlier list gets the name of its list in front."""
    seen: set[str] = set()
    for of_one in report.of_each_list():
        for item in of_one.entries:
            if item.facts is None:
                continue
            name = item.entry.id
            name = f"{of_one.catalogs[0].name}-{name}" if name in seen else name
            seen.add(name)
            yield _of_entry(name, item, item.facts, report)


def _of_entry(name: str, item: EnrichedEntry, facts: Repository, report: Report) -> Iterator[Badge]:
    yield from _of_repository(name, facts, report)
    yield _status(name, item, report)


def _of_repository(name: str, facts: Repository, report: Report) -> Iterator[Badge]:
    if facts.stars is not None:
        yield Badge(f"{name}-stars", "stars", short_number(facts.stars), _BLUE)
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
