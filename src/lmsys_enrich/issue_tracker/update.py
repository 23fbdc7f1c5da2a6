"""One issue, opened when something died, edited while it lasts, closed when all is well."""

from enum import StrEnum
from typing import Protocol

from lmsys_enrich.issue_tracker.github_issues import Issue
from lmsys_enrich.issue_tracker.issue_text import Wanted
from lmsys_enrich.values import Value


class Tracker(Protocol):
    """Where issues are kept."""

    async def open_ones(self) -> list[Issue]: ...

    async def open(self, title: str, body: str) -> Issue: ...

    async def edit(self, issue: Issue, body: str) -> Issue: ...

    async def close(self, issue: Issue) -> Issue: ...


class Done(StrEnum):
    """What became of the issue."""

    OPENED = "opened"
    EDITED = "edited"
    CLOSED = "closed"
    AS_IT_WAS = "as it was"
    LEFT_OPEN = "left open"


class Kept(Value):
    """What was done, and to which issue; none where there is none and need be none."""

    done: Done
    issue: Issue | None


async def keep_current(tracker: Tracker, wanted: Wanted) -> Kept:
    """
    Make the one open issue with the marker say what is wanted; a title that people changed stays.

    Doing it twice is doing it once: nothing is sent where nothing has changed. An
    issue is closed only when every link is known not to be dead.
    """
    ours = next((issue for issue in await tracker.open_ones() if wanted.marker in issue.body), None)
    if wanted.body is None:
        return await _without(tracker, ours, wanted)
    if ours is None:
        return Kept(Done.OPENED, await tracker.open(wanted.title, wanted.body))
    if _lines(ours.body) == _lines(wanted.body):
        return Kept(Done.AS_IT_WAS, ours)
    return Kept(Done.EDITED, await tracker.edit(ours, wanted.body))


async def _without(tracker: Tracker, ours: Issue | None, wanted: Wanted) -> Kept:
    if ours is None:
        return Kept(Done.AS_IT_WAS, None)
    if wanted.unknown:
        return Kept(Done.LEFT_OPEN, ours)
    return Kept(Done.CLOSED, await tracker.close(ours))


def _lines(body: str) -> list[str]:
    """GitHub gives back other line ends than it was sent, once somebody has edited on its pages."""
    return body.replace("\r\n", "\n").rstrip().split("\n")
