"""`lmsys-enrich issue`: keeps one issue on GitHub that lists the dead links."""

import argparse
import asyncio
import re
from collections.abc import Mapping

from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.issue_tracker.github_issues import GitHubIssues
from lmsys_enrich.issue_tracker.issue_text import WantedIssue, wanted_issue
from lmsys_enrich.issue_tracker.update import Change, IssueUpdate, update_issue
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.network import open_network
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import github_access

_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_LABEL = "dead-links"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, the repository and the label."""
    add_list_argument(parser)
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="repository that has the issue (default: GITHUB_REPOSITORY)",
    )
    parser.add_argument(
        "--label",
        default=_LABEL,
        help=f"label that marks the issue (default: {_LABEL})",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the text of the issue; no network")
    add_setting_flags(parser, {"out", "cache", "timeout", "quiet"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Open, edit or close the issue by the findings of the last run."""
    settings = settings_of(arguments, terminal.environ)
    access = github_access(terminal.environ)
    repository = repository_of(arguments.repository, terminal.environ)
    catalogs = read_as_set(settings, lists_of(arguments, settings), terminal.warn, terminal.bug)
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    wanted = wanted_issue(report, f"{access.server_url}/{repository}")
    if arguments.dry_run:
        terminal.result(f"{wanted.title}\n\n{wanted.body}" if wanted.body else "No link is dead.")
        return 0
    if access.token is None:
        raise InputError("writing an issue needs a token", hint="Set GITHUB_TOKEN, or use --dry-run.")

    async def update() -> IssueUpdate:
        clock = SystemClock(terminal.environ)
        async with open_network(settings, terminal.environ, clock, RequestStats()) as network:
            issues = GitHubIssues(network.api, access, repository, arguments.label)
            return await update_issue(issues, wanted, report.workspace.exists)

    updated = asyncio.run(update())
    if not settings.quiet:
        terminal.result(_summary(updated, wanted))
    return 0


def repository_of(given: str | None, environ: Mapping[str, str]) -> str:
    """Return the repository that the command line or GitHub Actions names. Raises `InputError`."""
    name = given or environ.get("GITHUB_REPOSITORY", "")
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is not a repository" if name else "no repository is given",
            hint="Give it as --repository OWNER/NAME.",
        )
    return name


def _summary(updated: IssueUpdate, wanted: WantedIssue) -> str:
    if updated.issue is None:
        return "No link is dead, and no issue is open."
    outcome = {
        Change.UNCHANGED: "is up to date",
        Change.LEFT_OPEN: f"is left open: {wanted.unknown:,} of the links are not checked yet",
    }.get(updated.change, updated.change.value)
    return f"Issue #{updated.issue.number} {outcome}: {updated.issue.url}"
