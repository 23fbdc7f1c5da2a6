"""
`report.sarif`: findings at their locations in the source, for GitHub's code scanning and other viewers.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import quote

from lmsys_enrich.about import PROJECT_URL, __version__
from lmsys_enrich.model.catalog import Entry, Link
from lmsys_enrich.model.enriched import Json, moment
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.dead_links import instead
from lmsys_enrich.outputs.text import json_text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: dict[Verdict, tuple[str, str, str]] = {
    Verdict.DEAD: ("dead-link", "error", "The link is dead"),
    Verdict.FAILING: ("failing-link", "warning", "The link fails; lasting failure makes it dead"),
    Verdict.MOVED: ("moved-link", "note", "The link has moved for good"),
}


def sarif(report: Report) -> Mapping[str, str]:
    """Return the file; a link has a result for each of its locations."""
    content: Json = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "invocations": [{"executionSuccessful": True, "endTimeUtc": moment(report.run_time)}],
                "columnKind": "unicodeCodePoints",
                "results": list(_results(report)),
                "properties": {"notice": report.notice},
            }
        ],
    }
    return {"report.sarif": json_text(content)}


def _driver() -> Json:
    return {
        "name": "lmsys-enrich",
        "version": __version__,
        "informationUri": PROJECT_URL,
        "rules": [
            {
                "id": name,
                "shortDescription": {"text": text},
                "helpUri": f"{PROJECT_URL}#verdicts",
                "defaultConfiguration": {"level": level},
            }
            for name, level, text in _RULES.values()
        ],
    }


def _results(report: Report) -> Iterator[Json]:
    for item in report.to_act_on:
        for link, finding in zip(item.entry.links, item.findings, strict=True):
            if finding.effective_verdict in _RULES:
                yield _result(item.entry, link, finding, report.workspace.path(link.location.file))
    for outside, finding in report.document_links:
        if finding.effective_verdict in _RULES:
            link = outside.link
            yield _result(outside.entry, link, finding, report.workspace.path(link.location.file))


def _result(entry: Entry, link: Link, finding: Finding, file: str) -> Json:
    rule, level, _ = _RULES[finding.effective_verdict]
    better = f" {instead(finding.proposal, finding.proposal.url)}." if finding.proposal else ""
    fingerprint = sha256(f"{rule} {finding.url} {entry.id}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(finding.effective_verdict),
        "level": level,
        "message": {"text": f"{entry.name}: {finding.url}: {finding.effective_reason}.{better}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(file)},
                    "region": {"startLine": link.location.line, "startColumn": link.location.column},
                }
            }
        ],
        "partialFingerprints": {"link/v1": fingerprint},
    }
