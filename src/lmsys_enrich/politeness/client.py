"""Polite client: requests to websites, spaced, with robots.txt and Retry-After obeyed, with backoff."""

import random
import re
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import (
    CAUSED_BY_METHOD,
    ErrorKind,
    Fetch,
    FetchError,
    Outcome,
    Request,
    Response,
    parse_http_date,
)
from lmsys_enrich.politeness.limiter import HostLimiter, LinkBudget
from lmsys_enrich.politeness.retry import retry
from lmsys_enrich.politeness.robots import CrawlDelays
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.urls import host_of

_TRANSIENT_ERRORS = frozenset(
    {
        ErrorKind.NAME_UNANSWERED,
        ErrorKind.RESET,
        ErrorKind.HUNG_UP,
        ErrorKind.TIMEOUT,
        ErrorKind.UNREACHABLE,
        ErrorKind.LOCAL,
    }
)
_TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE = 1.0  # seconds; each further one is twice as long
# Some servers and proxies send it twice: `60, 60`.
_SECONDS = re.compile(r"([0-9]{1,40})(?: *, *[0-9]{1,40})*")
# A wait of more than a week is a mistake: servers send epoch timestamps, milliseconds and placeholders.
_LONGEST_BELIEVED = 7 * 86_400.0


class PoliteClient:
    """
    A `Fetch` for websites: spaced, counted, robots.txt obeyed, transient failures retried.

    `Retry-After` holds for the whole host; one longer than `patience` breaks the
    host's circuit for the rest of the run. The requests of one link go through its
    own `for_link`, which bounds their time together. An exception of the client below
    is a bug, and becomes the outcome of its request. `record` receives the outcome of
    each request with its host.
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
        return await self._fetch_within(LinkBudget(self._patience), request)

    def for_link(self) -> Fetch:
        """Return a `Fetch` for the requests of one link."""
        return partial(self._fetch_within, LinkBudget(self._patience))

    def expect(self, links: Mapping[str, int]) -> None:
        """Note how many links of each host will be checked: one with many gets a robots.txt request."""
        self._crawl_delays.expect(links)

    def leave(self, host: str) -> None:
        """Release the state that is only needed while a host has links."""
        self._limiter.leave(host)
        self._crawl_delays.leave(host)
        self._stats.leave(host)

    async def close(self) -> None:
        """Cancel the robots.txt requests under way."""
        await self._crawl_delays.close()

    async def _fetch_within(self, budget: LinkBudget, request: Request) -> Outcome:
        if budget.exceeded is not None:
            return budget.exceeded
        host = host_of(request.url)
        if delay := await self._crawl_delays.of(host, request.url):
            self._limiter.space(host, min(delay, self._patience))
        outcome = await self._send_spaced(host, request, budget)
        if isinstance(outcome, Response) and outcome.status not in _TRANSIENT_STATUSES:
            return outcome  # nearly every request, without the cost of a retry object
        first = [outcome]

        async def attempt() -> Outcome:
            return first.pop() if first else await self._send_spaced(host, request, budget)

        outcome = await retry(attempt, partial(self._backoff, host, request, budget), self._clock.sleep)
        return budget.result(outcome)

    async def _once(self, request: Request) -> Outcome:
        return await self._send_spaced(host_of(request.url), request, LinkBudget(self._patience))

    async def _send_spaced(self, host: str, request: Request, budget: LinkBudget) -> Outcome:
        scheme = _scheme(request)
        if (reason := await self._limiter.acquire(host, scheme)) is not None:
            return FetchError(ErrorKind.NOT_SENT, reason)
        outcome = await self._send(host, request, budget)
        # A server may hang only on HEAD: that must not prevent a GET.
        if request.method != "HEAD" or isinstance(outcome, Response) or outcome.kind not in CAUSED_BY_METHOD:
            self._limiter.record(host, scheme, outcome)
        self._record(host, outcome)
        return outcome

    async def _send(self, host: str, request: Request, budget: LinkBudget) -> Outcome:
        began = self._clock.monotonic()
        self._stats.began(host, began)
        try:
            self._stats.sent(request.kind)
            outcome = await self._fetch(request)
        except Exception:  # noqa: BLE001 - `Fetch` promises to raise nothing: an exception is a bug, and costs one link
            return FetchError(ErrorKind.BUG, traceback.format_exc())
        else:
            if isinstance(outcome, FetchError) and outcome.kind is ErrorKind.PRIVATE:
                self._stats.not_sent(request.kind)
            return outcome
        finally:
            ended = self._clock.monotonic()
            self._stats.ended(host, ended)
            budget.spend_request(ended - began)

    def _backoff(
        self, host: str, request: Request, budget: LinkBudget, outcome: Outcome, attempts: int
    ) -> float | None:
        """Return the seconds until the next attempt; None where the outcome is final."""
        if not _is_transient(outcome):
            return None
        wanted = self._requested_wait(host, outcome, budget)
        is_last = attempts > self._retries
        is_tripped = self._limiter.tripped_by(host, _scheme(request)) is not None
        if is_tripped or (is_last and request.method != "HEAD"):
            return None
        # After the last HEAD, too: GET waits as long as the server requested.
        budget.spend_requested_wait(wanted)
        # HEAD is not sent again for what its method may have caused: GET is next, with attempts of its own.
        is_head_done = request.method == "HEAD" and _may_be_caused_by_method(outcome)
        if budget.exceeded or is_last or is_head_done:
            return None
        # Jitter: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        pause = _FIRST_PAUSE * 2.0 ** (attempts - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        budget.waits -= max(0.0, pause - wanted)
        if budget.waits < 0:
            return None
        self._stats.retried()
        return max(pause, wanted)

    def _requested_wait(self, host: str, outcome: Outcome, budget: LinkBudget) -> float:
        """Return the wait in seconds that a server requests, and pause its host so long."""
        wanted = retry_after(outcome, self._clock.run_time) if isinstance(outcome, Response) else None
        if wanted is not None and wanted > self._patience:
            minutes = -(-int(wanted) // 60)
            reason = f"its host asks for a wait of {minutes:,} min, longer than --patience"
            self._limiter.trip(host, reason)
            budget.refuse(reason)
        elif wanted:
            self._limiter.pause(host, wanted)
        return wanted or 0.0


def _scheme(request: Request) -> str:
    return request.url.partition(":")[0]


def _may_be_caused_by_method(outcome: Outcome) -> bool:
    return isinstance(outcome, Response) or outcome.kind in CAUSED_BY_METHOD


def _is_transient(outcome: Outcome) -> bool:
    if isinstance(outcome, Response):
        return outcome.status in _TRANSIENT_STATUSES
    return outcome.kind in _TRANSIENT_ERRORS


def retry_after(reply: Response, now: datetime) -> float | None:
    """
    Return the wait in seconds that a response requests; None without one, or for a nonsensical one.

    A date is measured from the response's own `Date`, since clocks differ:
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    value = reply.headers.get("retry-after", "").strip()
    if number := _SECONDS.fullmatch(value):
        seconds = float(number[1])
    elif (until := parse_http_date(value)) is not None:
        seconds = (until - (parse_http_date(reply.headers.get("date", "")) or now)).total_seconds()
    else:
        return None
    return max(0.0, seconds) if seconds <= _LONGEST_BELIEVED else None
