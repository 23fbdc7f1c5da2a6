"""`lmsys-enrich stale`: repositories that nobody seems to look after, from what is known."""

import argparse
import json
from dataclasses import dataclass
from datetime import datetime

from lmsys_enrich.cli.earlier import open_memory
from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, settings_of
from lmsys_enrich.cli.table import Table, markdown_table, text_table
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.catalog import Entry, Link
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.pipeline.recollection import recollect
from lmsys_enrich.settings.durations import parse_duration


@dataclass(frozen=True, slots=True)
class StaleRepository:
    """A repository to look at; `why` has one reason or several."""

    entry: str
    repository: str
    url: str
    why: str
    last_commit: datetime | None
    place: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, the age, and the form of the table."""
    add_list_argument(parser)
    parser.add_argument(
        "--older-than", metavar="TIME", help="how long without a commit is stale (default: --stale-after, 12mo)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    form.add_argument("--md", action="store_true", help="print a Markdown table")
    add_setting_flags(parser, {"out", "cache", "stale_after"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the table; what was never found out is told beside it."""
    settings = settings_of(arguments, terminal.environ)
    catalogs = read_lists(arguments.lists)
    with open_memory(settings, terminal) as memory:
        known = memory.known(catalogs)
    now = SystemClock(terminal.environ).run_time
    report = recollect(catalogs, known, settings, now)
    if arguments.older_than is not None:
        report = _with_age(report, arguments.older_than)
    rows = stale_repositories(report)
    terminal.result(_shown(rows, as_json=arguments.as_json, md=arguments.md))
    unknown = sum(found.checked_at is None for found in report.findings.values())
    if unknown:
        terminal.warn(f"{unknown} of {len(report.findings)} links were never checked; `lmsys-enrich run` does that")
    return 0
