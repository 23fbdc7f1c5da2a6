"""
Results of an API request, one tree for every API, and the classification of responses into it.

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

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from lmsys_enrich.api.json_values import Node, node, nodes, text
from lmsys_enrich.http.messages import FetchError, Outcome, Response, parse_http_date
from lmsys_enrich.values import Value

Parse: TypeAlias = Callable[[bytes], object]
"""Parses a body, and returns None for one in another format."""

_QUOTA = re.compile(r";\s{0,3}r=(?P<left>[0-9]{1,9});\s{0,3}t=(?P<reset>[0-9]{1,6})")
_PREFIXES = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")
_EARLIEST = 10**9  # a reset from here on is a time of the clock, in seconds since 1970
_MAX_DIGITS = 15  # of a count or a time in a header; a longer one is garbage
_TOO_LARGE = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG})
REDIRECTS = range(300, 400)
_LONGEST_MESSAGE = 200  # characters of a service's words that an obstacle repeats
# As graphql-ruby words it, which GitHub and GitLab use.
_MISSING = re.compile(r"Field '([A-Za-z_]{1,100})' doesn't exist on type '[A-Za-z_]{1,100}'")
_UNDEFINED = "undefinedField"
_LACKS_SCOPE = "insufficient_scope"


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
    """The token is invalid, expired or revoked, or has no right to read."""

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


def classify_response(  # noqa: PLR0911 - the rules in their order
    outcome: Outcome, parse: Parse, *, has_token: bool
) -> Classified:
    """
    Classify an outcome; a response in the API's own format with a status below 500 is `Ok`.

    A page of HTML is not a response of an API, whatever its status: firewalls, captive
    portals and maintenance pages have any.
    """
    if isinstance(outcome, FetchError):
        return TransientError(outcome.detail)
    body = parse(outcome.body) if outcome.whole else None
    message = message_of(outcome.status, body)
    if outcome.status == HTTPStatus.TOO_MANY_REQUESTS or _asks_to_wait(outcome):
        return RateLimited(message, pause_of(outcome.headers), is_primary=False)
    if outcome.status in _TOO_LARGE:
        return QueryTooLarge(message)
    if outcome.status >= HTTPStatus.INTERNAL_SERVER_ERROR or outcome.status == HTTPStatus.REQUEST_TIMEOUT:
        return TransientError(message)
    if body is None and outcome.status not in REDIRECTS:
        return TransientError(f"status {outcome.status}, not in the API's format")
    # A token without the right to read is refused with 403: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    lacks_scope = outcome.status == HTTPStatus.FORBIDDEN and node(body).get("error") == _LACKS_SCOPE
    if has_token and (outcome.status == HTTPStatus.UNAUTHORIZED or lacks_scope):
        return TokenRejected(message)
    return Ok(outcome.status, outcome.headers, body)


def message_of(status: int, body: object) -> str:
    """Return an API's words for an error, from the members in which services write them."""
    content = node(body)
    errors = nodes(content.get("errors"))
    members = (content.get("message"), content.get("error"), content.get("detail"), content.get("title"))
    words = [*map(text, members), *(text(error.get("message")) for error in errors)]
    return next((word[:_LONGEST_MESSAGE] for word in words if word), f"status {status}")


def pause_of(headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds of a `Retry-After`, in either form, or else those until the quota's reset.

    None where neither can be read. A date counts from the response's own: this machine's
    clock may be off by hours.
    """
    value = headers.get("retry-after", "").strip()
    if (seconds := integer(value)) is not None:
        return float(seconds)
    then, now = parse_http_date(value), parse_http_date(headers.get("date", ""))
    if then is not None and now is not None:
        return max((then - now).total_seconds(), 0.0)
    return pause_until_reset(headers, unknown_is_none_left=True)


def pause_until_reset(headers: Mapping[str, str], *, unknown_is_none_left: bool = False) -> float | None:
    """
    Return the seconds until a used-up quota is reset, plus one; None where some of it is left.

    Read are the field of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/,
    as Hugging Face sends it (`"api";r=0;t=55`), and the ones before it, in which GitLab gives
    a time of the clock: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/.
    """
    if quota := _QUOTA.search(headers.get("ratelimit", "")):
        return int(quota["reset"]) + 1.0 if int(quota["left"]) == 0 else None
    left, reset = (
        next(
            (number for prefix in _PREFIXES if (number := integer(headers.get(prefix + name))) is not None),
            None,
        )
        for name in ("remaining", "reset")
    )
    is_used_up = left == 0 or (left is None and unknown_is_none_left)
    if reset is None or not is_used_up:
        return None
    if reset < _EARLIEST:
        return reset + 1.0
    now = parse_http_date(headers.get("date", ""))
    return max(reset - now.timestamp(), 0.0) + 1.0 if now is not None else None


def integer(value: str | None) -> int | None:
    """Return the number in a header, None for anything else."""
    if value is None or not (value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS):
        return None
    return int(value)


def _asks_to_wait(response: Response) -> bool:
    # 403 means a limit if it names a time to retry, else a refusal.
    return response.status == HTTPStatus.FORBIDDEN and "retry-after" in response.headers


def errors_of(body: object) -> tuple[Node, ...]:
    """Return the errors of a response."""
    return nodes(node(body).get("errors"))


def unknown_fields(errors: Iterable[Node]) -> frozenset[str]:
    """Return the fields that a server does not know; empty where an error is of another kind."""
    names: set[str] = set()
    for error in errors:
        extensions = node(error.get("extensions"))
        match = _MISSING.fullmatch(text(error.get("message")) or "")
        is_undefined = extensions.get("code") == _UNDEFINED
        name = text(extensions.get("fieldName")) if is_undefined else match[1] if match else None
        if name is None:
            return frozenset()
        names.add(name)
    return frozenset(names)
