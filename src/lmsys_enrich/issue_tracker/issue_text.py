"""
What the issue says. It is written anew at each run, so it changes only when what died does.

Nobody is to be disturbed by it: addresses stand in code, since GitHub would tell
other projects of links to their issues, and no name calls anybody.
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import quote

from lmsys_enrich.model.catalog import Location
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.dead_links import Standing, locations_of, to_do
from lmsys_enrich.outputs.text import escaped
from lmsys_enrich.values import Value

_LONGEST = 60_000  # characters; GitHub takes 65,536
_FOOT = "This issue is kept current by `lmsys-enrich issue`, and closed when none of these links is dead."


class Wanted(Value):
    """
    The issue as it should be; `body` is none where no link is dead.

    `marker` is the line by which it is known again. `unknown` counts the links that
    nobody has ever found out about: what is not known to be dead may still be.
    """

    marker: str
    title: str
    body: str | None
    unknown: int


def wanted_issue(report: Report, repository_url: str) -> Wanted:
    """Return what the issue should say by the best knowledge there is."""
    effective_verdict = [(finding, finding.effective_verdict) for finding in report.findings.values()]
    dead = [finding for finding, verdict in effective_verdict if verdict is Verdict.DEAD]
    sources = " ".join(quote(str(catalog.source)) for catalog in report.catalogs)
    marker = f"<!-- lmsys-enrich issue: {sources} -->"
    return Wanted(
        marker=marker,
        title=f"Dead links in {', '.join(catalog.title for catalog in report.catalogs)}",
        body=f"{marker}\n{_body(report, dead, repository_url)}" if dead else None,
        unknown=sum(verdict is Verdict.UNCHECKED for _, verdict in effective_verdict),
    )


def _body(report: Report, dead: list[Finding], repository_url: str) -> str:
    notice = f"> {_undisturbing(report.notice)}\n\n" if report.notice else ""
    count = f"{len(dead):,} link{' is' if len(dead) == 1 else 's are'} dead."
    listed = "\n".join(_within_bounds(report, dead, repository_url))
    return f"{notice}{count}\n\n{listed}\n\n{_FOOT}\n"


def _within_bounds(report: Report, dead: list[Finding], repository_url: str) -> Iterator[str]:
    locations = locations_of(report)
    left = _LONGEST
    for number, finding in enumerate(dead):
        told = "\n".join(_lines(finding, locations[finding.url], repository_url))
        left -= len(told) + 1
        if left < 0:
            yield f"- and {len(dead) - number:,} more, which `dead-links.md` names"
            return
        yield told


def _lines(finding: Finding, locations: list[Standing], repository_url: str) -> Iterator[str]:
    since = f" (since {finding.failing_since:%Y-%m-%d})" if finding.failing_since else ""
    yield f"- {_code(locations[0].url)}: {_undisturbing(finding.effective_reason)}{since}"
    for place in locations:
        path = " → ".join(_undisturbing(title) for title in place.path)
        yield f"  - {_where(place.location, repository_url)}: {_undisturbing(place.entry.name)}, in {path}"
    if finding.suggestion is not None:
        yield f"  - **Write {_code(finding.suggestion.url)} instead**"
    else:
        yield f"  - **{to_do(finding)}**"


def _where(location: Location, repository_url: str) -> str:
    """Return the place, as a link where it lies in the repository."""
    told = _code(f"{location.file}:{location.line}")
    path = PurePosixPath(location.file)
    if path.is_absolute() or ".." in path.parts:
        return told
    return f"[{told}]({repository_url}/blob/HEAD/{quote(str(path))}?plain=1#L{location.line})"


def _code(text: str) -> str:
    return f"`{' '.join(text.replace('`', '%60').split())}`"


def _undisturbing(text: str) -> str:
    """Return text that is shown as it is, calls nobody (@name) and refers to nothing (#1)."""
    return escaped(text).replace("@", "@<!-- -->").replace("#", "#<!-- -->")
