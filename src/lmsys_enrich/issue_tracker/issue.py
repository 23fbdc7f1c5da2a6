"""
The one issue about dead links: its text, written from the report, and its update.

The text changes with the dead links alone. It notifies only those who follow the issue:
GitHub makes links and mentions of many forms of text, but of none in code.
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import quote, unquote

from lmsys_enrich.issue_tracker.github_issues import Issue
from lmsys_enrich.model.catalog import Location
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import Workspace
from lmsys_enrich.outputs.dead_links import instead, to_do
from lmsys_enrich.outputs.text import escaped
from lmsys_enrich.values import Value

# GitHub takes 65,536 characters and a title of 256.
_MAX_LENGTH = 60_000
_MAX_TITLE = 250
_MAX_IN_COMMENT = 20
_MAX_LOCATIONS = 20
_MAX_ADDRESS = 1000
_MAX_KEYS = 3000
_MARKER = re.compile(r"<!-- lmsys-enrich issue: ([^<>\n]+) -->")
_KEYS = re.compile(r"<!-- dead: ([0-9a-f ]*) -->")
_AS_OF = re.compile(r", as of \d{4}-\d{2}-\d{2}\.")
_FOOT = (
    "This issue is kept current by `lmsys-enrich issue`, and closed when none of these links is dead."
    " Notes belong into comments: the text above is written anew."
)
# A word in which GitHub may see a mention, a reference, a commit, an address or an e-mail address.
_REFERENCE = re.compile(
    r"[@#]|://|(?<!\w)www\.|(?<!\w)(?:GH-\d|mailto:|xmpp:)|(?<![^\W_])[0-9a-f]{7,64}(?![^\W_])", re.IGNORECASE
)


class WantedIssue(Value):
    """
    The issue as it should be; `body` is None where no link is dead.

    `marker` is the line that identifies it. `dead` has a short key and the lines of
    each dead link. `unknown` counts the links without any verdict yet, which may be
    dead too.
    """

    marker: str
    title: str
    body: str | None
    unknown: int
    dead: Sequence[tuple[str, str]] = ()
    day: date | None = None

    def comment_on(self, body: str) -> str | None:
        """
        Return the comment for those who follow the issue, as an edit notifies none of them.

        None where every dead link is in `body` already, the text of the issue until now.
        """
        known = _KEYS.search(body)
        if known is None or len(self.dead) > _MAX_KEYS:
            return None
        earlier = set(known[1].split())
        new = [lines for key, lines in self.dead if key not in earlier]
        if not new:
            return None
        head = f"{_count(len(new))} since this issue was last edited:"
        more = [f"- and {len(new) - _MAX_IN_COMMENT:,} more"] if len(new) > _MAX_IN_COMMENT else []
        lasting = len(self.dead) - len(new)
        still = [f"\nStill dead as of {self.day}: {lasting:,} more, listed above."] if lasting else []
        listed = "\n".join([*new[:_MAX_IN_COMMENT], *more])
        return "\n".join([head, "", listed[:_MAX_LENGTH], *still])


def is_same(body: str, other: str) -> bool:
    """
    Return whether two texts of the issue say the same.

    The day as of which they do is none of it, nor are line ends, which GitHub's editor
    in the browser changes.
    """
    return _bare(body) == _bare(other)


def _bare(body: str) -> str:
    return _AS_OF.sub(".", body.replace("\r\n", "\n").rstrip())


def _count(dead: int) -> str:
    return f"{dead:,} link{' is' if dead == 1 else 's are'} dead"


def wanted_issue(report: Report, repository_url: str) -> WantedIssue:
    """Return the issue by the effective verdicts of a report."""
    found = report.to_act_on[Verdict.DEAD]
    dead = [(_key(finding), "\n".join(_lines(finding, report, repository_url))) for finding in found]
    # The paths in the repository, in one order: neither the working directory nor the order of the
    # lists makes it another issue.
    sources = sorted(
        {
            quote(report.workspace.path(catalog.source), errors="surrogateescape")
            for catalog in report.catalogs
        }
    )
    marker = f"<!-- lmsys-enrich issue: {' '.join(sources)} -->"
    return WantedIssue(
        marker=marker,
        title=_title([catalog.title for catalog in report.catalogs]),
        body=f"{marker}\n{_body(report, dead)}" if dead else None,
        unknown=report.counts[Verdict.UNCHECKED],
        dead=dead,
        day=report.last_run.date(),
    )


def _key(finding: Finding) -> str:
    return blake2b(finding.url.encode("utf-8", "replace"), digest_size=4).hexdigest()


def _title(titles: Sequence[str]) -> str:
    """Return a title within GitHub's limit, with as many titles of lists as fit."""
    names = [" ".join(title.split())[: _MAX_TITLE // 2] for title in titles]
    for count in range(len(names), 0, -1):
        more = len(names) - count
        others = f" and {counted(more, 'more list')}" if more else ""
        title = f"Dead links in {', '.join(names[:count])}{others}"
        if len(title) <= _MAX_TITLE:
            return title
    return f"Dead links in {len(names)} lists"


def lists_of(body: str) -> list[str]:
    """Return the paths of the lists that the marker of an issue names."""
    match = _MARKER.search(body)
    return [unquote(path) for path in match[1].split()] if match else []


def _body(report: Report, dead: Sequence[tuple[str, str]]) -> str:
    notice = f"> {_without_references(report.notice)}\n\n" if report.notice else ""
    keys = f"<!-- dead: {' '.join(key for key, _ in dead[:_MAX_KEYS])} -->"
    day = f", as of {report.last_run:%Y-%m-%d}"
    listed = "\n".join(_bounded([lines for _, lines in dead], _MAX_LENGTH - len(keys)))
    return f"{keys}\n{notice}{_count(len(dead))}{day}. The newest come first.\n\n{listed}\n\n{_FOOT}\n"


def _bounded(dead: Sequence[str], left: int) -> Iterator[str]:
    for number, lines in enumerate(dead):
        # GitHub counts characters; its database may count an emoji as two.
        left -= len(lines.encode("utf-16-le", "replace")) // 2 + 1
        if left < 0:
            yield f"- and {len(dead) - number:,} more, which `dead-links.md` names"
            return
        yield lines


def _lines(finding: Finding, report: Report, repository_url: str) -> Iterator[str]:
    locations = report.locations[finding.url]
    since = f" (since {finding.failing_since:%Y-%m-%d})" if finding.failing_since else ""
    yield f"- {code(locations[0].link.url)}: {_without_references(finding.effective_reason)}{since}"
    for here in locations[:_MAX_LOCATIONS]:
        path = " → ".join(_without_references(title) for title in here.path)
        name = _without_references(here.name)
        yield f"  - {_location(here.link.location, report.workspace, repository_url)}: {name}, in {path}"
    if len(locations) > _MAX_LOCATIONS:
        yield f"  - and {len(locations) - _MAX_LOCATIONS:,} more places"
    if finding.proposal is not None:
        yield f"  - **{instead(finding.proposal, code(finding.proposal.url))}**"
    else:
        yield f"  - **{to_do(finding)}**"


def _location(location: Location, workspace: Workspace, repository_url: str) -> str:
    """Return a location, as a link where it is in the repository."""
    path = PurePosixPath(workspace.path(location.file))
    shown = code(f"{path}:{location.line}")
    if path.is_absolute() or ".." in path.parts:
        return shown
    in_address = quote(str(path), errors="surrogateescape")
    return f"[{shown}]({repository_url}/blob/HEAD/{in_address}?plain=1#L{location.line})"


def code(text: str) -> str:
    """Return text as a code span, in which GitHub sees no mention and no reference."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    shown = " ".join(printable.replace("`", "%60").split())
    return f"`{shown if len(shown) <= _MAX_ADDRESS else f'{shown[: _MAX_ADDRESS - 1]}…'}`"


def _without_references(text: str) -> str:
    """Return text that is shown literally, each word that GitHub could link in code."""
    if not _REFERENCE.search(text):
        return escaped(text)
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(map(_word, printable.split()))


def _word(word: str) -> str:
    if not _REFERENCE.search(word):
        return escaped(word)
    # The invisible joiner keeps it from being a mention wherever the text is copied to.
    inner = re.sub(r"([@#])(?=\w)", "\\1\u2060", word.replace("`", "'"))
    return f"`{inner}`"


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
    if not ours.is_locked and (comment := wanted.comment_on(ours.body)) is not None:
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
