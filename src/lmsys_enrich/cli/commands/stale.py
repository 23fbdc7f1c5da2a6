"""`lmsys-enrich stale`: repositories that seem unmaintained, and withdrawn papers, from the cache."""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.terminal import Linked, Table, Terminal, markdown_table, show
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.catalog import Entry, Link
from lmsys_enrich.model.enriched_entry import reasons_to_act
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.settings.settings import Settings, parse_duration
from lmsys_enrich.values import Value, asdict


class StaleLink(Value):
    """Repository or paper to look at, the reason, and its entry; `last_commit` is a date."""

    entry: str
    repository: str
    paper: str
    url: str
    why: str
    last_commit: str | None
    stars: int | None
    location: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, the age, and the form of the table."""
    add_list_argument(parser)
    parser.add_argument(
        "--older-than",
        metavar="TIME",
        help="time without a commit after which a repository is stale (default: --stale-after, 12mo)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    form.add_argument("--md", action="store_true", help="print a Markdown table")
    add_setting_flags(parser, {"out", "cache", "stale_after"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the table, and warn about links that were never checked."""
    settings = _with_age(settings_of(arguments, terminal.environ), arguments.older_than)
    catalogs = read_as_set(settings, lists_of(arguments, settings), terminal.warn, terminal.bug)
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    rows = list(_stale(report))
    if arguments.as_json:
        terminal.result(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
    elif rows:
        if arguments.md:
            terminal.result(markdown_table(_table(rows)))
        else:
            show([_table(rows)], terminal)
    else:
        terminal.info("No known repository is stale, archived, renamed or gone, and no paper is withdrawn.")
    _warn_of_gaps(report, terminal)
    return 0


def _with_age(settings: Settings, older_than: str | None) -> Settings:
    if older_than is None:
        return settings
    try:
        return replace(settings, stale_after=parse_duration(older_than))
    except ValueError as problem:
        raise InputError(f"--older-than: {problem}", hint="Give it as 90d, 12mo or 2y.") from None


def _stale(report: Report) -> Iterator[StaleLink]:
    """Yield the repositories and papers to look at, in the order of the lists, each once."""
    seen: set[str] = set()
    for catalog in report.catalogs:
        for listed in catalog.listed():
            for link in listed.entry.links:
                finding = report.finding(link)
                why = ", ".join((*_reasons(report, finding), *_paper_reasons(listed.entry, finding)))
                if why and finding.url not in seen:
                    seen.add(finding.url)
                    yield _row(listed.entry, link, finding, why)


def _reasons(report: Report, finding: Finding) -> Iterator[str]:
    facts = finding.repository
    if facts is None:
        return
    if finding.effective_verdict is Verdict.DEAD:
        yield "gone"
    if facts.taken_over_by is not None:
        yield "name taken over by another repository"
    if facts.renamed_from is not None:
        yield f"renamed to {facts.full_name}"
    if facts.archived:
        yield f"archived {facts.archived_at:%Y-%m-%d}" if facts.archived_at else "archived"
    if report.is_stale(facts):
        yield "no recent commit"


def _paper_reasons(entry: Entry, finding: Finding) -> Iterator[str]:
    if finding.paper is not None:
        yield from reasons_to_act(entry, finding.paper)


def _row(entry: Entry, link: Link, finding: Finding, why: str) -> StaleLink:
    facts = finding.repository
    commit = facts.last_commit if facts else None
    return StaleLink(
        entry=entry.name,
        repository=facts.full_name if facts else "",
        paper=finding.paper.key if finding.paper else "",
        url=link.url,
        why=why,
        last_commit=f"{commit:%Y-%m-%d}" if commit else None,
        stars=facts.stars if facts else None,
        location=str(link.location),
    )


def _table(rows: Sequence[StaleLink]) -> Table:
    return Table(
        ("Entry", "Repository", "Last commit", "Stars", "Why", "Where"),
        [
            (
                row.entry,
                Linked(row.repository or row.paper, row.url),
                row.last_commit or ("unknown" if row.repository else ""),
                "" if row.stars is None else f"{row.stars:,}",
                row.why,
                row.location,
            )
            for row in rows
        ],
        numbers=frozenset({"Stars"}),
    )


def _warn_of_gaps(report: Report, terminal: Terminal) -> None:
    never = sum(found.checked_at is None for found in report.findings.values())
    if never:
        terminal.warn(
            f"{never:,} of {counted(len(report.findings), 'link')} not checked yet; see `lmsys-enrich run`"
        )
