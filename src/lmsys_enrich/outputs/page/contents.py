"""What stands on the page, in the words in which it is shown."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from lmsys_enrich.model.enriched import moment
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.outputs.page.charts import Chart, charts_of
from lmsys_enrich.outputs.page.rows import AGES, BETWEEN, age_of, percent, rank_of, worst
from lmsys_enrich.outputs.page.todo import Group, groups_of
from lmsys_enrich.outputs.page.trends import Death, Trend, deaths_of, trends_of
from lmsys_enrich.values import Value

_FIGURES = ("entries", "links")
_REPOSITORY_FIGURES = ("repositories", "archived", "stale")
_MOST_ROWS = 10_000  # a browser takes some seconds for them


class Share(Value):
    """A verdict with the links that have it, and its part of the whole from `start`, in thousandths."""

    verdict: Verdict
    count: int
    start: int
    width: int


class Figure(Value):
    """A number of the summary."""

    label: str
    value: str


class Choice(Value):
    """A filter of the table, with what may be chosen."""

    label: str
    name: str
    options: Sequence[str]


class HeaderCell(Value):
    """A column's head; numbers are sorted and set as such."""

    key: str
    title: str
    numeric: bool = False


class Page(Value):
    """All that the template shows, in the order in which it is shown; `shown` are the rows of the table."""

    title: str
    checked: str
    notice: str | None
    alive: str
    alive_of: str
    shares: Sequence[Share]
    figures: Sequence[Figure]
    groups: Sequence[Group]
    charts: Sequence[Chart]
    trends: Sequence[Trend]
    deaths: Sequence[Death]
    choices: Sequence[Choice]
    columns: Sequence[HeaderCell]
    shown: Sequence[EnrichedEntry]
    left_out: int


_COLUMNS = (
    HeaderCell("name", "Name"),
    HeaderCell("section", "Section"),
    HeaderCell("links", "Links"),
    HeaderCell("stars", "Stars", numeric=True),
    HeaderCell("commit", "Last commit"),
    HeaderCell("licence", "Licence"),
    HeaderCell("language", "Language"),
)


def page_of(report: Report) -> Page:
    """Return the contents of the page."""
    shown = _shown(report)
    alive, alive_of = _alive(report)
    return Page(
        title=" · ".join(catalog.title for catalog in report.catalogs),
        checked=moment(report.run_time) or "",
        notice=report.notice,
        alive=alive,
        alive_of=alive_of,
        shares=[*_shares(report)],
        figures=[*_figures(report)],
        groups=[*groups_of(report)],
        charts=[*charts_of(report)],
        trends=[*trends_of(report.past)],
        deaths=deaths_of(report.past),
        choices=[*_choices(report, shown)],
        columns=_COLUMNS,
        shown=shown,
        left_out=len(report.entries) - len(shown),
    )


def _shown(report: Report) -> Sequence[EnrichedEntry]:
    """Return what has a row, in the order of the lists: everything, else what is worst."""
    if len(report.entries) <= _MOST_ROWS:
        return report.entries
    worst_first = sorted(report.entries, key=rank_of)
    return sorted(worst_first[:_MOST_ROWS], key=lambda known: known.number)


def _alive(report: Report) -> tuple[str, str]:
    """Return the percentage of alive links, and the figures behind it."""
    count = report.alive
    if count.percent is None:
        return "?", "nothing is known about any link yet"
    words = f"of links alive: {count.alive:,} of the {count.judged:,} that could be judged"
    return percent(count.percent), words


def _shares(report: Report) -> Iterator[Share]:
    counts = {verdict: count for verdict, count in report.summary.by_verdict.items() if count}
    every = sum(counts.values())
    widths = [max(4, count * 1000 // every) for count in counts.values()]
    starts = accumulate(widths, initial=0)
    for (verdict, count), start, width in zip(counts.items(), starts, widths, strict=False):
        yield Share(verdict, count, start, width)


def _figures(report: Report) -> Iterator[Figure]:
    figures = report.summary.figures()
    names = (*_FIGURES, *(_REPOSITORY_FIGURES if report.summary.repositories else ()))
    yield from (Figure(name, f"{figures[name]:,}") for name in names)


def _choices(report: Report, shown: Sequence[EnrichedEntry]) -> Iterator[Choice]:
    yield Choice("Section", "section", [*_sections(shown)])
    found = set(map(worst, shown))
    yield Choice("Links", "verdict", [verdict for verdict in Verdict if verdict in found])
    facts = [known.facts for known in shown if known.facts]
    yield Choice("Licence", "licence", sorted({one.license for one in facts if one.license}))
    yield Choice("Language", "language", sorted({one.language for one in facts if one.language}))
    ages = {age_of(report, one) for one in facts}
    yield Choice("Last commit", "age", [label for _, label in AGES if label in ages])


def _sections(shown: Sequence[EnrichedEntry]) -> dict[str, None]:
    """Return each section after those that it stands in."""
    sections: dict[str, None] = {}
    for path in filter(None, map(BETWEEN.join, dict.fromkeys(known.path for known in shown))):
        sections |= dict.fromkeys(
            accumulate(path.split(BETWEEN), lambda above, title: f"{above}{BETWEEN}{title}")
        )
    return sections
