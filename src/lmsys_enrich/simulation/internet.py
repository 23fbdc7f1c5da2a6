"""Simulated internet: forges, registries and websites on loopback, found through environment and fetch."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, RequestKind
from lmsys_enrich.simulation.forges import SimulatedForges, addresses
from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.paper_services import paper_services
from lmsys_enrich.simulation.papers import Listed
from lmsys_enrich.simulation.server import Misdeed, Received, Response, Sent, Server, serving
from lmsys_enrich.simulation.world import SCENARIO, SimulatedPage, World, read_world, with_links
from lmsys_enrich.values import Value, replace

_URL_HEADER = "x-simulated-url"
_NOT_FOUND = SimulatedPage(404, body="<title>Not found</title>")


class Internet(Value):
    """
    Running servers of a simulation.

    `environ` leads a program's API requests to the simulated forges and services,
    `through` its other requests to the simulated websites. `papers` are the services for papers, by
    the variable that leads to each.
    """

    world: World
    api: Server
    web: Server
    papers: Mapping[str, Server]
    environ: Mapping[str, str]

    def through(self, fetch: Fetch) -> Fetch:
        """Send requests for websites to loopback; a host outside the world does not exist."""

        async def simulated(request: Request) -> Outcome:
            if request.kind is not RequestKind.WEB:
                return await fetch(request)
            host = urlsplit(request.url).hostname or ""
            if host == "localhost" or host.replace(".", "").isdigit():
                return await fetch(request)  # a private address: the client itself refuses it
            if host not in self.world.sites and host != "github.com":
                return FetchError(ErrorKind.NAME_UNKNOWN, "no such host in the simulation")
            headers = {**request.headers, _URL_HEADER: request.url}
            return await fetch(replace(request, url=f"{self.web.url}/", headers=headers, trusted=True))

        return simulated

    @property
    def log(self) -> Sequence[Received]:
        """Every request that the simulated GitHub received."""
        return self.api.log


class Websites(Value):
    """Every website of a world on one server: the URL really meant comes in a header."""

    world: World

    async def __call__(self, received: Received) -> Response:
        address = received.headers.get(_URL_HEADER)
        parts = urlsplit(address or f"http://{received.headers.get('host', '')}{received.target}")
        page = self._page(parts.hostname or "", parts.path, parts.query)
        if page.misdeed:
            return Misdeed[page.misdeed.upper()]
        status = page.head if page.head is not None and received.method == "HEAD" else page.status
        return Sent(status, {"content-type": "text/html", **page.headers}, page.body.encode())

    def _page(self, host: str, path: str, query: str) -> SimulatedPage:
        pages: Mapping[str, SimulatedPage] = self.world.sites.get(host, {})
        found = pages.get(f"{path}?{query}" if query else path) or pages.get(path) or pages.get("*")
        if found is None and host == "github.com":
            return self._github_page(path)
        return found or _NOT_FOUND

    def _github_page(self, path: str) -> SimulatedPage:
        """Return a repository's page, or the redirect from its former name."""
        name = "/".join(path.strip("/").split("/")[:2])
        repository = self.world.repository(name)
        if repository is None:
            return SimulatedPage() if name in self.world.owners else _NOT_FOUND
        if repository.name.lower() != name.lower():
            return SimulatedPage(301, {"location": f"https://github.com/{repository.name}"})
        return SimulatedPage(body=f"<title>{repository.name}</title>")


@asynccontextmanager
async def simulated_internet(
    scenario: Path = SCENARIO, listed: Mapping[str, Listed] | None = None
) -> AsyncGenerator[Internet, None]:
    """Yield the simulated internet of a scenario, in which the links of lists exist too."""
    world = with_links(read_world(scenario), listed or {})
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving(SimulatedGitHub(world)))
        forges = await stack.enter_async_context(serving(SimulatedForges(world.projects)))
        web = await stack.enter_async_context(serving(Websites(world)))
        papers = await stack.enter_async_context(paper_services(world.library))
        environ = {
            **{variable: server.url for variable, server in papers.items()},
            **addresses(forges.url),
            "GITHUB_API_URL": api.url,
            "GITHUB_GRAPHQL_URL": f"{api.url}/graphql",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_TOKEN": TOKEN,
        }
        yield Internet(world, api, web, papers, environ)
