"""
Text of the issue, written from the report at each run, so that it changes with the dead links alone.

It causes no other notification: addresses are in code, since GitHub would reference
links to issues there, and names mention no user.
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from lmsys_enrich.model.catalog import Location
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import Workspace
from lmsys_enrich.outputs.dead_links import to_do
from lmsys_enrich.outputs.text import escaped
from lmsys_enrich.values import Value

_MAX_LENGTH = 60_000  # characters; GitHub takes 65,536
_MARKER = re.compile(r"<!-- lmsys-enrich issue: (\S+(?: \S+)*) -->")
_FOOT = "This issue is kept current by `lmsys-enrich issue`, and closed when none of these links is dead."


class WantedIssue(Value):
    """
    The issue as it should be; `body` is None where no link is dead.

    `marker` is the line that identifies it. `unknown` counts the links without any
    verdict yet, which may be dead too.
    """

    marker: str
    title: str
    body: str | None
    unknown: int


def wanted_issue(report: Report, repository_url: str) -> WantedIssue:
    """Return the issue by the effective verdicts of a report."""
    verdicts = [(finding, finding.effective_verdict) for finding in report.findings.values()]
    dead = [finding for finding, verdict in verdicts if verdict is Verdict.DEAD]
    # The paths in the repository, in one order: neither the working directory nor the order of the
    # lists makes it another issue.
    sources = sorted({quote(report.workspace.path(catalog.source)) for catalog in report.catalogs})
    marker = f"<!-- lmsys-enrich issue: {' '.join(sources)} -->"
    return WantedIssue(
        marker=marker,
        title=f"Dead links in {', '.join(catalog.title for catalog in report.catalogs)}",
        body=f"{marker}\n{_body(report, dead, repository_url)}" if dead else None,
        unknown=sum(verdict is Verdict.UNCHECKED for _, verdict in verdicts),
    )


def lists_of(body: str) -> list[str]:
    """Return the paths of the lists that the marker of an issue names."""
    match = _MARKER.search(body)
    return [unquote(path) for path in match[1].split()] if match else []


def _body(report: Report, dead: list[Finding], repository_url: str) -> str:
    notice = f"> {_without_references(report.notice)}\n\n" if report.notice else ""
    count = f"{len(dead):,} link{' is' if len(dead) == 1 else 's are'} dead."
    listed = "\n".join(_bounded_lines(report, dead, repository_url))
    return f"{notice}{count}\n\n{listed}\n\n{_FOOT}\n"


def _bounded_lines(report: Report, dead: list[Finding], repository_url: str) -> Iterator[str]:
    left = _MAX_LENGTH
    for number, finding in enumerate(dead):
        lines = "\n".join(_lines(finding, report, repository_url))
        left -= len(lines) + 1
        if left < 0:
            yield f"- and {len(dead) - number:,} more, which `dead-links.md` names"
            return
        yield lines


def _lines(finding: Finding, report: Report, repository_url: str) -> Iterator[str]:
    locations = report.locations[finding.url]
    since = f" (since {finding.failing_since:%Y-%m-%d})" if finding.failing_since else ""
    yield f"- {_code(locations[0].url)}: {_without_references(finding.effective_reason)}{since}"
    for here in locations:
        path = " → ".join(_without_references(title) for title in here.path)
        name = _without_references(here.entry.name)
        yield f"  - {_location(here.location, report.workspace, repository_url)}: {name}, in {path}"
    if finding.suggestion is not None:
        yield f"  - **Write {_code(finding.suggestion.url)} instead**"
    else:
        yield f"  - **{to_do(finding)}**"


def _location(location: Location, workspace: Workspace, repository_url: str) -> str:
    """Return a location, as a link where it is in the repository."""
    path = PurePosixPath(workspace.path(location.file))
    shown = _code(f"{path}:{location.line}")
    if path.is_absolute() or ".." in path.parts:
        return shown
    return f"[{shown}]({repository_url}/blob/HEAD/{quote(str(path))}?plain=1#L{location.line})"


def _code(text: str) -> str:
    return f"`{' '.join(text.replace('`', '%60').split())}`"


def _without_references(text: str) -> str:
    """Return text that is shown literally, without mentions (@name) and references (#1)."""
    return escaped(text).replace("@", "@<!-- -->").replace("#", "#<!-- -->")
