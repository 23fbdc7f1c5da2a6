"""Simulated registries of papers: arXiv, Crossref, DataCite, doi.org and OpenReview."""

import json
import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from lmsys_enrich.papers.identifiers import doi_of_arxiv_id, split_version
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Sent, json_response, parameters, path_below
from lmsys_enrich.values import replace

_ATOM = {"content-type": "application/atom+xml; charset=utf-8"}
_DEFAULT_RESULTS = (
    10  # https://info.arxiv.org/help/api/user-manual.html#paging: more only where more is wanted
)


def respond_as_arxiv(library: Library, received: Received) -> Sent:
    """Return the feed for `id_list`; an identifier that is not well-formed spoils all of it."""
    if received.path != "/api/query":
        return Sent(404, {"content-type": "text/html"}, b"<html><title>404</title></html>")
    query = parameters(received)
    ids = [one for one in query.get("id_list", "").split(",") if one]
    papers = library.by_arxiv_id()
    found: list[str] = []
    for one in ids:
        named = split_version(one)
        if named is None:
            return Sent(400, _ATOM, _feed([_error(one)], 1))
        if named[0] in papers:
            found.append(_entry(papers[named[0]]))
    most = int(query.get("max_results", _DEFAULT_RESULTS))
    return Sent(200, _ATOM, _feed(found[:most], len(ids)))


def _feed(entries: list[str], total: int) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>ArXiv Query</title><id>http://arxiv.org/api/simulated</id>\n"
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>\n{''.join(entries)}</feed>\n"
    ).encode()


def _entry(paper: SimulatedPaper) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    comment = "This paper has been withdrawn by its authors" if paper.withdrawn else "12 pages"
    doi = f"<arxiv:doi>{escape(paper.doi)}</arxiv:doi>" if paper.doi else ""
    return (
        '<entry xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<id>http://arxiv.org/abs/{paper.arxiv}v{paper.version}</id>"
        f"<published>{paper.year}-05-01T00:00:00Z</published><updated>{paper.year}-06-01T00:00:00Z</updated>"
        f"<title>{escape(paper.title)}</title><summary>We present a system.</summary>{authors}"
        f"<arxiv:comment>{comment}</arxiv:comment>{doi}</entry>\n"
    )


def _error(identifier: str) -> str:
    message = escape(f"incorrect id format for {identifier}")
    return f"<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>{message}</summary></entry>"


_AGENCIES = ("crossref", "datacite", "other")
_QUOTED = re.compile(r'"([^"]+)"')


def respond_as_crossref(library: Library, received: Received) -> Sent:
    """Answer `/works?filter=doi:…,doi:…&rows=N`, and `/works/DOI`."""
    papers = library.by_doi("crossref")
    single = path_below(received, "/works/")
    if single is not None:
        paper = papers.get(single.lower())
        if paper is None:
            return Sent(404, {"content-type": "text/plain"}, b"Resource not found.")
        return json_response({"status": "ok", "message-type": "work", "message": _work(paper)})
    query = parameters(received)
    names, dois = zip(*(part.partition(":")[::2] for part in query.get("filter", "").split(",")), strict=True)
    if set(names) == {"updates", "update-type"}:
        notices = [_notice(papers[doi]) for doi in dois if doi in papers and papers[doi].retracted]
        return json_response({"status": "ok", "message-type": "work-list", "message": {"items": notices}})
    if set(names) != {"doi"}:  # as a comma within a DOI makes it
        return json_response({"status": "failed", "message": [{"type": "filter-not-available"}]}, 400)
    items = [_work(papers[doi.lower()]) for doi in dois if doi.lower() in papers]
    message = {"total-results": len(items), "items": items[: int(query.get("rows", 20))]}
    return json_response({"status": "ok", "message-type": "work-list", "message": message})


def respond_as_datacite(library: Library, received: Received) -> Sent:
    """Answer `/dois?query=doi:("…" OR "…")&page[size]=N`, and `/dois/DOI`; arXiv registers its papers."""
    at_arxiv = (replace(paper, doi=doi_of_arxiv_id(one)) for one, paper in library.by_arxiv_id().items())
    papers = {**{paper.doi or "": paper for paper in at_arxiv}, **library.by_doi("datacite")}
    single = path_below(received, "/dois/")
    if single is not None:
        record = papers.get(single.lower())
        if record is None:
            missing = {"status": "404", "title": "The resource you are looking for doesn't exist."}
            return json_response({"errors": [missing]}, 404)
        return json_response({"data": _datacite(record)})
    query = parameters(received)
    dois = _QUOTED.findall(query.get("query", ""))
    data = [_datacite(papers[doi.lower()]) for doi in dois if doi.lower() in papers]
    size = int(query.get("page[size]", 25))
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


LOGIN = ("reader@example.org", "simulated")
"""The only valid name and password."""

_TOKEN = "simulated-openreview-token"  # noqa: S105 - no service accepts it


def respond_as_openreview(library: Library, received: Received) -> Sent:
    """Answer `POST /login` and `POST /notes/search`."""
    try:
        content = json.loads(received.body)
    except ValueError:
        return json_response({"name": "Error", "message": "invalid body", "status": 400}, 400)
    if received.path == "/login":
        if (content.get("id"), content.get("password")) != LOGIN:
            return json_response(
                {"name": "Error", "message": "Invalid username or password", "status": 400}, 400
            )
        return json_response({"token": _TOKEN, "user": {"id": content["id"]}})
    if received.headers.get("authorization") != f"Bearer {_TOKEN}":
        error = {"name": "ChallengeRequiredError", "message": "Challenge required", "status": 403}
        return json_response(error, 403)
    forums = {paper.openreview: paper for paper in library.papers if paper.openreview}
    notes = [_note(forums[one]) for one in content.get("ids", ()) if one in forums]
    return json_response({"notes": notes, "count": len(notes)})


def _note(paper: SimulatedPaper) -> dict[str, object]:
    published = datetime(paper.venue_year or paper.year, 5, 1, tzinfo=UTC)
    return {
        "id": paper.openreview,
        "forum": paper.openreview,
        "pdate": int(published.timestamp()) * 1000,
        "content": {
            "title": {"value": paper.title},
            "authors": {"value": list(paper.authors)},
            "venue": {"value": f"{paper.venue} {published.year} poster" if paper.venue else "Submitted"},
            "venueid": {
                "value": f"{paper.venue}/{'Withdrawn_Submission' if paper.withdrawn else 'Conference'}"
            },
        },
    }
