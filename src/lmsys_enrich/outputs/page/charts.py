"""Charts of the page: bars of what there is now, lines and bars of what changed over time."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from lmsys_enrich.model.report import Day, Report, alive_count
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.page.rows import AGES, age_of, clickable, count, percent, short, step
from lmsys_enrich.values import Value

_MOST_BARS = 6
_WIDEST = 120
_LONGEST = 15
_STARS = ((100, "under 100"), (1000, "100 to 999"), (10_000, "1,000 to 9,999"), (10**9, "10,000 and more"))


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


def charts_of(report: Report) -> Iterator[Chart]:
    """Yield the charts of links and, where there are any, of repositories."""
    yield _chart("Links", [(v, count, str(v)) for v, count in report.summary.by_verdict.items() if count])
    if report.repositories:
        yield from _of_repositories(report, [facts for facts, _ in report.repositories.values()])


def _of_repositories(report: Report, repositories: Sequence[Repository]) -> Iterator[Chart]:
    ages = Counter(age_of(report, facts) for facts in repositories if facts.last_commit is not None)
    yield _chart("Last commit", [(label, ages[label], f"age-{n}") for n, (_, label) in enumerate(AGES)])
    stars = Counter(step(facts.stars, _STARS) for facts in repositories if facts.stars is not None)
    yield _chart("Stars", [(label, stars[label], "") for _, label in _STARS])
    licences = Counter(facts.license or "none" for facts in repositories).most_common()
    bars = [(_fitting(name), count, "") for name, count in licences[:_MOST_BARS]]
    if rest := sum(count for _, count in licences[_MOST_BARS:]):
        bars.append(("all others", rest, "skipped"))
    yield _chart("Licences", bars)


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
_MARGIN = 0.1  # of the range, so that a line is not drawn on the edge


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
    stars = {f"{day.date:%Y-%m}": day.stars for day in past if day.stars}
    if len(stars) > 1:
        yield _stars_trend(dict([*stars.items()][-_MOST_MONTHS:]))
    deaths: Counter[str] = Counter()
    for day in past:
        deaths[f"{day.date:%Y-%m}"] += len(day.died)
    if len(deaths) > 1:
        yield _deaths_trend(dict([*deaths.items()][-_MOST_MONTHS:]))


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
    spread = max(max(values) - min(values), 1.0)
    low, high = max(0.0, min(values) - spread * _MARGIN), min(100.0, max(values) + spread * _MARGIN)
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
            f"{percent(before)} on {first}, {percent(now)} on {last}, at worst {percent(min(values))}"
        ),
        kind="alive",
        line=f"M{' L'.join(drawn)}",
    )


def _stars_trend(months: Mapping[str, int]) -> Trend:
    before, now = next(iter(months.values())), [*months.values()][-1]
    return _by_month(
        months,
        title="Stars by month",
        headline=short(now),
        change=f"{(now - before) * 100 / before:+.0f} % since {next(iter(months))}",
        kind="",
    )


def _deaths_trend(months: Mapping[str, int]) -> Trend:
    return _by_month(
        months,
        title="Links that died",
        headline=f"{sum(months.values()):,}",
        change=f"in {count(len(months), 'month')}",
        kind="dead",
    )


def _by_month(months: Mapping[str, int], *, title: str, headline: str, change: str, kind: str) -> Trend:
    most = max(months.values()) or 1
    broad = WIDTH / len(months)
    bars = []
    for number, (month, value) in enumerate(months.items()):
        tall = value * HEIGHT / most
        left = (number + _GAP / 2) * broad
        bar = MonthBar(f"{month}: {value:,}", left, HEIGHT - tall, broad * (1 - _GAP), tall)
        bars.append(bar)
    names = [*months]
    description = ", ".join(bar.label for bar in bars)
    return Trend(title, headline, change, names[0], names[-1], short(most), "0", description, kind, bars=bars)
