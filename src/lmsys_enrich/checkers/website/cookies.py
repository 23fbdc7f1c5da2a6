"""The cookies that a site sets on the way, for the sites that let nobody in without them."""

from lmsys_enrich.http.messages import Response
from lmsys_enrich.http.sites import same_site
from lmsys_enrich.urls import host_of

# What RFC 6265 §6.1 asks of a browser for one domain: enough for any site, too few to choke on.
_MOST_COOKIES = 50
_LONGEST_COOKIE = 4096


class Cookies:
    """
    Remembers name and value of each cookie for the length of one visit.

    A cookie goes back to the site that set it and to no other. Path, age and
    the other attributes play no part: a visit lasts seconds.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}

    def note(self, url: str, reply: Response) -> None:
        """Remember the cookies that the reply of this address sets."""
        host = host_of(url)
        for line in reply.headers.get("set-cookie", "").split("\n"):
            name, equals, value = (part.strip() for part in line.partition(";")[0].partition("="))
            sendable = f"{name}{value}".isascii() and f"{name}{value}".isprintable()
            if name and equals and sendable and len(line) <= _LONGEST_COOKIE:
                self._keep(host, name, value)

    def header(self, url: str) -> str:
        """Return what to send to this address as `Cookie`; empty where there is nothing to send."""
        host = host_of(url)
        return "; ".join(
            f"{name}={value}" for (setter, name), value in self._values.items() if same_site(setter, host)
        )

    def _keep(self, host: str, name: str, value: str) -> None:
        if (host, name) in self._values or len(self._values) < _MOST_COOKIES:
            self._values[host, name] = value
