"""Request statistics of a run: requests by kind, time by host, quota."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.figures import HostTime, Traffic
from lmsys_enrich.urls import host_of
from lmsys_enrich.values import State, Value


class _HostTime(State):
    """Seconds in which at least one request to a host was under way, and their number."""

    seconds: float = 0.0
    since: float = 0.0
    under_way: int = 0
    requests: int = 0


class Activity(Value):
    """Current activity: hosts with a request under way, the longest first, and GitHub's points left."""

    hosts: Sequence[str]
    points_left: int | None


class RequestStats:
    """
    Counts requests as they are sent, and the time that each host takes.

    `api_host` returns the host under which a request to an API counts, given its address.
    """

    def __init__(self, api_host: Callable[[str], str] = host_of) -> None:
        self.api_host = api_host
        self._hosts: defaultdict[str, _HostTime] = defaultdict(_HostTime)
        self._sent: Counter[RequestKind] = Counter()
        self._apis: Counter[str] = Counter()
        self._retries = 0
        self._points = 0
        self._points_left: int | None = None
        self._busy: dict[str, None] = {}
        self._slowest: str | None = None  # of the hosts that were left

    def sent(self, kind: RequestKind) -> None:
        """Count a request."""
        self._sent[kind] += 1

    def not_sent(self, kind: RequestKind) -> None:
        """Uncount a request that was refused before it was sent."""
        self._sent[kind] -= 1

    def sent_to_api(self, host: str) -> None:
        """Count a request to an API's host."""
        self._apis[host] += 1

    def began(self, host: str, now: float) -> None:
        """Record that a request to `host` started."""
        time = self._hosts[host]
        if not time.under_way:
            time.since = now
            self._busy[host] = None
        time.under_way += 1
        time.requests += 1

    def ended(self, host: str, now: float) -> None:
        """Record that a request to `host` finished."""
        time = self._hosts[host]
        time.under_way -= 1
        if not time.under_way:
            time.seconds += now - time.since
            self._busy.pop(host, None)

    def leave(self, host: str) -> None:
        """Drop a host without requests in progress, unless it took the longest of the dropped ones."""
        time = self._hosts.get(host)
        if time is None or time.under_way or host == self._slowest:
            return
        if self._slowest is None:
            self._slowest = host
            return
        if time.seconds > self._hosts[self._slowest].seconds:
            host, self._slowest = self._slowest, host
        del self._hosts[host]

    def retried(self) -> None:
        """Count a request that was sent because an earlier one failed."""
        self._retries += 1

    def merge(self, *, requests: int, retries: int, longest: HostTime | None) -> None:
        """Add the requests of another process; `longest` is its host with the most seconds."""
        self._sent[RequestKind.WEB] += requests
        self._retries += retries
        if longest is not None:
            self._hosts[longest.host] = _HostTime(seconds=longest.seconds, requests=longest.requests)

    def spent(self, points: int, left: int | None) -> None:
        """Count points of GitHub's hourly quota, and record how many are left, if known."""
        self._points += points
        self._points_left = left if left is not None else self._points_left

    def activity(self) -> Activity:
        """Return the current activity."""
        return Activity(tuple(self._busy), self._points_left)

    def traffic(self, *, cached: int, seconds: float) -> Traffic:
        """Return the figures."""
        return Traffic(
            web=self._sent[RequestKind.WEB],
            graphql=self._sent[RequestKind.GRAPHQL],
            rest=self._sent[RequestKind.REST],
            graphql_points=self._points,
            retries=self._retries,
            cached=cached,
            seconds=seconds,
            longest=self._longest(),
            apis=dict(sorted(self._apis.items())),
        )

    def _longest(self) -> HostTime | None:
        """Return the host with the most seconds: no run can be shorter than that."""
        host = max(self._hosts, key=lambda name: self._hosts[name].seconds, default=None)
        if host is None:
            return None
        return HostTime(host, self._hosts[host].seconds, self._hosts[host].requests)
