"""The simulated internet as a whole: started, found by the program, and told apart from the real one."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from lmsys_enrich.errors import InputError
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, RequestKind
from lmsys_enrich.simulation.peopled import with_links
from lmsys_enrich.simulation.server import Received, Server, serving
from lmsys_enrich.simulation.websites import ADDRESS_HEADER, Websites
from lmsys_enrich.simulation.world import World, read_world
from lmsys_enrich.values import Value, replace

NOTICE = "The facts on this page are simulated: they come from a GitHub and from websites that are made up."

_HERE = Path(__file__).parent
SCENARIO = _HERE / "scenario.toml"
LISTS = (_HERE / "fates.yaml",)
"""Lists about the scenario's websites and repositories: one link of every fate."""


class Internet(Value):
    """
    The running servers.

    `environ` is what a program must find in its environment to ask the simulated
    GitHub; `through` leads its other requests to the simulated websites.
    """

    world: World
    api: Server
    web: Server
    environ: Mapping[str, str]

    def through(self, fetch: Fetch) -> Fetch:
        """Lead requests for websites to loopback; a host that the world does not have does not exist."""

        async def simulated(request: Request) -> Outcome:
            if request.kind is not RequestKind.WEB:
                return await fetch(request)
            host = urlsplit(request.url).hostname or ""
            if host == "localhost" or host.replace(".", "").isdigit():
                return await fetch(request)  # not contacted: the program itself sees to that
            if host not in self.world.sites and host != "github.com":
                return FetchError(ErrorKind.NAME_UNKNOWN, "no such host in the simulation")
            headers = {**request.headers, ADDRESS_HEADER: request.url}
            return await fetch(replace(request, url=f"{self.web.url}/", headers=headers, trusted=True))

        return simulated

    @property
    def log(self) -> Sequence[Received]:
        """Every request that the simulated GitHub received."""
        return self.api.log


@asynccontextmanager
async def simulated_internet(
    scenario: Path = SCENARIO, links: Iterable[str] = ()
) -> AsyncGenerator[Internet, None]:
    """
    Yield the simulated internet of a scenario, in which the `links` exist too.

    Raises `InputError` where graphql-core is not installed.
    """
    if find_spec("graphql") is None:
        raise InputError(
            "the simulation needs graphql-core, which is not installed",
            hint="pip install 'lmsys-enrich[demo]'",
        )
    from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub  # noqa: PLC0415 - needs graphql-core

    world = with_links(read_world(scenario), links)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(serving(SimulatedGitHub(world)))
        web = await stack.enter_async_context(serving(Websites(world)))
        environ = {
            "GITHUB_API_URL": api.url,
            "GITHUB_GRAPHQL_URL": f"{api.url}/graphql",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_TOKEN": TOKEN,
        }
        yield Internet(world, api, web, environ)
