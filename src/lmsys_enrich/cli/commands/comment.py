"""`lmsys-enrich comment`: keeps one comment on a pull request about its new links."""

import argparse
import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lmsys_enrich.cli.commands.issue import repository_of
from lmsys_enrich.cli.flags import add_setting_flags, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.issue_tracker.github_issues import GitHubIssues
from lmsys_enrich.issue_tracker.pull_request_comment import comment_text, update_comment
from lmsys_enrich.network import open_network
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.regular_file import read_regular_file
from lmsys_enrich.settings.access import github_access

_MAX_SIZE = 2**23


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
        help="repository of the pull request (default: GITHUB_REPOSITORY)",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the comment; no network")
    add_setting_flags(parser, {"timeout", "quiet"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write, edit or leave the comment."""
    settings = settings_of(arguments, terminal.environ)
    text = comment_text(_read(arguments.report, follow_links=False))
    if arguments.dry_run:
        terminal.result(text or "Nothing to say.")
        return 0
    access = github_access(terminal.environ)
    repository = repository_of(arguments.repository, terminal.environ)
    if access.token is None:
        raise InputError("writing a comment needs a token", hint="Set GITHUB_TOKEN, or use --dry-run.")

    async def update() -> tuple[int, str]:
        clock = SystemClock(terminal.environ)
        async with open_network(settings, terminal.environ, clock, RequestStats()) as network:
            issues = GitHubIssues(network.api, access, repository, "")
            number = arguments.pull_request or await _number(issues, terminal.environ)
            return number, await update_comment(issues, number, text)

    number, done = asyncio.run(update())
    if not settings.quiet:
        terminal.result(f"Comment on pull request #{number}: {done}")
    return 0


async def _number(issues: GitHubIssues, environ: Mapping[str, str]) -> int:
    """
    Return the pull request of the workflow's event.

    An event `workflow_run` names none for a fork: it is the open one whose head is the commit of
    the run. The report does not say, since it may be a stranger's.
    """
    event = _event(environ)
    number = _in(event, "pull_request", "number")
    if isinstance(number, int):
        return number
    owner = _in(event, "workflow_run", "head_repository", "owner", "login")
    branch, commit = _in(event, "workflow_run", "head_branch"), _in(event, "workflow_run", "head_sha")
    if isinstance(owner, str) and isinstance(branch, str) and isinstance(commit, str):
        found = await issues.pull_request_of(owner, branch, commit)
        if found is not None:
            return found
        raise InputError(f"no open pull request has the commit {commit[:12]}", hint="A newer run comments.")
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
        raise InputError(f"{path}: cannot be read: {problem}") from None
