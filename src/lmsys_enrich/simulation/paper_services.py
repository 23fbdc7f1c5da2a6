"""Simulated citation indexes and archive, and all services for papers, each on a server of its own."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha1
from typing import TypeAlias

from lmsys_enrich.simulation.paper_registries import (
    respond_as_arxiv,
    respond_as_crossref,
    respond_as_datacite,
    respond_as_doi_org,
    respond_as_openreview,
)
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import (
    Received,
    Sent,
    Server,
    SimulatedService,
    json_response,
    parameters,
    serving,
)


@dataclass(slots=True)
class PaperService(SimulatedService):
    """A service that responds from a library."""

    library: Library
    respond: Callable[[Library, Received], Sent]

    def correct_response(self, received: Received) -> Sent:
        return self.respond(self.library, received)


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
    papers = [_paper(paper) if (paper := _known(library, one)) else None for one in ids]
    if not any(papers):
        return json_response({"error": "No valid paper ids given"}, 400)
    return json_response(papers)


def respond_as_openalex(library: Library, received: Received) -> Sent:
    """Answer `/works?filter=doi:A|B`, a key wanted."""
    query = parameters(received)
    if not query.get("api_key") and "authorization" not in received.headers:
        return json_response({"error": "API key required"}, 401)
    dois = query.get("filter", "").removeprefix("doi:").lower().split("|")
    results = [_work(doi, paper) for doi in dois if (paper := _known(library, f"DOI:{doi}"))]
    return json_response(
        {"meta": {"count": len(results)}, "results": results[: int(query.get("per-page", 25))]}
    )


def respond_as_wayback(library: Library, received: Received) -> Sent:
    """Answer `/cdx/search/cdx`: the copy closest to a day, or the last one."""
    query = parameters(received)
    url = query.get("url", "")
    days = sorted(library.snapshots.get(url, ()))
    if not days:
        return json_response([])
    closest = query.get("closest")
    day = min(days, key=lambda one: abs(int(one) - int(closest.ljust(14, "0")))) if closest else days[-1]
    return json_response([["timestamp", "original"], [day, url]])


def _known(library: Library, identifier: str) -> SimulatedPaper | None:
    """Return the paper of `ARXIV:…`, `DOI:…` or an id of Semantic Scholar, if citation indexes know it."""
    registry, _, name = identifier.partition(":")
    if not name:
        return next((paper for paper in library.papers if _paper_id(paper) == identifier), None)
    name = name.lower()
    if registry == "ARXIV" or name.startswith(_ARXIV_DOI):
        found = library.by_arxiv_id().get(name.removeprefix(_ARXIV_DOI))
    else:
        found = library.by_doi(*_AGENCIES).get(name)
    return found if found is not None and found.citations is not None else None


def _paper_id(paper: SimulatedPaper) -> str:
    return sha1((paper.arxiv or paper.doi or "").encode(), usedforsecurity=False).hexdigest()


def _paper(paper: SimulatedPaper) -> dict[str, object]:
    ids = {"ArXiv": paper.arxiv, "DOI": paper.doi}
    return {
        "paperId": _paper_id(paper),
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


_Respond: TypeAlias = Callable[[Library, Received], Sent]

SERVICES: Mapping[str, _Respond] = {
    "ARXIV_API_URL": respond_as_arxiv,
    "CROSSREF_API_URL": respond_as_crossref,
    "DATACITE_API_URL": respond_as_datacite,
    "DOI_API_URL": respond_as_doi_org,
    "OPENREVIEW_API_URL": respond_as_openreview,
    "SEMANTIC_SCHOLAR_API_URL": respond_as_semantic_scholar,
    "OPENALEX_API_URL": respond_as_openalex,
    "WAYBACK_API_URL": respond_as_wayback,
}
"""Services by the variable that leads to each."""


@asynccontextmanager
async def paper_services(library: Library) -> AsyncGenerator[Mapping[str, Server], None]:
    """Yield the running servers, by variable."""
    async with AsyncExitStack() as stack:
        yield {
            variable: await stack.enter_async_context(serving(PaperService(library, respond)))
            for variable, respond in SERVICES.items()
        }
