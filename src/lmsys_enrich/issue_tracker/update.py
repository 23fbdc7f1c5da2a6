"""Update of the one issue: opened with the first dead link, edited, closed without any."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from lmsys_enrich.issue_tracker.github_issues import Issue
from lmsys_enrich.issue_tracker.issue_text import WantedIssue, is_same, lists_of
from lmsys_enrich.values import Value


class Tracker(Protocol):
    """An issue tracker of one repository, limited to issues with the label."""

    async def open_issues(self) -> list[Issue]: ...

    async def open(self, title: str, body: str) -> Issue: ...

    async def edit(self, issue: Issue, body: str) -> Issue: ...

    async def comment(self, issue: Issue, body: str) -> None: ...

    async def close(self, issue: Issue) -> Issue: ...


class Change(StrEnum):
    """The change made to the issue."""

    OPENED = "opened"
    EDITED = "edited"
    CLOSED = "closed"
    UNCHANGED = "as it was"
    LEFT_OPEN = "left open"


class IssueUpdate(Value):
    """The change and its issue, None where there is none and none is needed."""

    change: Change
    issue: Issue | None


async def update_issue(tracker: Tracker, wanted: WantedIssue, exists: Callable[[str], bool]) -> IssueUpdate:
    """
    Open, edit or close the issue with the marker; a title that people changed stays.

    A link that died since gets a comment as well. Idempotent: nothing is sent where
    nothing has changed. The issue is closed only
    when every link is known not to be dead. `exists` says whether a list, as a path in
    the repository, is still there: the issue of one that was renamed is taken over.
    """
    ours = _ours(await tracker.open_issues(), wanted, exists)
    if wanted.body is None:
        return await _close(tracker, ours, wanted)
    if ours is None:
        return IssueUpdate(Change.OPENED, await tracker.open(wanted.title, wanted.body))
    if is_same(ours.body, wanted.body):
        return IssueUpdate(Change.UNCHANGED, ours)
    # The comment comes first: where it fails, the next run sees the same links as new.
    if (comment := wanted.comment_on(ours.body)) is not None:
        await tracker.comment(ours, comment)
    return IssueUpdate(Change.EDITED, await tracker.edit(ours, wanted.body))


def _ours(issues: Sequence[Issue], wanted: WantedIssue, exists: Callable[[str], bool]) -> Issue | None:
    """Return the issue of these lists; else the only one whose lists are all gone: they were renamed."""
    exact = next((issue for issue in issues if wanted.marker in issue.body), None)
    if exact is not None:
        return exact
    named = [(issue, lists_of(issue.body)) for issue in issues]
    orphans = [issue for issue, lists in named if lists and not any(map(exists, lists))]
    return orphans[0] if len(orphans) == 1 else None


async def _close(tracker: Tracker, ours: Issue | None, wanted: WantedIssue) -> IssueUpdate:
    if ours is None:
        return IssueUpdate(Change.UNCHANGED, None)
    if wanted.unknown:
        return IssueUpdate(Change.LEFT_OPEN, ours)
    return IssueUpdate(Change.CLOSED, await tracker.close(ours))
