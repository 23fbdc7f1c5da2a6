"""
Outage detection: distinguishes an outage of our own network from failing links.

A failure that our own network can cause is believed only beside a genuine response.
Until one arrives the result is held back. Where none arrives, canaries (well-known
hosts) are requested; where they fail too, the held links stay unchecked.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import lru_cache
from ipaddress import ip_address

from lmsys_enrich.checkers.protocol import CheckError
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain
from lmsys_enrich.http.hosts import same_site
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Observation
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.scheduler import host_or_text
from lmsys_enrich.urls import InvalidAddress, decode_location, host_of, resolve, server_of
from lmsys_enrich.values import State, value_field

CANARIES = ("https://www.iana.org/", "https://example.com/", "https://www.wikipedia.org/")
"""Hosts of several operators that are hardly ever away all at once."""

# So many hosts that fail in a row are no coincidence: the canaries are requested at once …
_HOSTS_DURING_A_RUN = 10
# … and so many at the end of a run, where no further link can prove the network.
_HOSTS_AT_THE_END = 5

# These depend on the address alone, not on the network.
_NOT_THE_NETWORK = frozenset({ErrorKind.PRIVATE, ErrorKind.ADDRESS, ErrorKind.NOT_SENT, ErrorKind.BUG})
# A proxy or a captive portal responds with these in place of the site.
_PERHAPS_A_PROXY = frozenset({407, 502, 503, 504, 511})
# Statuses of a canary that prove the network; others may be a proxy's.
_GENUINE = frozenset(range(200, 500)) - _PERHAPS_A_PROXY
_NAME = frozenset({ErrorKind.NAME_UNKNOWN, ErrorKind.NAME_EMPTY, ErrorKind.NAME_UNANSWERED})


class Evidence(Enum):
    """Evidence that one link gives about our own network."""

    SOUND = auto()
    SUSPECT = auto()
    NONE = auto()


def evidence(chain: RedirectChain) -> Evidence:
    """Return the evidence that a redirect chain gives about our own network."""
    if _is_this_machine(host_or_text(chain.start)):
        return Evidence.NONE
    if chain.hops:
        return Evidence.SUSPECT if _is_led_away(chain) else Evidence.SOUND
    match chain.end:
        case FetchError(kind):
            return Evidence.NONE if kind in _NOT_THE_NETWORK else Evidence.SUSPECT
        case Response(status):
            return Evidence.SUSPECT if status in _PERHAPS_A_PROXY else Evidence.SOUND
        case _:
            return Evidence.NONE


class Outage(State):
    """
    Holds results back until the network is known to be sound.

    `consider` takes every result and returns those that may be reported. When
    `is_suspected`, the canaries are requested, then `clear` or `obstacle` is called.
    """

    _held: list[Observation | CheckError] = value_field(default_factory=list)
    _hosts: set[str] = value_field(default_factory=set)
    _was_sound: bool = False

    def consider(
        self, result: Observation | CheckError, host: str, seen: Evidence
    ) -> list[Observation | CheckError]:
        """Take the result of a link of a host, and return those that may be reported now."""
        if seen is Evidence.SUSPECT:
            self._held.append(result)
            self._hosts.add(host)
            return []
        if seen is Evidence.SOUND:
            self._was_sound = True
            return [*self.clear(), result] if self._held else [result]
        return [result]

    def is_suspected(self, *, at_the_end: bool) -> bool:
        """Return true where so much failed since the last genuine response that the canaries are needed."""
        if not at_the_end:
            return len(self._hosts) >= _HOSTS_DURING_A_RUN
        return bool(self._held) and (not self._was_sound or len(self._hosts) >= _HOSTS_AT_THE_END)

    def clear(self) -> list[Observation | CheckError]:
        """Return all held results: the network is sound."""
        held, self._held, self._hosts = self._held, [], set()
        return held

    def obstacle(self, canaries: Sequence[str], outcomes: Iterable[Outcome]) -> Obstacle:
        """Return the obstacle: the network is down, with its probable cause."""
        cause, hint = _diagnosis(list(outcomes))
        names = ", ".join(host_or_text(url) for url in canaries)
        beside = f" and from {names}" if names else ""
        return Obstacle(
            f"{cause}: no genuine response from {counted(len(self._hosts), 'host')} in a row{beside}",
            f"{hint} Then run again: known facts are kept, and no link was called dead.",
        )


def is_alive(canary: str, outcome: Outcome) -> bool:
    """Return true where the canary itself responded, and no proxy in its place."""
    if not isinstance(outcome, Response) or outcome.status not in _GENUINE:
        return False
    return _is_own_site(canary, outcome.headers.get("location", ""))


def _diagnosis(outcomes: list[Outcome]) -> tuple[str, str]:
    kinds = {outcome.kind for outcome in outcomes if isinstance(outcome, FetchError)}
    if ErrorKind.PROXY in kinds:
        return "The proxy refuses every request", "Check HTTPS_PROXY and NO_PROXY."
    if ErrorKind.TLS in kinds or any(isinstance(outcome, Response) for outcome in outcomes):
        return (
            "The same server answers for every website",
            "Log in to the network (a captive portal?), or check the proxy and SSL_CERT_FILE.",
        )
    if kinds and kinds <= _NAME:
        return "No host name can be looked up", "Check the name server (DNS) of this machine."
    return "The network cannot be reached", "Check the connection of this machine."


def _is_led_away(chain: RedirectChain) -> bool:
    """
    Return true where an unencrypted response redirects to another site at once, as captive portals do.

    Over https only the site itself can do that.
    """
    first = chain.hops[0].url
    target = chain.hops[1].url if len(chain.hops) > 1 else chain.final
    return first.startswith("http:") and not _is_own_site(first, target)


def _is_own_site(url: str, reference: str) -> bool:
    try:
        return same_site(host_of(url), host_of(resolve(url, decode_location(reference))))
    except InvalidAddress:
        return False


@lru_cache(maxsize=1024)
def _is_this_machine(host: str) -> bool:
    """Return true for a host (with its port) on this machine, which needs no network."""
    try:
        _, name, _ = server_of(f"http://{host}/")
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False
