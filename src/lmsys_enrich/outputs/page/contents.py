"""Content of the page: every text and number in the template."""

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from itertools import accumulate

from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.json_fields import moment
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.dead_links import nothing_to_do
from lmsys_enrich.outputs.page.charts import Chart, ChartGroup, Death, Trend, charts_of, deaths_of, trends_of
from lmsys_enrich.outputs.page.todo import Group, groups_of
from lmsys_enrich.outputs.page.words import (
    AGES,
    BETWEEN,
    age_of,
    flags_of,
    kind_of,
    licence_of,
    percent,
    rank_of,
    worst,
)
from lmsys_enrich.values import Value

_FIGURES = ("entries", "links")
_REPOSITORY_FIGURES = ("repositories", "archived", "stale")
_FURTHER_FIGURES = ("papers", "withdrawn", "models")
_MOST_ROWS = 10_000  # a browser takes some seconds for them


class Share(Value):
    """
    Share of a verdict: its number of links, and its segment of the bar, in thousandths.

    `shown` is the number of the legend: links that moved are alive as well.
    """

    verdict: Verdict
    count: int
    start: int
    width: int
    shown: int


class Figure(Value):
    """Number of the summary."""

    label: str
    value: str


class Choice(Value):
    """Filter of the table, with its options."""

    label: str
    name: str
    options: Sequence[str]


class HeaderCell(Value):
    """Header of a column; `numeric` ones are sorted as numbers and aligned to the right."""

    key: str
    title: str
    numeric: bool = False


class PageContent(Value):
    """Content of the page in the order of the template; `shown` are the entries with a row."""

    title: str
    checked: str
    notice: str | None
    alive: str
    alive_of: str
    shares: Sequence[Share]
    figures: Sequence[Figure]
    groups: Sequence[Group]
    nothing: str
    charts: Sequence[Chart]
    chart_groups: Sequence[ChartGroup]
    trends: Sequence[Trend]
    deaths: Sequence[Death]
    choices: Sequence[Choice]
    headers: Sequence[HeaderCell]
    shown: Sequence[EnrichedEntry]
    left_out: int


_HEADERS = (
    HeaderCell("name", "Name"),
    HeaderCell("section", "Section"),
    HeaderCell("links", "Links"),
    HeaderCell("stars", "Stars", numeric=True),
    HeaderCell("commit", "Last commit"),
    HeaderCell("citations", "Citations", numeric=True),
    HeaderCell("downloads", "Downloads", numeric=True),
    HeaderCell("licence", "Licence"),
    HeaderCell("language", "Language"),
)
_ALWAYS = frozenset({"name", "section", "links"})
_OF_REPOSITORIES = frozenset({"stars", "commit", "licence", "language"})
_MOST_COLUMNS = 8
_FEWEST = 20  # a column is shown if one row in so many has the fact


def page_of(report: Report) -> PageContent:
    """Return the content of the page."""
    shown = _shown(report)
    alive, alive_of = _alive(report)
    chart_groups = [*charts_of(report)]
    return PageContent(
        title="\N{NO-BREAK SPACE}· ".join(catalog.title for catalog in report.catalogs),
        checked=moment(report.run_time) or "",
        notice=report.notice,
        alive=alive,
        alive_of=alive_of,
        shares=[*_shares(report)],
        figures=[*_figures(report)],
        groups=[*groups_of(report)],
        nothing=nothing_to_do(report),
        charts=[chart for group in chart_groups for chart in group.charts],
        chart_groups=chart_groups,
        trends=[*trends_of(report.past)],
        deaths=deaths_of(report.past),
        choices=[*_choices(report, shown)],
        headers=_headers(shown),
        shown=shown,
        left_out=len(report.entries) - len(shown),
    )


