"""
Reports for CI: `junit.xml` has a test case for each link, `report.sarif` the links to act on.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import quote

from lmsys_enrich.about import PROJECT_URL, __version__
from lmsys_enrich.model.catalog import ListedLink
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.json_fields import Json, moment
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.workspace import Workspace
from lmsys_enrich.outputs.dead_links import instead
from lmsys_enrich.outputs.text import Streamed, encoded, json_text, xml_attribute, xml_text

_PASSED = frozenset({Verdict.ALIVE, Verdict.MOVED, Verdict.GUARDED})


def junit_xml(report: Report) -> Mapping[str, Streamed]:
    """Return the file. A dead link is a failure; one without a result is skipped, with the reason."""
    return {"junit.xml": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for suite in report.of_each_list():
        yield encoded(_head(suite))
        yield from (
            encoded(_case(listed, finding, report.workspace)) for listed, finding in suite.listed_links()
        )
        yield b"  </testsuite>\n"
    yield b"</testsuites>\n"


def _head(suite: Report) -> str:
    verdicts = Counter(finding.verdict for item in suite.entries for finding in item.findings)
    verdicts.update(finding.verdict for _, finding in suite.document_links)
    skipped = verdicts.total() - sum(verdicts[verdict] for verdict in (*_PASSED, Verdict.DEAD))
    head = (
        f"  <testsuite name={xml_attribute(suite.workspace.path(suite.catalogs[0].source))}"
        f" timestamp={xml_attribute(moment(suite.run_time) or '')}"
        f' tests="{verdicts.total()}" failures="{verdicts[Verdict.DEAD]}" errors="0" skipped="{skipped}"'
        # JUnit readers require a time. Links share requests and waits, and equal findings give equal files:
        # the duration of the run is in enriched.json.
        ' time="0">\n'
    )
    if not suite.notice:
        return head
    return (
        f'{head}    <properties><property name="notice" value={xml_attribute(suite.notice)}/></properties>\n'
    )


def _case(listed: ListedLink, finding: Finding, workspace: Workspace) -> str:
    link = listed.link
    role = "" if link.role == "url" or listed.entry_id is None else f" ({link.role})"
    section, name = " / ".join(listed.path), f"{listed.name}{role}: {link.url}"
    head = (
        f"    <testcase classname={xml_attribute(section)} name={xml_attribute(name)}"
        f' file={xml_attribute(workspace.path(link.location.file))} line="{link.location.line}"'
    )
    verdict = finding.verdict
    if verdict in _PASSED:
        return f"{head}/>\n"
    message = f"{verdict}: {finding.reason}"
    if verdict is Verdict.DEAD:
        text = f"{link.location}: {link.url} is {message}"
        return f"{head}><failure message={xml_attribute(message)}>{xml_text(text)}</failure></testcase>\n"
    return f"{head}><skipped message={xml_attribute(message)}/></testcase>\n"


_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: dict[Verdict, tuple[str, str, str]] = {
    Verdict.DEAD: ("dead-link", "error", "The link is dead"),
    Verdict.FAILING: ("failing-link", "warning", "The link fails; if it keeps failing, it counts as dead"),
    Verdict.MOVED: ("moved-link", "note", "The link has moved permanently"),
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
                "results": [
                    _result(listed, finding, report.workspace) for listed, finding in report.links_to_act_on
                ],
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


def _result(listed: ListedLink, finding: Finding, workspace: Workspace) -> Json:
    rule, level, _ = _RULES[finding.effective_verdict]
    location, entry_id = listed.link.location, listed.entry_id or ""
    better = f" {instead(finding.proposal, finding.proposal.url)}." if finding.proposal else ""
    fingerprint = sha256(f"{rule} {finding.url} {entry_id}".encode("utf-8", "replace")).hexdigest()
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(finding.effective_verdict),
        "level": level,
        "message": {"text": f"{listed.name}: {finding.url}: {finding.effective_reason}.{better}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": quote(workspace.path(location.file), errors="surrogateescape")
                    },
                    "region": {"startLine": location.line, "startColumn": location.column},
                }
            }
        ],
        "partialFingerprints": {"link/v1": fingerprint},
    }
