"""
Results of API requests: the one tree for whatever API is asked.

ApiResult
├── Ok               a response to the request, which may say that there is nothing
├── TokenRejected    the token is not accepted
├── RateLimited      retry after a pause
├── QueryTooLarge    divide the batch
├── TransientError   retry
├── Refused          the service will not serve this kind of request
├── RetriesExhausted no response after several attempts; others may still succeed
└── Unavailable      the rate limiter is closed, and its obstacle says why
"""

from collections.abc import Mapping
from typing import TypeAlias

from lmsys_enrich.values import Value


class Ok(Value):
    """A response to what was requested; `body` is its JSON, `seconds` the time it took."""

    status: int
    headers: Mapping[str, str]
    body: object
    seconds: float = 0.0


class TokenRejected(Value):
    """The service does not accept the token."""

    message: str


class RateLimited(Value):
    """Too many requests; `pause` in seconds where the service names a credible one."""

    message: str
    pause: float | None
    is_primary: bool


class QueryTooLarge(Value):
    """The query exceeds what the service computes at once; a smaller one may do."""

    message: str


class TransientError(Value):
    """A failure that may pass: network, 5xx, a body that is not JSON."""

    message: str


class Refused(Value):
    """The service responds, but will not serve this kind of request."""

    message: str


class RetriesExhausted(Value):
    """No response after several attempts; later requests may still succeed."""

    message: str


class Unavailable(Value):
    """No request is sent: the rate limiter is closed, and its obstacle says why."""


ApiResult: TypeAlias = (
    Ok
    | TokenRejected
    | RateLimited
    | QueryTooLarge
    | TransientError
    | Refused
    | RetriesExhausted
    | Unavailable
)
