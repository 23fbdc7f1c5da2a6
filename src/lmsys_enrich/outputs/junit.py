"""`junit.xml`: each link a test case, for CI that shows such reports."""

from collections import Counter
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from lmsys_enrich.model.catalog import Catalog, Link, Placed
from lmsys_enrich.model.enriched import moment
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.protocol import Streamed
from lmsys_enrich.outputs.xml_text import xml_text

_PASSED = frozenset({Verdict.ALIVE, Verdict.MOVED, Verdict.GUARDED})


def junit_xml(report: Report) -> Mapping[str, Streamed]:
    """Return the file. A dead link fails; what could not be found out is skipped, with the reason."""
    return {"junit.xml": Streamed(lambda: _pieces(report))}


def _pieces(report: Report) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for catalog in report.catalogs:
        yield from (f"{line}\n" for line in _suite(report, catalog))
    yield "</testsuites>\n"


def _suite(report: Report, catalog: Catalog) -> Iterator[str]:
    verdicts = Counter(finding.verdict for _, _, finding in _cases(report, catalog))
    skipped = verdicts.total() - sum(verdicts[verdict] for verdict in (*_PASSED, Verdict.DEAD))
    yield (
        f"  <testsuite name={_attribute(str(catalog.source))}"
        f" timestamp={_attribute(moment(report.run_time) or '')}"
        f' tests="{verdicts.total()}" failures="{verdicts[Verdict.DEAD]}" errors="0" skipped="{skipped}">'
    )
    if report.notice:
        yield f'    <properties><property name="notice" value={_attribute(report.notice)}/></properties>'
    for case in _cases(report, catalog):
        yield from _case(*case)
    yield "  </testsuite>"


def _cases(report: Report, catalog: Catalog) -> Iterator[tuple[Placed, Link, Finding]]:
    return (
        (placed, link, report.finding(link)) for placed in catalog.placed() for link in placed.entry.links
    )


def _case(placed: Placed, link: Link, finding: Finding) -> Iterator[str]:
    name = (
        f"{placed.entry.name}: {link.url}"
        if link.role == "url"
        else f"{placed.entry.name} ({link.role}): {link.url}"
    )
    head = (
        f"    <testcase classname={_attribute(' / '.join(placed.path))} name={_attribute(name)}"
        f' file={_attribute(link.place.file)} line="{link.place.line}"'
    )
    told = f"{finding.verdict}: {finding.reason}"
    if finding.verdict is Verdict.DEAD:
        text = f"{link.place}: {link.url} is {told}"
        yield f"{head}><failure message={_attribute(told)}>{xml_text(text)}</failure></testcase>"
    elif finding.verdict in _PASSED:
        yield f"{head}/>"
    else:
        yield f"{head}><skipped message={_attribute(told)}/></testcase>"


def _attribute(text: str) -> str:
    return quoteattr(xml_text(text, escaped=False), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
