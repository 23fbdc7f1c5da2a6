"""Simulated Crossref, DataCite and doi.org."""

import re

from lmsys_enrich.simulation.paper_service import json_response, parameters, path_below
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Sent

_AGENCIES = ("crossref", "datacite", "other")
_QUOTED = re.compile(r'"([^"]+)"')


def respond_as_crossref(library: Library, received: Received) -> Sent:
    """Answer `/works?filter=doi:…,doi:…&rows=N`, and `/works/DOI`."""
    papers = library.by_doi("crossref")
    single = path_below(received, "/works/")
    if single is not None:
        found = papers.get(single.lower())
        if found is None:
            return Sent(404, {"content-type": "text/plain"}, b"Resource not found.")
        return json_response({"status": "ok", "message-type": "work", "message": _work(found)})
    asked = parameters(received)
    names, dois = zip(*(part.partition(":")[::2] for part in asked.get("filter", "").split(",")), strict=True)
    if set(names) == {"updates", "update-type"}:
        notices = [_notice(papers[doi]) for doi in dois if doi in papers and papers[doi].retracted]
        return json_response({"status": "ok", "message-type": "work-list", "message": {"items": notices}})
    if set(names) != {"doi"}:  # as a comma within a DOI makes it
        return json_response({"status": "failed", "message": [{"type": "filter-not-available"}]}, 400)
    items = [_work(papers[doi.lower()]) for doi in dois if doi.lower() in papers]
    message = {"total-results": len(items), "items": items[: int(asked.get("rows", 20))]}
    return json_response({"status": "ok", "message-type": "work-list", "message": message})


def respond_as_datacite(library: Library, received: Received) -> Sent:
    """Answer `/dois?query=doi:("…" OR "…")&page[size]=N`."""
    papers = library.by_doi("datacite")
    asked = parameters(received)
    dois = _QUOTED.findall(asked.get("query", ""))
    data = [_datacite(papers[doi.lower()]) for doi in dois if doi.lower() in papers]
    size = int(asked.get("page[size]", 25))
    return json_response({"data": data[:size], "meta": {"total": len(data)}})


def respond_as_doi_org(library: Library, received: Received) -> Sent:
    """Answer `/api/handles/DOI`; 100 is its word for one that is not registered."""
    doi = path_below(received, "/api/handles/")
    if doi is None:
        return Sent(404, {"content-type": "text/html"}, b"<html><title>DOI not found</title></html>")
    if doi.lower() not in library.by_doi(*_AGENCIES):
        return json_response({"responseCode": 100, "handle": doi}, 404)
    value = {"format": "string", "value": f"https://publisher.example.org/{doi}"}
    values = [{"index": 1, "type": "URL", "data": value, "ttl": 86400}]
    return json_response({"responseCode": 1, "handle": doi, "values": values})


def _work(paper: SimulatedPaper) -> dict[str, object]:
    return {
        "DOI": paper.doi,
        "title": [paper.title],
        "author": [_name(name) for name in paper.authors],
        "issued": {"date-parts": [[paper.venue_year or paper.year, 5]]},
        "container-title": [paper.venue] if paper.venue else [],
        "type": "proceedings-article",
        "publisher": "A publisher",
        "is-referenced-by-count": paper.citations or 0,
    }


def _notice(paper: SimulatedPaper) -> dict[str, object]:
    return {"DOI": f"{paper.doi}-r", "update-to": [{"DOI": paper.doi, "type": "retraction"}]}


def _datacite(paper: SimulatedPaper) -> dict[str, object]:
    attributes = {
        "doi": paper.doi,
        "titles": [{"title": paper.title}],
        "creators": [{"name": name} for name in paper.authors],
        "publicationYear": paper.year,
        "publisher": "A repository",
        "state": "findable",
    }
    return {"id": paper.doi, "type": "dois", "attributes": attributes}


def _name(name: str) -> dict[str, str]:
    given, _, family = name.rpartition(" ")
    return {"given": given, "family": family, "sequence": "additional"}
