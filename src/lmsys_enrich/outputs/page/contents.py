"""What stands on the page, in the words in which it is shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from lmsys_enrich.model.enriched import moment
from lmsys_enrich.model.finding import LIVING, LOST, Verdict
from lmsys_enrich.model.report import Report, summarise
from lmsys_enrich.outputs.page.acts import Group, groups_of
from lmsys_enrich.outputs.page.charts import Chart, charts_of
from lmsys_enrich.outputs.page.rows import Row, rank_of, row_of
from lmsys_enrich.outputs.page.trends import Death, Trend, deaths_of, trends_of
from lmsys_enrich.outputs.page.words import AGES, percent

_BETWEEN = " / "
_MOST_ROWS = 10_000  # a browser takes some seconds for them


@dataclass(frozen=True, slots=True)
class Share:
    """A verdict with the links that have it, and its part of the whole from `start`, in thousandths."""

    verdict: Verdict
    count: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the summary."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the table, with what may be chosen."""

    label: str
    name: str
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A column's head; numbers are sorted and set as such."""

    key: str
    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows, in the order in which it is shown."""

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
    rows: Sequence[Row]
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
    rows, left_out = _rows(report)
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
        choices=[*_choices(rows)],
        columns=_COLUMNS,
        rows=rows,
        left_out=left_out,
    )


def _rows(report: Report) -> tuple[list[Row], int]:
    """Return the rows in the order of the lists, the worst in any case, and how many are left out."""
    every = [placed for catalog in report.catalogs for placed in catalog.placed()]
    if len(every) > _MOST_ROWS:
        worst_first = sorted(range(len(every)), key=lambda number: rank_of(report, every[number].entry))
        shown = [every[number] for number in sorted(worst_first[:_MOST_ROWS])]
    else:
        shown = every
    return [row_of(report, placed) for placed in shown], len(every) - len(shown)


def _alive(report: Report) -> tuple[str, str]:
    """Return the share of living links, and of how many; what nobody could find out is on neither side."""
    standing = [finding.standing for finding in report.findings.values()]
    living = sum(verdict in LIVING for verdict in standing)
    known = living + sum(verdict in LOST for verdict in standing)
    if not known:
        return "?", "nothing is known about any link yet"
    return percent(living * 100 / known), f"of links alive: {living:,} of the {known:,} that could be judged"


def _shares(report: Report) -> Iterator[Share]:
    counts = {verdict: count for verdict, count in summarise(report).by_verdict.items() if count}
    every = sum(counts.values())
    widths = [max(4, count * 1000 // every) for count in counts.values()]
    starts = accumulate(widths, initial=0)
    for (verdict, count), start, width in zip(counts.items(), starts, widths, strict=False):
        yield Share(verdict, count, start, width)


def _figures(report: Report) -> Iterator[Figure]:
    summary = summarise(report)
    yield Figure("entries", f"{summary.entries:,}")
    yield Figure("links", f"{summary.links:,}")
    if summary.repositories:
        yield Figure("repositories", f"{summary.repositories:,}")
        yield Figure("archived", f"{summary.archived:,}")
        yield Figure("stale", f"{summary.stale:,}")


def _choices(rows: Sequence[Row]) -> Iterator[Choice]:
    yield Choice("Section", "section", [*_sections(rows)])
    found = {row.verdict for row in rows}
    yield Choice("Links", "verdict", [verdict for verdict in Verdict if verdict in found])
    yield Choice("Licence", "licence", sorted({row.licence for row in rows if row.licence}))
    yield Choice("Language", "language", sorted({row.language for row in rows if row.language}))
    ages = {row.age for row in rows}
    yield Choice("Last commit", "age", [label for _, label in AGES if label in ages])


def _sections(rows: Sequence[Row]) -> dict[str, None]:
    """Return each section after those that it stands in."""
    sections: dict[str, None] = {}
    for path in dict.fromkeys(row.section for row in rows if row.section):
        sections |= dict.fromkeys(
            accumulate(path.split(_BETWEEN), lambda above, title: f"{above}{_BETWEEN}{title}")
        )
    return sections
