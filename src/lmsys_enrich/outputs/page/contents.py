"""What stands on the page, in the words in which it is shown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from lmsys_enrich.model.catalog import Entry, Placed
from lmsys_enrich.model.enriched import moment
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report, key_of, summarise
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.urls import is_web

_ACT_ON = (Verdict.DEAD, Verdict.FAILING, Verdict.MOVED)
_MOST_ACTS = 200
_MOST_BARS = 7
_WIDEST_BAR = 150
_DAY = timedelta(days=1)
_AGES = ((30, "this month"), (90, "3 months"), (365, "a year"), (730, "2 years"), (10**6, "older"))
_STARS = ((100, "under 100"), (1000, "under 1k"), (10_000, "under 10k"), (10**9, "10k and more"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the summary; `kind` is its colour."""

    label: str
    value: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something to act on; `href` only where it may be clicked on."""

    kind: str
    subject: str
    why: str
    href: str | None = None
    better: str = ""
    places: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, `width` in pixels."""

    label: str
    count: int
    width: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under a title."""

    title: str
    bars: Sequence[Bar]

    @property
    def told(self) -> str:
        """The same for those who do not see it."""
        return ", ".join(f"{bar.label} {bar.count}" for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the table, with what may be chosen."""

    label: str
    name: str
    options: Sequence[str]


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A column's head; numbers are sorted and set as such."""

    title: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An entry; keys are what columns are sorted by."""

    name: str
    href: str | None
    section: str
    verdict: str
    rank: int
    flags: Sequence[str]
    stars: str
    stars_key: str
    licence: str
    commit: str
    language: str
    age: str
    evidence: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template shows, in the order in which it is shown."""

    title: str
    checked: str
    notice: str | None
    figures: Sequence[Figure]
    acts: Sequence[Act]
    more_acts: int
    asleep: Sequence[Act]
    charts: Sequence[Chart]
    choices: Sequence[Choice]
    columns: Sequence[HeaderCell]
    rows: Sequence[Row]


_COLUMNS = (
    HeaderCell("Name"),
    HeaderCell("Section"),
    HeaderCell("Links"),
    HeaderCell("Stars", numeric=True),
    HeaderCell("Licence"),
    HeaderCell("Last commit"),
    HeaderCell("Language"),
)


def page_of(report: Report) -> Page:
    """Return the contents of the page."""
    acts = [*_acts(report)]
    rows = [_row(report, placed) for catalog in report.catalogs for placed in catalog.placed()]
    return Page(
        title=" · ".join(catalog.title for catalog in report.catalogs),
        checked=moment(report.run_time) or "",
        notice=report.notice,
        figures=[*_figures(report)],
        acts=acts[:_MOST_ACTS],
        more_acts=max(0, len(acts) - _MOST_ACTS),
        asleep=[*_asleep(report)],
        charts=[*_charts(report)],
        choices=[*_choices(rows)],
        columns=_COLUMNS,
        rows=rows,
    )


def _figures(report: Report) -> Iterator[Figure]:
    summary = summarise(report)
    yield Figure("entries", f"{summary.entries:,}")
    yield Figure("links", f"{summary.links:,}")
    for verdict, count in summary.by_verdict.items():
        if count:
            yield Figure(verdict, f"{count:,}", verdict)
    if summary.repositories:
        yield Figure("repositories", f"{summary.repositories:,}")
        yield Figure("archived", f"{summary.archived:,}")
        yield Figure("stale", f"{summary.stale:,}")


def _acts(report: Report) -> Iterator[Act]:
    places: dict[str, list[str]] = {}
    for catalog in report.catalogs:
        for placed in catalog.placed():
            for link in placed.entry.links:
                places.setdefault(key_of(link), []).append(str(link.place))
    for verdict in _ACT_ON:
        for finding in report.findings.values():
            if finding.standing is verdict:
                yield _act(finding, places[finding.url])
    for facts in _repositories(report):
        if facts.archived:
            since = f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
            yield Act("archived", facts.full_name, since)


def _asleep(report: Report) -> Iterator[Act]:
    """Yield the repositories that nobody has worked on for long, the longest first."""
    stale = [facts for facts in _repositories(report) if report.is_stale(facts) and not facts.archived]
    for facts in sorted(stale, key=lambda facts: str(facts.last_commit)):
        yield Act("stale", facts.full_name, f"last commit {facts.last_commit:%Y-%m-%d}")


def _act(finding: Finding, places: Sequence[str]) -> Act:
    since = f", since {finding.failing_since:%Y-%m-%d}" if finding.failing_since else ""
    return Act(
        finding.standing,
        finding.url,
        f"{finding.standing_reason}{since}",
        _clickable(finding.url),
        finding.suggestion.url if finding.suggestion else "",
        ", ".join(places[:5]),
    )


