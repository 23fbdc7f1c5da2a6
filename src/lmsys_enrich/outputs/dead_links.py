"""`dead-links.md` and `dead-links.json`: links to act on, with their locations."""

from collections.abc import Iterator, Mapping, Sequence

from lmsys_enrich.model.catalog import ListedLink
from lmsys_enrich.model.finding import Finding, Suggestion, SuggestionKind, Verdict
from lmsys_enrich.model.json_fields import VERSION, Json, moment
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.text import address, escaped, json_text, quoted
from lmsys_enrich.urls import is_web

_HEADINGS = {Verdict.DEAD: "Dead", Verdict.FAILING: "Failing", Verdict.MOVED: "Moved"}


def dead_links_md(report: Report) -> Mapping[str, str]:
    """Return the document for people; it contains no time of the run."""
    return {"dead-links.md": "\n\n".join(block for block in _blocks(report) if block) + "\n"}


def dead_links_json(report: Report) -> Mapping[str, str]:
    """Return the file for programs; `lmsys-enrich schema report` prints its schema."""
    locations = report.locations
    content: dict[str, Json] = {
        "schema": VERSION,
        "generated_at": moment(report.run_time),
        "notice": report.notice,
        "findings": [
            _finding(finding, locations[finding.url], new=report.is_new(finding))
            for finding in sorted(_to_act_on(report), key=lambda one: not report.is_new(one))
        ],
    }
    return {"dead-links.json": json_text(content)}


def dead_links_blocks(report: Report) -> str:
    """Return the document without its heading, for a marker block."""
    return "\n\n".join([block for block in _blocks(report) if block][1:])


def _to_act_on(report: Report) -> Iterator[Finding]:
    """Yield by verdict, dead ones first, the newest of each first."""
    for verdict in _HEADINGS:
        yield from report.to_act_on[verdict]


def _finding(finding: Finding, locations: Sequence[ListedLink], *, new: bool) -> Json:
    proposal = finding.proposal
    facts = finding.repository
    return {
        "url": locations[0].link.url,
        "key": finding.url,
        "verdict": finding.effective_verdict.value,
        "reason": finding.effective_reason,
        "since": moment(finding.failing_since),
        "failures": finding.failures,
        "new": new,
        "suggestion": None if proposal is None else _proposal(proposal),
        "taken_over": facts is not None and facts.taken_over_by is not None,
        "places": [
            {
                "file": here.link.location.file,
                "line": here.link.location.line,
                "column": here.link.location.column,
                "entry": here.entry_id,
                "section": list(here.path),
            }
            for here in locations
        ],
    }


def _proposal(proposal: Suggestion) -> Json:
    return {"url": proposal.url, "why": proposal.why, "kind": proposal.kind.value}


def _blocks(report: Report) -> Iterator[str]:
    locations = report.locations
    findings = list(_to_act_on(report))
    yield "# Dead links"
    yield quoted(report.notice) if report.notice else ""
    yield _counts(findings) if findings else nothing_to_do(report)
    for verdict, heading in _HEADINGS.items():
        of_this = [finding for finding in findings if finding.effective_verdict is verdict]
        if of_this:
            yield f"## {heading}"
            yield "\n".join(line for finding in of_this for line in _lines(finding, locations[finding.url]))


def nothing_to_do(report: Report) -> str:
    """Return the sentence for a report without dead, failing and moved links."""
    if not report.alive.judged:
        return "No link has a clear result yet."
    return "Every link that could be checked is alive at its listed address."


def _counts(found: list[Finding]) -> str:
    counts = (
        (verdict, sum(finding.effective_verdict is verdict for finding in found)) for verdict in _HEADINGS
    )
    return ", ".join(f"{count:,} {verdict}" for verdict, count in counts if count) + "."


def _lines(finding: Finding, locations: Sequence[ListedLink]) -> Iterator[str]:
    yield f"- {shown_address(locations[0].link.url)}"
    yield f"  - {escaped(finding.effective_reason)}{_since(finding)}"
    for here in locations:
        path = " → ".join(escaped(title) for title in here.path)
        yield f"  - `{here.link.location}`: {escaped(here.name)}, in {path}"
    yield f"  - **{to_do(finding)}**"


def instead(proposal: Suggestion, shown: str) -> str:
    """Return the advice to use another address, which is given in its displayed form."""
    if proposal.kind is SuggestionKind.ARCHIVED:
        return f"Replace it with the archived copy: {shown}"
    return f"Replace it with {shown}"


def shown_address(url: str) -> str:
    """Return a web address as a link, and any other text as code: `<details>` would be a tag."""
    if is_web(url):
        return f"<{address(url).strip('<>')}>"
    line = " ".join(url.replace("`", "%60").split())
    return f"`{line}`"


def _since(finding: Finding) -> str:
    """Return the start of the failure as a date: a number of days would change every night."""
    if finding.failing_since is None:
        return ""
    return f" (since {finding.failing_since:%Y-%m-%d})"


def to_do(finding: Finding) -> str:
    """Return the advice for a dead, failing or moved link, as Markdown."""
    if finding.proposal is not None:
        return instead(finding.proposal, shown_address(finding.proposal.url))
    facts = finding.repository
    if facts is not None and facts.taken_over_by is not None:
        return "Another repository now has this name: find the one you meant, or remove the link"
    return _advice(finding)


def _advice(finding: Finding) -> str:
    match finding.effective_verdict:
        case Verdict.DEAD if not is_web(finding.url):
            return "Correct the name of the heading or file, or remove the link"
        case Verdict.DEAD:
            return "Find its new address, replace it with an archived copy, or remove it"
        case Verdict.FAILING if not finding.can_become_dead:
            return "Open it in a browser: only a person can tell whether the page still exists"
        case Verdict.FAILING:
            return "Wait: the next runs show whether it recovers or is dead"
        case _:
            return "Open it: if it leads to the page you meant, use the address of that page"
