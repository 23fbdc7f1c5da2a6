"""APIs of a run, and one endpoint among them: rate limit, request, classify, retry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from lmsys_enrich.api.rate_limiter import Pace, RateLimiter
from lmsys_enrich.api.results import (
    REDIRECTS,
    Classified,
    Final,
    Ok,
    QueryTooLarge,
    RateLimited,
    Refused,
    TokenRejected,
    TransientError,
    Unavailable,
)
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import Fetch, Outcome, Request, RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.politeness.retry import retry
from lmsys_enrich.settings.access import Access
from lmsys_enrich.urls import InvalidAddress, decode_location, has_userinfo, resolve, server_of
from lmsys_enrich.values import Value, replace

BODY_LIMIT = 8 * 2**20
"""Most bytes of a response that are read: a hundred repositories are 160 KB."""

_ATTEMPTS = 3
_MAX_REQUESTS = 3  # for one path, redirects included

Classify: TypeAlias = Callable[[Outcome], Classified]


class Apis:
    """
    Context for requests to APIs, shared by checkers and fact sources.

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


class ApiErrors(Value):
    """Messages for the obstacles that end a forge's requests; `{}` is replaced by the API's message."""

    token_rejected: Obstacle
    refused: Obstacle


@dataclass(slots=True)
class ApiEndpoint:
    """
    An API of one host, for one token or, where `token` is None, for anonymous requests.

    `on_ok` receives each successful response, to read quota figures from it.
    """

    fetch: Fetch
    clock: Clock
    rate_limiter: RateLimiter
    errors: ApiErrors
    token: str | None = field(repr=False)
    on_ok: Callable[[RequestKind, Ok], None]

    async def request(self, request: Request, classify: Classify) -> Final:
        """Send a request when the rate limiter lets it, and again where that may help."""

        async def attempt() -> Classified | Unavailable:
            async with self.rate_limiter.acquire(request.kind) as is_open:
                if not is_open:
                    return Unavailable()
                started = self.clock.monotonic()
                result = classify(await self.fetch(request))
                self._record(request.kind, result)
                if isinstance(result, Ok):
                    return replace(result, seconds=self.clock.monotonic() - started)
                return result

        match await retry(attempt, _backoff, self.clock.sleep):
            case Ok() | QueryTooLarge() | TransientError() | Unavailable() as final:
                return final
            case _:  # the rate limiter is closed, with the reason in its obstacle
                return Unavailable()

    async def follow(self, request: Request, classify: Classify) -> Final:
        """Send a GET request, and again to where redirects lead on the same host: the token stays there."""
        for _ in range(_MAX_REQUESTS):
            result = await self.request(request, classify)
            if not isinstance(result, Ok) or result.status not in REDIRECTS:
                return result
            target = same_host_target(request.url, result.headers.get("location", ""))
            if target is None:
                return TransientError("the API redirects to another host")
            request = replace(request, url=target)
        return TransientError("the API redirects in a loop")

    def without_token(self, message: str) -> str:
        """Return a message of the API without the token, should the API have repeated it."""
        return message.replace(self.token, "…") if self.token else message

    def _record(self, kind: RequestKind, result: Classified) -> None:
        """Adjust the rate limiter to a result."""
        match result:
            case Ok(status) if status in REDIRECTS:
                pass  # its target decides
            case Ok():
                self.rate_limiter.succeeded()
                self.on_ok(kind, result)
            case RateLimited():
                self.rate_limiter.limited(kind, result)
            case TokenRejected(message):
                # No API of the host accepts the token.
                for every in RequestKind:
                    self.rate_limiter.close(every, self._obstacle(self.errors.token_rejected, message))
            case Refused(message):
                # The other API may still respond.
                self.rate_limiter.refuse(kind, self._obstacle(self.errors.refused, message))
            case QueryTooLarge(message) | TransientError(message):
                self.rate_limiter.failed(kind, self.without_token(message))

    def _obstacle(self, template: Obstacle, message: str) -> Obstacle:
        return Obstacle(template.what.replace("{}", self.without_token(message)), template.hint)


def same_host_target(url: str, location: str) -> str | None:
    """Return the address to which a redirect leads, if it has the scheme, host and port of the request."""
    try:
        # In the normal form, in which no other parser finds another host than this comparison.
        target = resolve(url, decode_location(location.partition("\n")[0]))
        return target if server_of(target) == server_of(url) and not has_userinfo(target) else None
    except InvalidAddress:
        return None


def _backoff(result: Classified | Unavailable, attempts: int) -> float | None:
    """Return 0 seconds to try again, else None; the rate limiter holds the waiting time."""
    match result:
        case RateLimited():
            return 0.0  # without a limit here: the rate limiter closes in the end
        case TransientError():
            return 0.0 if attempts < _ATTEMPTS else None
        case _:
            return None
