"""An API of a forge: rate limit, request, classify, retry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.api.results import (
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
from lmsys_enrich.values import replace

_ATTEMPTS = 3

Classify: TypeAlias = Callable[[Outcome], Classified]


@dataclass(frozen=True, slots=True)
class ApiErrors:
    """Words of a forge for the obstacles that end its requests; `{}` stands for the API's message."""

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

    def without_token(self, message: str) -> str:
        """Return a message of the API without the token, should the API have repeated it."""
        return message.replace(self.token, "…") if self.token else message

    def _record(self, kind: RequestKind, result: Classified) -> None:
        """Adjust the rate limiter to a result."""
        match result:
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


def _backoff(result: Classified | Unavailable, attempts: int) -> float | None:
    """Return 0 seconds to try again, else None; the rate limiter holds the waiting time."""
    match result:
        case RateLimited():
            return 0.0  # as often as it takes: the rate limiter closes in the end
        case TransientError():
            return 0.0 if attempts < _ATTEMPTS else None
        case _:
            return None