def _repositories(report: Report) -> list[Repository]:
    found = {f.repository.full_name.lower(): f.repository for f in report.findings.values() if f.repository}
    return list(found.values())


def _charts(report: Report) -> Iterator[Chart]:
    summary = summarise(report)
    yield _chart("Links", [(v, count, str(v)) for v, count in summary.by_verdict.items() if count])
    repositories = _repositories(report)
    if not repositories:
        return
    ages = Counter(_age(report, facts) for facts in repositories if facts.last_commit is not None)
    yield _chart("Last commit", [(label, ages[label], "") for _, label in _AGES if ages[label]])
    stars = Counter(_step(facts.stars, _STARS) for facts in repositories if facts.stars is not None)
    yield _chart("Stars", [(label, stars[label], "") for _, label in _STARS if stars[label]])
    licences = Counter(facts.license or "none" for facts in repositories).most_common(_MOST_BARS)
    yield _chart("Licences", [(name[:16], count, "") for name, count in licences])


def _chart(title: str, bars: Sequence[tuple[str, int, str]]) -> Chart:
    most = max((count for _, count, _ in bars), default=1)
    return Chart(title, [Bar(label, n, max(2, n * _WIDEST_BAR // most), kind) for label, n, kind in bars])


def _choices(rows: Sequence[Row]) -> Iterator[Choice]:
    yield Choice("Section", "section", list(dict.fromkeys(row.section for row in rows if row.section)))
    found = {row.verdict for row in rows}
    yield Choice("Links", "verdict", [verdict for verdict in Verdict if verdict in found])
    yield Choice("Licence", "licence", sorted({row.licence for row in rows if row.licence}))
    yield Choice("Language", "language", sorted({row.language for row in rows if row.language}))
    ages = {row.age for row in rows}
    yield Choice("Last commit", "age", [label for _, label in _AGES if label in ages])


def _row(report: Report, placed: Placed) -> Row:
    entry = placed.entry
    facts = report.repository(entry)
    verdict = _worst(report, entry)
    commit = facts.last_commit if facts else None
    stars = facts.stars if facts else None
    return Row(
        name=entry.name,
        href=_clickable(entry.url),
        section=" / ".join(placed.path),
        verdict=verdict.value if verdict else "",
        rank=_RANKS.index(verdict) if verdict else len(_RANKS),
        flags=[*_flags(report, facts)],
        stars="" if stars is None else f"{stars:,}",
        stars_key="" if stars is None else str(stars),
        licence=(facts.license or "") if facts else "",
        commit=f"{commit:%Y-%m-%d}" if commit else "",
        language=(facts.language or "") if facts else "",
        age=_age(report, facts) if facts and commit else "",
        evidence=[_evidence(link.role, report.finding(link)) for link in entry.links],
    )


_RANKS = (
    Verdict.DEAD,
    Verdict.FAILING,
    Verdict.MOVED,
    Verdict.UNCHECKED,
    Verdict.GUARDED,
    Verdict.SKIPPED,
    Verdict.ALIVE,
)


def _worst(report: Report, entry: Entry) -> Verdict | None:
    verdicts = [report.finding(link).standing for link in entry.links]
    return min(verdicts, key=_RANKS.index, default=None)


def _flags(report: Report, facts: Repository | None) -> Iterator[str]:
    if facts is None:
        return
    if facts.archived:
        yield "archived"
    elif report.is_stale(facts):
        yield "stale"
    if facts.renamed_from:
        yield f"renamed to {facts.full_name}"
    if facts.taken_over_by is not None:
        yield "name taken over"


def _evidence(role: str, finding: Finding) -> str:
    status = f" ({finding.http_status})" if finding.http_status else ""
    hops = "".join(f" → {hop.status} {hop.url}" for hop in finding.hops[:10])
    checked = f", {finding.checked_at:%Y-%m-%d}" if finding.checked_at else ""
    lasting = f", failing on {finding.failures} days" if finding.failures else ""
    return f"{role}: {finding.verdict}{status}: {finding.reason}{hops}{checked}{lasting}"


def _age(report: Report, facts: Repository) -> str:
    days = (report.run_time - facts.last_commit) // _DAY if facts.last_commit else 0
    return _step(max(0, days), _AGES)


def _step(value: int, steps: Sequence[tuple[int, str]]) -> str:
    return next(label for limit, label in steps if value < limit)


def _clickable(url: str | None) -> str | None:
    """Return an address that may be clicked on: of the web, and nothing that runs."""
    return url if url is not None and is_web(url) else None
