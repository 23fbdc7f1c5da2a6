"""How many there are of what: bars."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.page.rows import AGES, age_of, step
from lmsys_enrich.values import Value

_MOST_BARS = 6
_WIDEST = 120
_LONGEST = 15
_STARS = ((100, "under 100"), (1000, "100 to 999"), (10_000, "1,000 to 9,999"), (10**9, "10,000 and more"))


class Bar(Value):
    """One bar of a chart, `width` in pixels; `kind` is its colour."""

    label: str
    count: int
    width: int
    kind: str = ""


class Chart(Value):
    """Bars under a title."""

    title: str
    bars: Sequence[Bar]

    @property
    def told(self) -> str:
        """The same for those who do not see it."""
        return ", ".join(f"{bar.label} {bar.count:,}" for bar in self.bars)


def charts_of(report: Report) -> Iterator[Chart]:
    """Yield what can be counted."""
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