def _headers(shown: Sequence[EnrichedEntry]) -> Sequence[HeaderCell]:
    """Return the columns with facts, fewer where the table would be too wide."""
    columns = set(_ALWAYS)
    if any(item.facts for item in shown):
        columns |= _OF_REPOSITORIES
    cited = sum(item.paper is not None and item.paper.citations is not None for item in shown)
    if cited and cited * _FEWEST >= len(shown):
        columns.add("citations")
    models = sum(item.model is not None for item in shown)
    if models and models * _FEWEST >= len(shown):
        columns |= {"downloads", "licence"}
    if len(columns) > _MOST_COLUMNS:
        columns.remove("language")
    return [header for header in _HEADERS if header.key in columns]


def _shown(report: Report) -> Sequence[EnrichedEntry]:
    """Return the entries with a row, in the order of the lists: all, or those with the worst verdicts."""
    if len(report.entries) <= _MOST_ROWS:
        return report.entries
    worst_first = nsmallest(_MOST_ROWS, report.entries, key=lambda item: rank_of(worst(item)))
    return sorted(worst_first, key=lambda item: item.number)


def _alive(report: Report) -> tuple[str, str]:
    """Return the percentage of living links, and the numbers behind it."""
    count = report.alive
    if count.percent is None:
        return "?", "no link has a clear result yet"
    moved = report.counts[Verdict.MOVED]
    words = f"of links alive: {count.alive:,} of the {count.judged:,} that could be checked"
    return percent(count.percent), f"{words}, {moved:,} of them at a new address" if moved else words


def _shares(report: Report) -> Iterator[Share]:
    counts = {verdict: count for verdict, count in report.counts.items() if count}
    every = sum(counts.values())
    widths = [max(4, count * 1000 // every) for count in counts.values()]
    starts = accumulate(widths, initial=0)
    for (verdict, count), start, width in zip(counts.items(), starts, widths, strict=False):
        number = report.alive.alive if verdict is Verdict.ALIVE else count
        yield Share(verdict, count, start, width, number)


def _figures(report: Report) -> Iterator[Figure]:
    figures = report.summary.figures()
    names = [*_FIGURES, *(_REPOSITORY_FIGURES if report.summary.repositories else ())]
    names += [name for name in _FURTHER_FIGURES if figures[name]]
    yield from (Figure(name, f"{figures[name]:,}") for name in names)


def _choices(report: Report, shown: Sequence[EnrichedEntry]) -> Iterator[Choice]:
    yield Choice("Section", "section", [*_sections(shown)])
    verdicts = set(map(worst, shown))
    yield Choice("Links", "verdict", [verdict for verdict in Verdict if verdict in verdicts])
    kinds = sorted(set(map(kind_of, shown)))
    yield Choice("Kind", "kind", kinds if len(kinds) > 1 else [])
    facts = [item.facts for item in shown if item.facts]
    papers = [item.paper for item in shown if item.paper]
    flags = {flag for item in shown for flag in flags_of(report, item)}
    yield Choice("Remark", "flag", sorted(flags))
    yield Choice("Licence", "licence", sorted(filter(None, set(map(licence_of, shown)))))
    yield Choice("Language", "language", sorted({one.language for one in facts if one.language}))
    ages = {age_of(report, one) for one in facts}
    yield Choice("Last commit", "age", [label for _, label in AGES if label in ages])
    yield Choice("Venue", "venue", sorted({paper.venue for paper in papers if paper.venue}))
    years = {str(paper.year) for paper in papers if paper.year}
    yield Choice("Year", "year", sorted(years, reverse=True))


def _sections(shown: Sequence[EnrichedEntry]) -> dict[str, None]:
    """Return the paths of the sections, each after its parents."""
    sections: dict[str, None] = {}
    for path in filter(None, map(BETWEEN.join, dict.fromkeys(item.path for item in shown))):
        sections |= dict.fromkeys(
            accumulate(path.split(BETWEEN), lambda above, title: f"{above}{BETWEEN}{title}")
        )
    return sections
