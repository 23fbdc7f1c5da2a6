"""Limits of requests: to a host (spacing, Retry-After, circuit breaker), and in time for one link."""

from collections import defaultdict

from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome
from lmsys_enrich.values import State

# Consecutive failures after which a host gets no more requests in this run.
_FAILURES_TO_TRIP = 3
# A name that does not exist does not count: the resolver has it cached for the run.
_HOST_DOWN = frozenset(
    {
        ErrorKind.NAME_UNANSWERED,
        ErrorKind.REFUSED,
        ErrorKind.UNREACHABLE,
        ErrorKind.LOCAL,
        ErrorKind.TIMEOUT,
    }
)


class _Host(State):
    """State of one host; times in seconds of the clock's `monotonic`."""

    retry_at: float = 0.0
    min_interval: float = 0.0
    tripped_by: str | None = None


class HostLimiter:
    """
    Spaces the requests to each host, and breaks the circuit to hosts that are down.

    Failures count by scheme: many hosts take no connection over http and respond over https.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._failures: dict[tuple[str, str], int] = {}  # in a row; hosts that respond have no entry

    async def acquire(self, name: str, scheme: str) -> str | None:
        """Wait until a request may go to a host; if its circuit is open, return the reason at once."""
        host = self._hosts[name]
        while (reason := self.tripped_by(name, scheme)) is None and (
            wait := host.retry_at - self._clock.monotonic()
        ) > 0:
            await self._clock.sleep(wait)
        if host.min_interval:
            self.pause(name, host.min_interval)
        return reason

    def leave(self, name: str) -> None:
        """Forget a host without remaining links, unless it requested a pause or failed."""
        host = self._hosts.get(name)
        if host is not None and host.tripped_by is None and host.retry_at <= self._clock.monotonic():
            del self._hosts[name]

    def tripped_by(self, name: str, scheme: str) -> str | None:
        """Return the reason for which a host's circuit is open: its other links are not requested."""
        failures = self._failures.get((name, scheme), 0)
        if failures >= _FAILURES_TO_TRIP:
            return f"no more requests to its host after {failures} failures in a row"
        return self._hosts[name].tripped_by

    def trip(self, name: str, reason: str) -> None:
        """Break the circuit to a host for the rest of the run."""
        self._hosts[name].tripped_by = reason

    def pause(self, name: str, seconds: float) -> None:
        """Send nothing to a host for this time."""
        host = self._hosts[name]
        host.retry_at = max(host.retry_at, self._clock.monotonic() + seconds)

    def space(self, name: str, seconds: float) -> None:
        """Keep at least this many seconds between two requests to a host."""
        self._hosts[name].min_interval = seconds

    def record(self, name: str, scheme: str, outcome: Outcome) -> None:
        """Count consecutive failures of a host, which break its circuit at the third."""
        failures = self._failures.get((name, scheme), 0)
        if isinstance(outcome, FetchError) and outcome.kind in _HOST_DOWN:
            self._failures[name, scheme] = failures + 1
        elif 0 < failures < _FAILURES_TO_TRIP:
            del self._failures[name, scheme]


# Seconds that the requests of one link may take in all, its redirects and retries included.
_LONGEST_CHECK = 300.0


class LinkBudget(State):
    """
    Remaining time budget of one link, in seconds, over all of its requests.

    `waits` are pauses that servers request, and those before retries. `requests` is time
    with a request in progress. Time in a host's queue is not counted: that is the time of
    other links. `exceeded` is the outcome of every further request of the link.
    """

    waits: float
    requests: float = _LONGEST_CHECK
    exceeded: FetchError | None = None

    def spend_request(self, seconds: float) -> None:
        """Count the time of a request. A link that takes too long is failing, since it was requested."""
        self.requests -= seconds
        if self.requests < 0:
            self.exceeded = FetchError(
                ErrorKind.TIMEOUT, f"its requests took more than {int(_LONGEST_CHECK) // 60} min"
            )

    def spend_requested_wait(self, seconds: float) -> None:
        """Count a wait that a server requested. A chain of short waits must not add up to hours."""
        self.waits -= seconds
        if self.waits < 0:
            self.refuse("its hosts keep asking for waits, together longer than --patience")

    def refuse(self, reason: str) -> None:
        """Send no further request for this link, which stays unchecked."""
        self.exceeded = FetchError(ErrorKind.NOT_SENT, reason)

    def result(self, outcome: Outcome) -> Outcome:
        """Return an outcome, or the refusal that replaces it."""
        return outcome if self.exceeded is None else self.exceeded
