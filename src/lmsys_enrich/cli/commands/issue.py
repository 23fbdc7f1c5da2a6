"""`lmsys-enrich issue` and `comment`: one issue about dead links, one comment on a pull request."""

import argparse
import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.main import Command
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.issue_tracker.github_issues import GitHubIssues
from lmsys_enrich.issue_tracker.issue import Change, IssueUpdate, WantedIssue, update_issue, wanted_issue
from lmsys_enrich.issue_tracker.pull_request_comment import comment_text, update_comment
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.workspace import find_workspace, is_forgejo_job
from lmsys_enrich.network import open_network
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.regular_file import read_regular_file
from lmsys_enrich.settings.access import GitHubAccess, github_access
from lmsys_enrich.settings.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
_LABEL = "dead-links"
_MAX_SIZE = 2**23  # bytes of a report or an event


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, the repository and the label."""
    add_list_argument(parser)
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="repository that has the issue (default: GITHUB_REPOSITORY, else the remote origin)",
    )
    parser.add_argument(
        "--label",
        default=_LABEL,
        help=f"label that marks the issue (default: {_LABEL})",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the text of the issue; no network")
    add_setting_flags(parser, {"out", "cache", "timeout", "quiet"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Open, edit or close the issue according to the findings of the last run."""
    settings = settings_of(arguments, terminal.environ)
    access = github_access(terminal.environ)
    repository = repository_of(arguments.repository, terminal.environ, access)
    catalogs = read_as_set(settings, lists_of(arguments, settings), terminal.warn, terminal.bug)
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    wanted = wanted_issue(report, f"{access.server_url}/{repository}")
    if arguments.dry_run:
        terminal.result(f"{wanted.title}\n\n{wanted.body}" if wanted.body else f"{_none_is_dead(wanted)}.")
        return 0
    if access.token is None:
        raise InputError("writing an issue needs a token", hint="Set GITHUB_TOKEN, or use --dry-run.")

    async def update() -> IssueUpdate:
        async with _open_issues(settings, terminal.environ, repository, arguments.label) as issues:
            return await update_issue(issues, wanted, report.workspace.exists)

    updated = asyncio.run(update())
    if not settings.quiet:
        terminal.result(_summary(updated, wanted))
    return 0


def repository_of(given: str | None, environ: Mapping[str, str], access: GitHubAccess) -> str:
    """Return the repository that the command line, GitHub Actions or the clone names. Raises `InputError`."""
    if not given and is_forgejo_job(environ):
        raise InputError(
            "this job runs on Forgejo or Gitea, and issues and comments are written on GitHub alone",
            hint="Leave this step away: dead-links.md in the output folder says the same.",
        )
    name = given or environ.get("GITHUB_REPOSITORY") or _origin_at(access.server_url, environ)
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} is not a repository" if name else "no repository is given",
            hint="Give it as --repository OWNER/NAME.",
        )
    return name


@asynccontextmanager
async def _open_issues(
    settings: Settings, environ: Mapping[str, str], repository: str, label: str = ""
) -> AsyncIterator[GitHubIssues]:
    async with open_network(settings, environ, SystemClock(environ), RequestStats()) as network:
        yield GitHubIssues(network.api, github_access(environ), repository, label)


def _origin_at(server: str, environ: Mapping[str, str]) -> str:
    """Return the repository on a server of which the current folder is a clone, or an empty text."""
    web = find_workspace(Path.cwd(), environ).web or ""
    return web.removeprefix(f"{server}/") if web.startswith(f"{server}/") else ""


def _none_is_dead(wanted: WantedIssue) -> str:
    return "No link is dead" + (
        f" as far as is known, {wanted.unknown:,} not checked yet" if wanted.unknown else ""
    )


def _summary(updated: IssueUpdate, wanted: WantedIssue) -> str:
    if updated.issue is None:
        return f"{_none_is_dead(wanted)}, and no issue is open."
    outcome = {
        Change.UNCHANGED: "is up to date",
        Change.LEFT_OPEN: f"is left open: {counted(wanted.unknown, 'link')} not checked yet",
    }.get(updated.change, updated.change.value)
    return f"Issue #{updated.issue.number} {outcome}: {updated.issue.url}"


def add_comment_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the report, the pull request and the repository."""
    parser.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        default=Path("build/dead-links.json"),
        help="report of a run with --only-changed (default: build/dead-links.json)",
    )
    parser.add_argument(
        "--pull-request",
        metavar="N",
        type=int,
        help="number of the pull request (default: that of the workflow's event)",
    )
    parser.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help="repository of the pull request (default: GITHUB_REPOSITORY, else the remote origin)",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the comment; no network")
    add_setting_flags(parser, {"timeout", "quiet"})


def execute_comment(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write, edit or leave the comment."""
    settings = settings_of(arguments, terminal.environ)
    text = comment_text(_read(arguments.report, follow_links=False))
    if arguments.dry_run:
        terminal.result(text or "Nothing to report: no comment is needed.")
        return 0
    access = github_access(terminal.environ)
    repository = repository_of(arguments.repository, terminal.environ, access)
    if access.token is None:
        raise InputError("writing a comment needs a token", hint="Set GITHUB_TOKEN, or use --dry-run.")

    async def update() -> str:
        async with _open_issues(settings, terminal.environ, repository) as issues:
            number = arguments.pull_request or await _number(issues, terminal.environ)
            if number is None:  # closed, or pushed to meanwhile: a newer run comments
                return "The commit of the run is not the head of an open pull request: nothing to comment on"
            return f"Comment on pull request #{number}: {await update_comment(issues, number, text)}"

    message = asyncio.run(update())
    if not settings.quiet:
        terminal.result(message)
    return 0


async def _number(issues: GitHubIssues, environ: Mapping[str, str]) -> int | None:
    """
    Return the pull request of the workflow's event.

    An event `workflow_run` names none for a fork: it is the open one whose head is the commit of
    the run, or None. The number is not taken from the report, which may come from a stranger.
    """
    event = _event(environ)
    number = _in(event, "pull_request", "number")
    if isinstance(number, int):
        return number
    owner = _in(event, "workflow_run", "head_repository", "owner", "login")
    branch, commit = _in(event, "workflow_run", "head_branch"), _in(event, "workflow_run", "head_sha")
    if isinstance(owner, str) and isinstance(branch, str) and isinstance(commit, str):
        return await issues.pull_request_of(owner, branch, commit)
    raise InputError("no pull request is given", hint="Give it as --pull-request N.")


def _event(environ: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON of any shape
    if not (path := environ.get("GITHUB_EVENT_PATH")):
        return None
    try:
        return json.loads(_read(Path(path), follow_links=True))
    except (ValueError, RecursionError):
        return None


def _in(content: Any, *keys: str) -> object:  # noqa: ANN401 - JSON of any shape
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _read(path: Path, *, follow_links: bool) -> bytes:
    try:
        return read_regular_file(path, _MAX_SIZE, follow_links=follow_links)
    except (OSError, ValueError) as problem:
        hint = "The report is the artifact of the run for the pull request; see its log if it is missing."
        raise InputError(f"{path}: cannot be read: {reason_of(problem)}", hint=hint) from None


COMMENT = Command(add_comment_arguments, execute_comment)
