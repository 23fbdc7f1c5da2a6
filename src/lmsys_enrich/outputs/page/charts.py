"""Charts of the page: bars of present figures, lines and bars of changes over time."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from math import ceil, floor

from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.figures import Day, alive_count
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.page.words import AGES, age_of, clickable, percent, short, shown_licence, step
from lmsys_enrich.values import Value

_MOST_BARS = 6
_WIDEST = 120
_LONGEST = 15
_STARS = ((100, "under 100"), (1000, "100 to 999"), (10_000, "1,000 to 9,999"), (10**9, "10,000 and more"))

_CITATIONS = ((10, "under 10"), (100, "10 to 99"), (1000, "100 to 999"), (10**9, "1,000 and more"))
_DOWNLOADS = (
    (1000, "under 1,000"),
    (100_000, "1,000 to 99,999"),
    (10**6, "100,000 to 1M"),
    (10**15, "over 1M"),
)
_MOST_YEARS = 8


class Bar(Value):
    """Bar of a chart; `width` is in pixels, `kind` is the CSS class of its colour."""

    label: str
    count: int
    width: int
    kind: str = ""


class Chart(Value):
    """Horizontal bars under a title."""

    title: str
    bars: Sequence[Bar]

    @property
    def description(self) -> str:
        """Text for screen readers."""
        return ", ".join(f"{bar.label} {bar.count:,}" for bar in self.bars)


class ChartGroup(Value):
    """Group of charts about one kind of subject, with its title."""

    title: str
    charts: Sequence[Chart]


def charts_of(report: Report) -> Iterator[ChartGroup]:
    """Yield the charts of repositories, papers and models; those of links are in the legend on top."""
    if report.repositories:
        yield ChartGroup("Repositories", [*_of_repositories(report)])
    if report.papers:
        yield ChartGroup("Papers", [*_of_papers(report.papers.values())])
    if report.models:
        yield ChartGroup("Models and data sets", [*_of_models(report.models.values())])


def _of_repositories(report: Report) -> Iterator[Chart]:
    ages, stars, licences = Counter[str](), Counter[str](), Counter[str]()
    for facts in report.repositories.values():  # once: those of a long list are on disk
        if facts.last_commit is not None:
            ages[age_of(report, facts)] += 1
        if facts.stars is not None:
            stars[step(facts.stars, _STARS)] += 1
        licences[shown_licence(facts.license) or "none"] += 1
    yield _chart("Last commit", [(label, ages[label], f"age-{n}") for n, (_, label) in enumerate(AGES)])
    yield _chart("Stars", [(label, stars[label], "") for _, label in _STARS])
    yield _most_common("Licences", licences)


def _of_papers(papers: Collection[Paper]) -> Iterator[Chart]:
    years = Counter(str(paper.year) for paper in papers if paper.year)
    if years:
        yield _chart("Year", [(year, years[year], "") for year in sorted(years, reverse=True)[:_MOST_YEARS]])
    if any(paper.venue for paper in papers):
        yield _most_common("Venues", Counter(paper.venue or "none known" for paper in papers))
    citations = Counter(step(paper.citations, _CITATIONS) for paper in papers if paper.citations is not None)
    if citations:
        yield _chart("Citations", [(label, citations[label], "") for _, label in _CITATIONS])


def _of_models(models: Collection[Model]) -> Iterator[Chart]:
    yield _most_common("Kinds", Counter(model.kind for model in models))
    downloads = Counter(step(model.downloads, _DOWNLOADS) for model in models if model.downloads is not None)
    if downloads:
        yield _chart("Downloads", [(label, downloads[label], "") for _, label in _DOWNLOADS])
    licences = Counter(shown_licence(model.license) or "none" for model in models)
    yield _most_common("Licences of models", licences)


def _most_common(title: str, counts: Counter[str]) -> Chart:
    counted = counts.most_common()
    bars = [(_fitting(name), count, "") for name, count in counted[:_MOST_BARS]]
    if rest := sum(count for _, count in counted[_MOST_BARS:]):
        bars.append(("all others", rest, "skipped"))
    return _chart(title, bars)


def _chart(title: str, bars: Sequence[tuple[str, int, str]]) -> Chart:
    most = max((count for _, count, _ in bars), default=0) or 1
    return Chart(title, [Bar(label, n, n and max(2, n * _WIDEST // most), kind) for label, n, kind in bars])


def _fitting(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


WIDTH, HEIGHT = 300, 110
_MOST_POINTS = 200
_MOST_MONTHS = 24
_MOST_DEATHS = 50
_GAP = 0.25  # of a bar
_DECEMBER = 12


class MonthBar(Value):
    """Bar of a month: its label, and its rectangle in pixels of the drawing."""

    label: str
    x: float
    y: float
    width: float
    height: float


class Trend(Value):
    """
    Development over time: a line with the area below it, or a bar for each month.

    `first` and `last` label the ends of the time axis, `high` and `low` those of
    the scale; `description` is the text for screen readers.
    """

    title: str
    headline: str
    change: str
    first: str
    last: str
    high: str
    low: str
    description: str
    kind: str = ""
    line: str = ""
    bars: Sequence[MonthBar] = ()


class Death(Value):
    """Link that died, and when; `href` only where a browser may open it."""

    date: str
    url: str
    href: str | None


def trends_of(past: Sequence[Day]) -> Iterator[Trend]:
    """Yield the trends with at least two points."""
    shares = [
        (day.date, percentage)
        for day in past
        if (percentage := alive_count(day.effective_verdict).percent) is not None
    ]
    if len(shares) > 1:
        yield _alive_trend(_thinned(shares))
    stars = {day.date: day.stars for day in past if day.stars}
    if len({when.replace(day=1) for when in stars}) > 1:
        yield _stars_trend(stars)
    deaths: Counter[date] = Counter()
    for day in past:
        deaths[day.date] += len(day.died)
    if len({when.replace(day=1) for when in deaths}) > 1:
        yield _deaths_trend(deaths)


def deaths_of(past: Sequence[Day]) -> list[Death]:
    """Return the links that died, the latest first."""
    deaths = [Death(f"{day.date}", url, clickable(url)) for day in reversed(past) for url in day.died]
    return deaths[:_MOST_DEATHS]


def _thinned(points: Sequence[tuple[date, float]]) -> Sequence[tuple[date, float]]:
    """Return at most `_MOST_POINTS` points, evenly spaced, with the last one."""
    every = -(-len(points) // _MOST_POINTS)
    return points[::-1][::every][::-1]


def _alive_trend(points: Sequence[tuple[date, float]]) -> Trend:
    values = [share for _, share in points]
    (first, before), (last, now) = points[0], points[-1]
    low, high = _scale(min(values), max(values))
    days = max((last - first).days, 1)
    drawn = (
        f"{(when - first).days * WIDTH / days:.1f} {HEIGHT - (share - low) * HEIGHT / (high - low):.1f}"
        for when, share in points
    )
    return Trend(
        title="Links alive",
        headline=percent(now),
        change=f"{now - before:+.1f} points since {first}",
        first=f"{first}",
        last=f"{last}",
        high=percent(high),
        low=percent(low),
        description=(
            f"{percent(before)} on {first}, {percent(now)} on {last}, lowest {percent(min(values))}"
        ),
        kind="alive",
        line=f"M{' L'.join(drawn)}",
    )


def _scale(least: float, most: float) -> tuple[float, float]:
    """Return the ends of an axis for percentages: whole numbers around all of them."""
    low, high = floor(least), ceil(most)
    return (float(low), float(high)) if low < high else (float(max(low - 1, 0)), float(min(high + 1, 100)))


def _stars_trend(stars: Mapping[date, int]) -> Trend:
    months = {f"{when:%Y-%m}": count for when, count in stars.items()}  # of a month its last day
    (first, before), now = next(iter(stars.items())), [*stars.values()][-1]
    return _by_month(
        months,
        title="Stars by month",
        headline=short(now),
        change=f"{(now - before) * 100 / before:+.0f}% since {first}",
        kind="",
    )


def _deaths_trend(deaths: Mapping[date, int]) -> Trend:
    months: Counter[str] = Counter()
    for when, count_ in deaths.items():
        months[f"{when:%Y-%m}"] += count_
    recent = dict([*months.items()][-_MOST_MONTHS:])
    first = next(when for when in deaths if f"{when:%Y-%m}" in recent)
    return _by_month(
        months,
        title="Links that died",
        headline=f"{sum(recent.values()):,}",
        change=f"since {first}",
        kind="dead",
    )


def _by_month(known: Mapping[str, int], *, title: str, headline: str, change: str, kind: str) -> Trend:
    """Return a bar for each of the last months; one without a run has none."""
    months = _months(min(known), max(known))[-_MOST_MONTHS:]
    most = max(known.get(month, 0) for month in months) or 1
    broad = WIDTH / len(months)
    bars = []
    for number, month in enumerate(months):
        if month in known:
            tall = known[month] * HEIGHT / most
            left = (number + _GAP / 2) * broad
            label = f"{month}: {known[month]:,}"
            bars.append(MonthBar(label, left, HEIGHT - tall, broad * (1 - _GAP), tall))
    description = ", ".join(bar.label for bar in bars)
    return Trend(
        title, headline, change, months[0], months[-1], short(most), "0", description, kind, bars=bars
    )


def _months(first: str, last: str) -> list[str]:
    """Return every month from the first to the last."""
    year, month = map(int, first.split("-"))
    months = []
    while (name := f"{year:04}-{month:02}") <= last:
        months.append(name)
        year, month = (year, month + 1) if month < _DECEMBER else (year + 1, 1)
    return months
