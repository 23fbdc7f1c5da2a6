"""Simulated services for papers, each on a server of its own, as their rate limits are their own."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeAlias

from lmsys_enrich.simulation.arxiv_service import respond_as_arxiv
from lmsys_enrich.simulation.citation_services import (
    respond_as_openalex,
    respond_as_semantic_scholar,
    respond_as_wayback,
)
from lmsys_enrich.simulation.doi_services import respond_as_crossref, respond_as_datacite, respond_as_doi_org
from lmsys_enrich.simulation.openreview_service import respond_as_openreview
from lmsys_enrich.simulation.paper_service import PaperService
from lmsys_enrich.simulation.papers import Library
from lmsys_enrich.simulation.server import Received, Sent, Server, serving

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
