"""Values for tests, in which only the fields under test are given."""

from datetime import UTC, datetime
from pathlib import Path

from lmsys_enrich.model.catalog import Catalog, Entry, Exemption, Link, Location, Section, keys_of
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.finding import Finding, LinkTask, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.settings.settings import Settings
from tests.fakes import NIGHT


def entry(name: str, *urls: str, ignore: Exemption | None = None, line: int = 1) -> Entry:
    """An entry whose first address is its main link, the others its links by number."""
    links = tuple(
        Link(url, "url" if number == 0 else f"link{number}", Location("entries.yaml", line, 10))
        for number, url in enumerate(urls)
    )
    return Entry(
        id=name.lower(), name=name, location=Location("entries.yaml", line, 1), links=links, ignore=ignore
    )


def catalog(*entries: Entry, source: str = "entries.yaml") -> Catalog:
    section = Section("Frameworks", Location(source, 1, 1), entries=entries)
    return Catalog("A list", Path(source), sections=(section,))


def task(url: str, known: Finding | None = None) -> LinkTask:
    return LinkTask(url, known)


def finding(url: str, verdict: Verdict = Verdict.ALIVE, at: datetime = NIGHT, **rest: object) -> Finding:
    return Finding(url=url, verdict=verdict, reason="as the test says", checked_at=at, **rest)  # type: ignore[arg-type]


def repository(name: str = "alpa-projects/alpa", **facts: object) -> Repository:
    given: dict[str, object] = {"id": 1, "fetched_at": NIGHT, "stars": 3000, **facts}
    return Repository(full_name=name, **given)  # type: ignore[arg-type]


def report(*findings: Finding, **rest: object) -> Report:
    """A report on one list that has an entry for each finding."""
    entries = [entry(f"Entry {number}", found.url) for number, found in enumerate(findings)]
    given: dict[str, object] = {
        "run_time": NIGHT,
        "catalogs": (catalog(*entries),),
        "findings": dict(zip(keys_of((catalog(*entries),)), findings, strict=True)),
        "stale_after": Settings().stale_after,
        **rest,
    }
    return Report(**given)  # type: ignore[arg-type]


def day(number: int) -> datetime:
    """The night of that day of November 2026."""
    return datetime(2026, 11, number, 2, 0, tzinfo=UTC)


def rendered(report: Report) -> dict[str, str]:
    """Every output of a report, each as one text."""
    return {name: str(text) for name, text in render_all(report).items()}
