"""Simulated Semantic Scholar, OpenAlex and Wayback Machine."""

import json
from hashlib import sha1

from lmsys_enrich.simulation.paper_service import json_response, parameters
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Sent

_ARXIV_DOI = "10.48550/arxiv."
_AGENCIES = ("crossref", "datacite", "other")


def respond_as_semantic_scholar(library: Library, received: Received) -> Sent:
    """Answer `POST /graph/v1/paper/batch`: null for each paper that is not known, 400 if none is."""
    if received.path != "/graph/v1/paper/batch":
        return json_response({"error": "Not found"}, 404)
    try:
        ids = [str(one) for one in json.loads(received.body)["ids"]]
    except (ValueError, KeyError, TypeError):
        return json_response({"error": "Bad Request"}, 400)
    found = [_paper(paper) if (paper := _known(library, one)) else None for one in ids]
    if not any(found):
        return json_response({"error": "No valid paper ids given"}, 400)
    return json_response(found)


def respond_as_openalex(library: Library, received: Received) -> Sent:
    """Answer `/works?filter=doi:A|B`, a key wanted."""
    asked = parameters(received)
    if not asked.get("api_key") and "authorization" not in received.headers:
        return json_response({"error": "API key required"}, 401)
    dois = asked.get("filter", "").removeprefix("doi:").lower().split("|")
    results = [_work(doi, paper) for doi in dois if (paper := _known(library, f"DOI:{doi}"))]
    return json_response(
        {"meta": {"count": len(results)}, "results": results[: int(asked.get("per_page", 25))]}
    )


def respond_as_wayback(library: Library, received: Received) -> Sent:
    """Answer `/cdx/search/cdx`: the copy closest to a day, or the last one."""
    asked = parameters(received)
    url = asked.get("url", "")
    days = sorted(library.snapshots.get(url, ()))
    if not days:
        return json_response([])
    closest = asked.get("closest")
    day = min(days, key=lambda one: abs(int(one) - int(closest.ljust(14, "0")))) if closest else days[-1]
    return json_response([["timestamp", "original"], [day, url]])


def _known(library: Library, identifier: str) -> SimulatedPaper | None:
    """Return the paper of `ARXIV:…` or `DOI:…`, if citation indexes know it."""
    registry, _, name = identifier.partition(":")
    name = name.lower()
    if registry == "ARXIV" or name.startswith(_ARXIV_DOI):
        found = library.by_arxiv_id().get(name.removeprefix(_ARXIV_DOI))
    else:
        found = library.by_doi(*_AGENCIES).get(name)
    return found if found is not None and found.citations is not None else None


def _paper(paper: SimulatedPaper) -> dict[str, object]:
    ids = {"ArXiv": paper.arxiv, "DOI": paper.doi}
    return {
        "paperId": sha1((paper.arxiv or paper.doi or "").encode(), usedforsecurity=False).hexdigest(),
        "externalIds": {name: value for name, value in ids.items() if value},
        "title": paper.title,
        "year": paper.venue_year or paper.year,
        "venue": paper.venue or "arXiv.org",
        "publicationVenue": {"name": paper.venue, "alternate_names": []} if paper.venue else None,
        "authors": [{"authorId": "1", "name": name} for name in paper.authors],
        "citationCount": paper.citations,
    }


def _work(doi: str, paper: SimulatedPaper) -> dict[str, object]:
    return {
        "doi": f"https://doi.org/{doi}",
        "title": paper.title,
        "publication_year": paper.venue_year or paper.year,
        "cited_by_count": paper.citations,
        "is_retracted": paper.retracted,
        "primary_location": {"source": {"display_name": paper.venue} if paper.venue else None},
        "authorships": [{"author": {"display_name": name}} for name in paper.authors],
    }
