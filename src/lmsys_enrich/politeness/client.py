"""Requests as a good guest makes them: few at a time, waiting when asked to, trying again with care."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from lmsys_enrich.clock import Clock
from lmsys_enrich.http.dates import parse_http_date
from lmsys_enrich.http.messages import ErrorKind, Fetch, Outcome, Request, RequestKind, Response
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.retry import retried
from lmsys_enrich.politeness.robots import CrawlDelays
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.urls import host_of

_MAY_PASS = frozenset({ErrorKind.NAME_UNANSWERED, ErrorKind.RESET, ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE})
_MAY_PASS_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE = 1.0  # seconds; each further one is twice as long


class PoliteClient:
    """
    A `Fetch` that throttles, counts, and asks websites again after what may pass.

    `Retry-After` is obeyed for the whole host; a wait longer than `patience` is
    not waited for, and the host is left alone for the rest of the run. The
    `Crawl-delay` of a host with many links is kept. An API's
    answers are for its own gate to judge, so they are not asked for again here.
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
    ) -> None:
        self._fetch = fetch
        self._throttle = limiter
        self._clock = clock
        self._retries = retries
        self._patience = patience.total_seconds()
        self._meter = stats
        self._crawl_delays = CrawlDelays(self._once)

    async def __call__(self, request: Request) -> Outcome:
        host = host_of(request.url)
        if request.kind is RequestKind.WEB and (delay := await self._crawl_delays.of(host, request.url)):
            self._throttle.space(host, min(delay, self._patience))
        outcome = await self._send(host, request)
        if isinstance(outcome, Response) and outcome.status not in _MAY_PASS_STATUS:
            return outcome  # as nearly always
        again = partial(self._send, host, request)
        return await retried(outcome, again, partial(self._pause, host, request), self._clock.sleep)

    def expect(self, links: Mapping[str, int]) -> None:
        """Learn how many links of each host will be asked for."""
        self._crawl_delays.expect(links)

    async def close(self) -> None:
        """Leave no question behind."""
        await self._crawl_delays.close()

    async def _once(self, request: Request) -> Outcome:
        return await self._send(host_of(request.url), request)

    async def _send(self, host: str, request: Request) -> Outcome:
        self._meter.began(host, self._clock.monotonic())
        try:
            async with self._throttle.passing(host):
                if request.kind is RequestKind.WEB and (closed := self._throttle.closed(host)) is not None:
                    return closed
                self._meter.sent(request.kind)
                outcome = await self._fetch(request)
        finally:
            self._meter.ended(host, self._clock.monotonic())
        if request.kind is RequestKind.WEB:
            self._throttle.note(host, outcome)
        return outcome

    def _pause(self, host: str, request: Request, outcome: Outcome, tries: int) -> float | None:
        """Return the seconds until the next try; none where the outcome stands."""
        if request.kind is not RequestKind.WEB or self._throttle.closed(host) is not None:
            return None
        if isinstance(outcome, Response):
            if outcome.status not in _MAY_PASS_STATUS:
                return None
            asked = retry_after(outcome, self._clock.run_time)
            if asked is not None and asked > self._patience:
                self._throttle.close(host, outcome)
                return None
            if asked is not None:
                self._throttle.pause(host, asked)
        elif outcome.kind not in _MAY_PASS:
            return None
        else:
            asked = None
        if tries > self._retries:
            return None
        self._meter.retried()
        # Not all at the same moment: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        pause = _FIRST_PAUSE * 2.0 ** (tries - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
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
