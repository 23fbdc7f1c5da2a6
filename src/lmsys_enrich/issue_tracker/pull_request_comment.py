"""
Comment on a pull request, made from the report of its check.

The report may be a stranger's: a fork's pull request can change the workflow that makes it. It is
parsed by its shape, and nothing of it reaches the comment but as code.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lmsys_enrich.errors import InputError
from lmsys_enrich.issue_tracker.github_issues import Comment, GitHubIssues
from lmsys_enrich.issue_tracker.issue import code
from lmsys_enrich.model.finding import Verdict

MARKER = "<!-- lmsys-enrich: new links of this pull request -->"
_SHOWN = 50
_MAX_LENGTH = 60_000
_MAX_TEXT = 300
_ALL_WELL = "No new link of this pull request is dead, failing or moved."


def comment_text(report: bytes) -> str | None:
    """Return the comment on a `dead-links.json`, None where there is nothing to act on."""
    try:
        content = json.loads(report)
    except (ValueError, RecursionError) as problem:
        raise InputError(f"the report is not a dead-links.json: {problem}") from None
    findings = content.get("findings") if isinstance(content, dict) else None
    if not isinstance(findings, list):
        raise InputError("the report is not a dead-links.json: it has no findings")
    lines = [line for finding in findings if isinstance(finding, dict) and (line := _line(finding))]
    if not lines:
        return None
    more = [f"- and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
    body = "\n".join([MARKER, "**New links to look at**", "", *lines[:_SHOWN], *more])
    return body[:_MAX_LENGTH]


async def update_comment(issues: GitHubIssues, number: int, text: str | None) -> str:
    """
    Write the comment of a pull request, or edit the one that is there; return what was done.

    No comment of a stranger is taken for ours: anybody may write the marker.
    """
    ours = next((one for one in await issues.comments(number) if _is_ours(one)), None)
    if ours is None:
        if text is None:
            return "nothing to say"
        await issues.add_comment(number, text)
        return "written"
    wanted = text if text is not None else f"{MARKER}\n{_ALL_WELL}"
    if ours.body == wanted:
        return "up to date"
    await issues.edit_comment(ours, wanted)
    return "edited"


def _is_ours(comment: Comment) -> bool:
    return not comment.is_of_a_stranger and comment.body.startswith(MARKER)


def _line(finding: Mapping[str, Any]) -> str | None:
    url, verdict = finding.get("url"), finding.get("verdict")
    if not isinstance(url, str) or verdict not in (Verdict.DEAD, Verdict.FAILING, Verdict.MOVED):
        return None
    where = ", ".join(_places(finding.get("places")))
    better = finding.get("suggestion")
    target = better.get("url") if isinstance(better, dict) else None
    return "".join(
        [
            f"- {verdict} {_code(url)}",
            f" at {where}" if where else "",
            f": {_code(finding['reason'])}" if isinstance(finding.get("reason"), str) else "",
            f"; write {_code(target)} instead" if isinstance(target, str) else "",
        ]
    )


def _places(places: object) -> Iterator[str]:
    for place in (places if isinstance(places, list) else [])[:3]:
        if isinstance(place, dict) and isinstance(place.get("file"), str):
            line = place.get("line")
            yield _code(f"{place['file']}:{line}" if isinstance(line, int) else place["file"])


def _code(text: str) -> str:
    return code(text[:_MAX_TEXT])
