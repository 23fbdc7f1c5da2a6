"""Services for papers in the test's own event loop, and the checkers on them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.protocol import Checker, CheckError, Deferred
from lmsys_enrich.model.finding import Finding, Observation
from lmsys_enrich.settings.access import Access
from lmsys_enrich.simulation.paper_services import SERVICES, PaperService
from lmsys_enrich.simulation.papers import Library
from tests.builders import task
from tests.fakes import FakeClock, closed_queue
from tests.services import ServiceFetch

HOSTS = {
    "ARXIV_API_URL": "export.arxiv.org",
    "CROSSREF_API_URL": "api.crossref.org",
    "DATACITE_API_URL": "api.datacite.org",
    "DOI_API_URL": "doi.org",
    "OPENREVIEW_API_URL": "api2.openreview.net",
    "SEMANTIC_SCHOLAR_API_URL": "api.semanticscholar.org",
    "OPENALEX_API_URL": "api.openalex.org",
    "WAYBACK_API_URL": "web.archive.org",
}


class Services:
    """Every service for papers on one library, with the requests that each was sent."""

    def __init__(
        self, library: Library, access: Access | None = None, patience: timedelta = timedelta(minutes=2)
    ) -> None:
        self.of = {HOSTS[name]: PaperService(library, respond) for name, respond in SERVICES.items()}
        self.fetch = ServiceFetch(self.of)
        self.clock = FakeClock()
        self.apis = Apis(self.fetch, self.clock, access or Access(), patience)

    def sent(self, host: str) -> int:
        return len(self.fetch.sent_to(host))


async def check(
    checker: Checker, *urls: str, known: Sequence[Finding] = ()
) -> Mapping[str, Observation | Deferred]:
    """The results of a checker by address; addresses without one are left out."""
    previous = {finding.url: finding for finding in known}
    results: dict[str, Observation | Deferred] = {}
    async for result in checker.check(closed_queue(*(task(url, previous.get(url)) for url in urls))):
        assert not isinstance(result, CheckError), result.traceback
        results[result.url if isinstance(result, Observation) else result.task.url] = result
    return results
