"""APIs of a run: one client and clock for all, one rate limiter for each host and token."""

from collections.abc import Callable
from datetime import timedelta

from lmsys_enrich.api.rate_limiter import Pace, RateLimiter
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.settings.access import Access
from lmsys_enrich.urls import server_of


class Apis:
    """
    What checkers and fact sources need for requests to APIs.

    `fetch` sends a request, `patience` is the longest wait for a rate limit. `spent`
    receives the points of GitHub's quota that a response cost, and those left.
    """

    def __init__(
        self,
        fetch: Fetch,
        clock: Clock,
        access: Access,
        patience: timedelta,
        spent: Callable[[int, int | None], None] = lambda _points, _left: None,
    ) -> None:
        self.fetch = fetch
        self.clock = clock
        self.access = access
        self.patience = patience
        self.spent = spent
        self._rate_limiters: dict[tuple[tuple[str, str, int], str | None], RateLimiter] = {}

    def rate_limiter(
        self, url: str, token: str | None, pace: Pace, *, api: str, status_page: str
    ) -> RateLimiter:
        """Return the rate limiter of an API's host and token; its first user sets the pace."""
        key = (server_of(url), token)
        if key not in self._rate_limiters:
            self._rate_limiters[key] = RateLimiter(
                self.clock, self.patience, pace=pace, api=api, status_page=status_page
            )
        return self._rate_limiters[key]
