"""`enriched.json`: all findings and facts, for programs and for the next run."""

from collections.abc import Iterator, Mapping

from lmsys_enrich.model.catalog import DocumentLink
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Model, Paper, Repository
from lmsys_enrich.model.figures import HostTime
from lmsys_enrich.model.finding import Finding, OfFindings, repository_of
from lmsys_enrich.model.json_fields import (
    VERSION,
    Json,
    link_json,
    model_json,
    moment,
    paper_json,
    repository_json,
)
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.text import Streamed, json_chunks


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
        "summary": {
            **report.summary.figures(),
            "links_alive": report.alive.alive,
            "links_judged": report.alive.judged,
        },
        "traffic": {
            "web": report.traffic.web,
            "graphql": report.traffic.graphql,
            "rest": report.traffic.rest,
            "graphql_points": report.traffic.graphql_points,
            "retries": report.traffic.retries,
            "cached": report.traffic.cached,
            "seconds": round(report.traffic.seconds, 3),
            "longest": _longest(report.traffic.longest),
            "apis": {**report.traffic.apis},
        },
    }
    lists = {
        "entries": map(_entry, report.entries),
        "document_links": (_document_link(one, found) for one, found in report.document_links),
        "repositories": map(repository_json, _further_repositories(report)),
        "papers": map(paper_json, _further_papers(report)),
        "models": map(model_json, _further_models(report)),
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
    entry = item.entry
    return {
        "id": entry.id,
        "name": entry.name,
        "section": item.path,
        "url": entry.url,
        "line": entry.location.line,
        "links": list(map(link_json, entry.links, item.findings)),
        "github": repository_json(item.github) if item.github else None,
        "repository": repository_json(item.facts) if item.facts else None,
        "paper": paper_json(item.paper) if item.paper else None,
        "model": model_json(item.model) if item.model else None,
        "differs": [
            {"field": one.field, "list": one.listed, "source": one.source, "from": one.source_host}
            for one in item.differs
        ],
    }


def _further_repositories(report: Report) -> Iterator[Repository]:
    """Yield the facts of repositories without an entry, so that none are lost."""
    if not report.repositories:
        return
    written = {facts.key for item in report.entries for facts in (item.facts, item.github) if facts}
    found = ((url, one.repository) for url, one in report.findings.items() if one.repository)
    # Names that differ only in case are one repository, and links use either name.
    links = {facts.key: url for url, facts in found if facts.key not in written}
    yield from OfFindings(links, report.findings, repository_of).values()


def _further_papers(report: Report) -> Iterator[Paper]:
    written = {item.paper.key for item in report.entries if item.paper} if report.papers else ()
    return (paper for key, paper in report.papers.items() if key not in written)


def _further_models(report: Report) -> Iterator[Model]:
    written = {item.model.key for item in report.entries if item.model} if report.models else ()
    return (model for key, model in report.models.items() if key not in written)
