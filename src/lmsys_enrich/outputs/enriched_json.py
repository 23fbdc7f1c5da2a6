"""`enriched.json`: all findings and facts, for programs and for the next run."""

from collections.abc import Iterable, Iterator, Mapping

from lmsys_enrich.model.catalog import DocumentLink
from lmsys_enrich.model.enriched import VERSION, Json, facts_json, link_json, moment
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import EnrichedEntry, HostTime, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.text import Streamed, json_chunks, json_item


def enriched_json(report: Report) -> Mapping[str, Streamed]:
    """Return the file; `lmsys-enrich schema report` prints its schema."""
    return {"enriched.json": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    catalog = report.catalogs[0]
    head: dict[str, Json] = {
        "schema": VERSION,
        "generated_at": moment(report.run_time),
        "notice": report.notice,
        "title": catalog.title,
        "source": report.workspace.path(catalog.source),
        "source_digest": catalog.digest,
        "summary": {**report.summary.figures()},
        "traffic": {
            "web": report.traffic.web,
            "graphql": report.traffic.graphql,
            "rest": report.traffic.rest,
            "graphql_points": report.traffic.graphql_points,
            "retries": report.traffic.retries,
            "cached": report.traffic.cached,
            "seconds": round(report.traffic.seconds, 3),
            "longest": _longest(report.traffic.longest),
        },
    }
    entries = (json_item(_entry(entry)) for entry in report.entries)
    further = (json_item(facts_json(facts)) for facts in _further(report))
    lists = {
        "entries": entries,
        "document_links": (json_item(_document_link(one, found)) for one, found in report.document_links),
        "repositories": further,
    }
    return json_chunks(head, lists)


def _document_link(outside: DocumentLink, finding: Finding) -> dict[str, object]:
    link = outside.link
    known = link_json(link, finding)
    return {"kind": known.pop("role"), "line": link.location.line, "column": link.location.column, **known}


def _longest(longest: HostTime | None) -> Json:
    if longest is None:
        return None
    return {"host": longest.host, "seconds": round(longest.seconds, 3), "requests": longest.requests}


def _entry(item: EnrichedEntry) -> dict[str, object]:
    entry, facts = item.entry, item.facts
    return {
        "id": entry.id,
        "name": entry.name,
        "section": item.path,
        "url": entry.url,
        "line": entry.location.line,
        "links": list(map(link_json, entry.links, item.findings)),
        "github": None if facts is None else facts_json(facts),
    }


def _further(report: Report) -> Iterable[Repository]:
    """Return the facts of repositories that are no entry's first, so that none are lost."""
    first = {item.facts.full_name for item in report.entries if item.facts is not None}
    further = {
        facts.full_name: facts
        for finding in report.findings.values()
        if (facts := finding.repository) is not None and facts.full_name not in first
    }
    return further.values()
