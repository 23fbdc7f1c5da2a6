"""Polite client: requests to websites, spaced, with robots.txt and Retry-After obeyed, with backoff."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from lmsys_enrich.clock import Clock
from lmsys_enrich.http.dates import parse_http_date
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.retry import retry
from lmsys_enrich.politeness.robots import CrawlDelays
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.urls import host_of

_TRANSIENT_ERRORS = frozenset(
    {ErrorKind.NAME_UNANSWERED, ErrorKind.RESET, ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE}
)
_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_BY_HEAD_ALONE = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.PROTOCOL})
_FIRST_PAUSE = 1.0  # seconds; each further one is twice as long


class PoliteClient:
    """
    A `Fetch` for websites: spaced, counted, robots.txt obeyed, transient failures retried.

    `Retry-After` holds for the whole host; one longer than `patience` breaks the
    host's circuit for the rest of the run. `record` receives the outcome of each
    request with its host.
    """

    def __init__(
        self,
        fetch: Fetch,
        limiter: HostLimiter,
        clock: Clock,
        *,
        retries: int,
        patience: timedelta,
        stats: RequestStats,
        record: Callable[[str, Outcome], None] = lambda _host, _outcome: None,
    ) -> None:
        self._fetch = fetch
        self._limiter = limiter
        self._clock = clock
        self._retries = retries
        self._patience = patience.total_seconds()
        self._stats = stats
        self._record = record
        self._crawl_delays = CrawlDelays(self._once)

    async def __call__(self, request: Request) -> Outcome:
        host = host_of(request.url)
        if delay := await self._crawl_delays.of(host, request.url):
            self._limiter.space(host, min(delay, self._patience))
        outcome = await self._send_spaced(host, request)
        if isinstance(outcome, Response) and outcome.status not in _TRANSIENT_STATUSES:
            return outcome  # nearly every request, without the cost of a retry object
        first = [outcome]

        async def attempt() -> Outcome:
            return first.pop() if first else await self._send_spaced(host, request)

        return await retry(attempt, partial(self._backoff, host, request), self._clock.sleep)

    def expect(self, links: Mapping[str, int]) -> None:
        """Note how many links of each host will be checked: a host with many is asked for its robots.txt."""
        self._crawl_delays.expect(links)

    async def close(self) -> None:
        """Cancel the robots.txt requests under way."""
        await self._crawl_delays.close()

    async def _once(self, request: Request) -> Outcome:
        return await self._send_spaced(host_of(request.url), request)

    async def _send_spaced(self, host: str, request: Request) -> Outcome:
        await self._limiter.acquire(host)
        if (reason := self._limiter.tripped_by(host)) is not None:
            return FetchError(ErrorKind.NOT_SENT, reason)
        outcome = await self._send(host, request)
        # A server may hang on HEAD alone: that must not keep its host from being asked with GET.
        if request.method != "HEAD" or isinstance(outcome, Response) or outcome.kind not in _BY_HEAD_ALONE:
            self._limiter.record(host, outcome)
        self._record(host, outcome)
        return outcome

    async def _send(self, host: str, request: Request) -> Outcome:
        self._stats.began(host, self._clock.monotonic())
        try:
            self._stats.sent(request.kind)
            return await self._fetch(request)
        finally:
            self._stats.ended(host, self._clock.monotonic())

    @staticmethod
    def _is_before_the_method(outcome: Outcome) -> bool:
        return isinstance(outcome, FetchError) and outcome.kind not in _BY_HEAD_ALONE

    def _backoff(self, host: str, request: Request, outcome: Outcome, attempts: int) -> float | None:
        """Return the seconds until the next attempt; None where the outcome is final."""
        asked = None
        if isinstance(outcome, Response):
            if outcome.status not in _TRANSIENT_STATUSES:
                return None
            # RFC 9110 section 10.2.3: the server says when to come back.
            asked = retry_after(outcome, self._clock.run_time)
            if asked is not None and asked > self._patience:
                minutes = -(-int(asked) // 60)
                self._limiter.trip(host, f"its host asks to wait {minutes:,} min, longer than --patience")
                return None
            if asked is not None:
                self._limiter.pause(host, asked)
        elif outcome.kind not in _TRANSIENT_ERRORS:
            return None
        # After HEAD comes GET, with attempts of its own.
        is_head_done = request.method == "HEAD" and not self._is_before_the_method(outcome)
        if is_head_done or attempts > self._retries or self._limiter.tripped_by(host) is not None:
            return None
        self._stats.retried()
        # Jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        pause = _FIRST_PAUSE * 2.0 ** (attempts - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        return max(pause, asked or 0.0)


def retry_after(reply: Response, now: datetime) -> float | None:
    """
    Return the seconds that a reply asks to wait, none where it does not ask.

    A date is measured from the reply's own `Date`, since clocks differ:
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    value = reply.headers.get("retry-after", "").strip()
    if value.isdecimal() and value.isascii():
        return min(float(value), 1e9)
    until = parse_http_date(value)
    if until is None:
        return None
    return max(0.0, (until - (parse_http_date(reply.headers.get("date", "")) or now)).total_seconds())
