"""Trends are drawn from the figures of several days, and from nothing else."""

from datetime import date, timedelta

from lmsys_enrich.model.figures import Day
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.outputs.page.charts import HEIGHT, WIDTH, deaths_of, trends_of
from lmsys_enrich.outputs.page.render import index_html
from tests.builders import finding, report
from tests.reliability.harmless_html import Harmless

_FIRST = date(2026, 1, 15)


def _day(number: int, alive: int = 9, dead: int = 1, stars: int = 0, died: tuple[str, ...] = ()) -> Day:
    effective_verdict = {Verdict.ALIVE: alive, Verdict.DEAD: dead}
    return Day(_FIRST + timedelta(days=number), effective_verdict, stars, died)


def test_one_day_is_no_trend() -> None:
    assert [*trends_of([_day(0, stars=3, died=("https://a.example/",))])] == []
    assert "Over time" not in str(index_html(report(finding("https://a.example/")))["index.html"])


def test_links_alive_trend_spans_all_days() -> None:
    alive, *_ = trends_of([_day(0, 9, 1), _day(1, 5, 5), _day(4, 8, 2)])
    assert (alive.title, alive.headline, alive.change) == (
        "Links alive",
        "80%",
        "-10.0 points since 2026-01-15",
    )
    insertion_points = [
        insertion_point.split(" ") for insertion_point in alive.line.removeprefix("M").split(" L")
    ]
    assert [float(x) for x, _ in insertion_points] == [0, WIDTH / 4, WIDTH]
    assert float(insertion_points[1][1]) == max(float(y) for _, y in insertion_points) == HEIGHT
    assert (alive.low, alive.high) == ("50%", "90%")


def test_night_without_answers_is_no_point() -> None:
    alive, *_ = trends_of([_day(0), _day(1, 0, 0), _day(2)])
    assert alive.line.count(" L") == 1


def test_trend_of_years_has_a_bounded_number_of_points() -> None:
    alive = next(trends_of([_day(n, 50 + n, 10) for n in range(1000)]))
    assert alive.line.count(" L") < 200
    assert alive.last == "2028-10-10"


def test_stars_of_a_month_are_those_of_its_last_day() -> None:
    days = [_day(0, stars=100), _day(10, stars=200), _day(20, stars=300)]
    stars = next(trend for trend in trends_of(days) if trend.title == "Stars by month")
    assert stars.description == "2026-01: 200, 2026-02: 300"
    assert (stars.headline, stars.change) == ("300", "+200% since 2026-01-15")
    assert [bar.height for bar in stars.bars] == [HEIGHT * 2 / 3, HEIGHT]


def test_deaths_are_counted_by_month_latest_first() -> None:
    days = [_day(0, died=("https://a.example/", "javascript:b")), _day(20, died=("https://c.example/",))]
    died = next(trend for trend in trends_of(days) if trend.title == "Links that died")
    assert (died.headline, died.description) == ("3", "2026-01: 2, 2026-02: 1")
    assert [(death.date, death.href) for death in deaths_of(days)] == [
        ("2026-02-04", "https://c.example/"),
        ("2026-01-15", "https://a.example/"),
        ("2026-01-15", None),
    ]


def test_only_the_last_two_years_of_months_are_drawn() -> None:
    days = [_day(n * 30, stars=1 + n) for n in range(40)]
    stars = next(trend for trend in trends_of(days) if trend.title == "Stars by month")
    assert len(stars.bars) == 24


def test_trends_are_on_the_page_and_escape_foreign_text() -> None:
    days = (_day(0, stars=1), _day(40, stars=2, died=("<img src=x onerror=alert(1)>",)))
    html = str(index_html(report(finding("https://a.example/"), past=days))["index.html"])
    assert "Stars by month" in html
    assert "<img" not in html
    Harmless().feed(html)


def test_month_without_a_run_has_no_bar() -> None:
    stars = next(
        trend for trend in trends_of([_day(0, stars=1), _day(80, stars=2)]) if trend.title == "Stars by month"
    )
    assert stars.description == "2026-01: 1, 2026-04: 2"
    assert [round(bar.x * 4 / WIDTH) for bar in stars.bars] == [0, 3]
