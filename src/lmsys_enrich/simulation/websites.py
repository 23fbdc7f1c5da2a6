"""All simulated websites on one server: the address really meant travels in a header."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from lmsys_enrich.simulation.server import Misdeed, Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedPage, World
from lmsys_enrich.values import Value

ADDRESS_HEADER = "x-simulated-url"
_NOTHING = SimulatedPage(404, body="<title>Not found</title>")


class Websites(Value):
    """Answers for every host of a world."""

    world: World

    async def __call__(self, received: Received) -> Response:
        address = received.headers.get(ADDRESS_HEADER)
        parts = urlsplit(address or f"http://{received.headers.get('host', '')}{received.target}")
        page = self._page(parts.hostname or "", parts.path, parts.query)
        if page.misdeed:
            return Misdeed[page.misdeed.upper()]
        status = page.head if page.head is not None and received.method == "HEAD" else page.status
        return Sent(status, {"content-type": "text/html", **page.headers}, page.body.encode())

    def _page(self, host: str, path: str, query: str) -> SimulatedPage:
        if host == "github.com":
            return self._github_page(path)
        pages: Mapping[str, SimulatedPage] = self.world.sites.get(host, {})
        return (
            pages.get(f"{path}?{query}" if query else path) or pages.get(path) or pages.get("*") or _NOTHING
        )

    def _github_page(self, path: str) -> SimulatedPage:
        """Show a repository's page, or lead to where it went."""
        name = "/".join(path.strip("/").split("/")[:2])
        found = self.world.repository(name)
        if found is None:
            return SimulatedPage() if name in self.world.owners else _NOTHING
        if found.name.lower() != name.lower():
            return SimulatedPage(301, {"location": f"https://github.com/{found.name}"})
        return SimulatedPage(body=f"<title>{found.name}</title>")
