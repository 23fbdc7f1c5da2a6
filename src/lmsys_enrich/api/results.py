"""
Results of an API request: one tree for every API.

    ApiResult
    ├── Ok              the API responded to the request, which may be with a status below 500
    ├── NotFound        permanent: there is no such thing
    ├── AccessDenied    the token may not see it; anonymous requests may
    ├── TokenRejected   permanent for the run: no request with this token succeeds
    ├── Refused         permanent for the run: the API rejects requests of this kind
    ├── RateLimited     wait, then try again
    ├── QueryTooLarge   divide the batch, then try again
    ├── TransientError  try again
    └── Unavailable     not sent: the rate limiter is closed
"""

from collections.abc import Mapping
from typing import TypeAlias

from lmsys_enrich.values import Value


class Ok(Value):
    """A response with JSON in its `body`; it took `seconds`."""

    status: int
    headers: Mapping[str, str]
    body: object
    seconds: float = 0.0


class NotFound(Value):
    """There is no such thing, according to the API."""


class AccessDenied(Value):
    """The token may not see it, though an anonymous request may."""


class TokenRejected(Value):
    """The token is invalid, expired or revoked."""

    message: str


class Refused(Value):
    """The API responds, but rejects requests of this kind."""

    message: str


class RateLimited(Value):
    """
    A rate limit was met.

    `pause` is in seconds, None where the response has none that can be trusted. A
    primary limit is the quota of one API; any other holds for all APIs of the host.
    """

    message: str
    pause: float | None
    is_primary: bool


class QueryTooLarge(Value):
    """The query took more time or resources than the API allows; a smaller one may succeed."""

    message: str


class TransientError(Value):
    """A failure that may pass: of the network, of a server (5xx), or a body that is not JSON."""

    message: str


class Unavailable(Value):
    """The request was not sent: the rate limiter is closed, and its obstacle has the reason."""


Classified: TypeAlias = Ok | TokenRejected | Refused | RateLimited | QueryTooLarge | TransientError
"""The result of one attempt, from its response or network error."""

Final: TypeAlias = Ok | QueryTooLarge | TransientError | Unavailable
"""The result after all attempts; a rejected token and refused requests have closed the rate limiter."""

ApiResult: TypeAlias = Classified | NotFound | AccessDenied | Unavailable
