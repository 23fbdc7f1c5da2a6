"""Link budget: the bound on the time that one link may cost, waits included."""

from dataclasses import dataclass

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome

# Seconds that the requests of one link may take in all, its redirects and retries included.
_LONGEST_CHECK = 300.0


@dataclass(slots=True)
class LinkBudget:
    """
    Seconds that one link may still cost, over all of its requests.

    `waits` are pauses that servers ask for, and those before retries. `requests` is time
    with a request under way. Time in line for a host is not counted: that is the time of
    other links. `exceeded` is the outcome of every further request of the link.
    """

    waits: float
    requests: float = _LONGEST_CHECK
    exceeded: FetchError | None = None

    def spend_request(self, seconds: float) -> None:
        """Count the time of a request. The link is failing where it took too long: it was requested."""
        self.requests -= seconds
        if self.requests < 0:
            self.exceeded = FetchError(
                ErrorKind.TIMEOUT, f"its requests took more than {int(_LONGEST_CHECK) // 60} min"
            )

    def spend_asked_wait(self, seconds: float) -> None:
        """Count a wait that a server asked for. A chain of short waits must not add up to hours."""
        self.waits -= seconds
        if self.waits < 0:
            self.refuse("its hosts ask to wait again and again, longer than --patience")

    def refuse(self, reason: str) -> None:
        """Send nothing more for this link, which stays unchecked."""
        self.exceeded = FetchError(ErrorKind.NOT_SENT, reason)

    def result(self, outcome: Outcome) -> Outcome:
        """Return an outcome, or the refusal that has taken its place."""
        return outcome if self.exceeded is None else self.exceeded
