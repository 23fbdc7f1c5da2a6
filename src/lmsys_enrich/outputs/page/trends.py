"""What became of the list over time, as lines and columns."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from lmsys_enrich.model.day import Day
from lmsys_enrich.model.report import alive_count
from lmsys_enrich.outputs.page.rows import clickable, count, percent, short
from lmsys_enrich.values import Value

WIDTH, HEIGHT = 300, 110
_MOST_POINTS = 200
_MOST_MONTHS = 24
_MOST_DEATHS = 50
_GAP = 0.25  # of a column
_MARGIN = 0.1  # of the range, so that a line is not drawn on the edge


class Column(Value):
    """One column of a chart, in pixels of the drawing, and what it says."""

    told: str
    x: float
    y: float
    width: float
    height: float


class Trend(Value):
    """
    Something over time: a line with the area below it, or columns.

    `first` and `last` stand at the ends of the time, `high` and `low` at those of
    the scale; `told` is the same for those who do not see it.
    """

    title: str
    headline: str
    change: str
    first: str
    last: str
    high: str
    low: str
    told: str
    kind: str = ""
    line: str = ""
    columns: Sequence[Column] = ()


class Death(Value):
    """A link that died, and when; `href` only where it may be clicked on."""

    date: str
    url: str
    href: str | None


def trends_of(past: Sequence[Day]) -> Iterator[Trend]:
    """Yield what can be drawn: one day alone is no trend."""
    shares = [
        (day.date, percentage)
        for day in past
        if (percentage := alive_count(day.effective_verdict).percent) is not None
    ]
    if len(shares) > 1:
        yield _alive(_thinned(shares))
    stars = {f"{day.date:%Y-%m}": day.stars for day in past if day.stars}
    if len(stars) > 1:
        yield _stars(dict([*stars.items()][-_MOST_MONTHS:]))
    deaths: Counter[str] = Counter()
    for day in past:
        deaths[f"{day.date:%Y-%m}"] += len(day.died)
    if len(deaths) > 1:
        yield _died(dict([*deaths.items()][-_MOST_MONTHS:]))


def deaths_of(past: Sequence[Day]) -> list[Death]:
    """Return which links died when, the last first."""
    told = [Death(f"{day.date}", url, clickable(url)) for day in reversed(past) for url in day.died]
    return told[:_MOST_DEATHS]


def _thinned(points: Sequence[tuple[date, float]]) -> Sequence[tuple[date, float]]:
    """Return points as many as can be told apart, the last one among them."""
    every = -(-len(points) // _MOST_POINTS)
    return points[::-1][::every][::-1]


def _alive(points: Sequence[tuple[date, float]]) -> Trend:
    values = [share for _, share in points]
    (first, before), (last, now) = points[0], points[-1]
    spread = max(max(values) - min(values), 1.0)
    low, high = max(0.0, min(values) - spread * _MARGIN), min(100.0, max(values) + spread * _MARGIN)
    days = max((last - first).days, 1)
    points_drawn = (
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
        told=f"{percent(before)} on {first}, {percent(now)} on {last}, at worst {percent(min(values))}",
        kind="alive",
        line=f"M{' L'.join(points_drawn)}",
    )


def _stars(months: Mapping[str, int]) -> Trend:
    before, now = next(iter(months.values())), [*months.values()][-1]
    return _columned(
        months,
        title="Stars by month",
        headline=short(now),
        change=f"{(now - before) * 100 / before:+.0f} % since {next(iter(months))}",
        kind="",
    )


def _died(months: Mapping[str, int]) -> Trend:
    return _columned(
        months,
        title="Links that died",
        headline=f"{sum(months.values()):,}",
        change=f"in {count(len(months), 'month')}",
        kind="dead",
    )


def _columned(months: Mapping[str, int], *, title: str, headline: str, change: str, kind: str) -> Trend:
    most = max(months.values()) or 1
    broad = WIDTH / len(months)
    columns = []
    for number, (month, value) in enumerate(months.items()):
        tall = value * HEIGHT / most
        left = (number + _GAP / 2) * broad
        column = Column(f"{month}: {value:,}", left, HEIGHT - tall, broad * (1 - _GAP), tall)
        columns.append(column)
    names = [*months]
    told = ", ".join(column.told for column in columns)
    return Trend(title, headline, change, names[0], names[-1], short(most), "0", told, kind, columns=columns)
