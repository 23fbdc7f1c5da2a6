"""
What a reply of GitHub's API means for asking on, the rules in the order in which they must be tried.

A rejected token also says that nothing of the quota remains, and a blocked
repository also answers 403, so both come before the limits. Documented in
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
and https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TypeAlias

from lmsys_enrich.api.json_values import Node, moment, node, nodes, number, parse, text
from lmsys_enrich.api.results import Ok, QueryTooLarge, RateLimited, Refused, TokenRejected, TransientError
from lmsys_enrich.http.dates import parse_http_date
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response

Reading: TypeAlias = Ok | TokenRejected | RateLimited | QueryTooLarge | TransientError | Refused

# The connection ends without a reply when GitHub gives up on a query in its front end.
_PERHAPS_TOO_MUCH = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.PROTOCOL})
_REDIRECTS = range(300, 400)
_GAVE_UP = frozenset({408, 502, 504})
_LIMIT_TYPES = frozenset({"RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit"})
_LIMIT_WORDS = ("rate limit", "abuse detection")
_OVERLOAD_TYPES = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT"})
_OVERLOAD_WORDS = (
    "something went wrong while executing your query",
    "respond to your request in time",
    "timeout on validation",
    "resource limits for this query exceeded",
    "timedout",
)


def read_rest(outcome: Outcome) -> Reading:
    """Read what came of a REST request; statuses below 500 that answer it are `Said`."""
    if isinstance(outcome, FetchError):
        return _read_trouble(outcome)
    return _read_status(outcome, parse(outcome.body) if outcome.whole else None)


def read_graphql(outcome: Outcome) -> Reading:
    """Read what came of a GraphQL request; `Said` then has an object under `data`."""
    reading = read_rest(outcome)
    if not isinstance(reading, Ok):
        return reading
    body = node(reading.body)
    message = text(body.get("message")) or f"status {reading.status}"
    if reading.status != HTTPStatus.OK:  # GraphQL has but one status for answers
        return Refused(message)
    errors = nodes(body.get("errors"))
    if is_usable(node(body.get("data"))) or (isinstance(body.get("data"), dict) and not errors):
        return reading
    return _read_errors(reading, errors)


def is_usable(data: Node) -> bool:
    """Whether anything that was asked for is told."""
    return any(value is not None for name, value in data.items() if name != "rateLimit")


def error_type(error: Node) -> str:
    """Return a GraphQL error's type, which GitHub writes in any of four places."""
    extensions = node(error.get("extensions"))
    locations = (error.get("type"), extensions.get("type"), extensions.get("code"), error.get("code"))
    return next(filter(None, map(text, locations)), "")


def is_limit(error: Node) -> bool:
    """Whether a GraphQL error is that of a rate limit, in either spelling."""
    return error_type(error) in _LIMIT_TYPES or _has(_LIMIT_WORDS, error)


def pause_until(reset: datetime | float | None, headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds from GitHub's own time to a reset, and one more.

    None where the reply has no date: this machine's clock may be off by hours.
    """
    now = _date(headers)
    if now is None or reset is None:
        return None
    then = reset.timestamp() if isinstance(reset, datetime) else reset
    return max(then - now.timestamp(), 0) + 1


def seconds_until_reset(reply: Mapping[str, str], rate_limit: Node) -> float | None:
    """Return for how many seconds nothing more may be asked, if this reply used up the quota."""
    remaining = _whole(reply.get("x-ratelimit-remaining"))
    if remaining is not None:
        return pause_until(_whole(reply.get("x-ratelimit-reset")), reply) if remaining == 0 else None
    if number(rate_limit.get("remaining")) == 0:
        return pause_until(moment(rate_limit.get("resetAt")), reply)
    return None


def remaining(headers: Mapping[str, str]) -> int | None:
    """Return how many requests are left, where it is told."""
    return _whole(headers.get("x-ratelimit-remaining"))


def _read_trouble(trouble: FetchError) -> Reading:
    return (QueryTooLarge if trouble.kind in _PERHAPS_TOO_MUCH else TransientError)(trouble.detail)


def _read_status(reply: Response, body: object) -> Reading:  # noqa: PLR0911 - the rules in their order
    message = text(node(body).get("message")) or f"status {reply.status}"
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return TokenRejected(message)
    if reply.status in {403, 429}:
        if "block" in node(body):
            return Ok(reply.status, reply.headers, body)
        limit = _limit(reply.headers, message)
        if limit is not None or reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            return limit or RateLimited(message, None, is_primary=False)
    if reply.status in _GAVE_UP:
        return QueryTooLarge(message)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TransientError(message)
    if body is None and reply.status not in _REDIRECTS:  # which may do without
        return TransientError(f"status {reply.status} with something else than JSON")
    return Ok(reply.status, reply.headers, body)


def _limit(headers: Mapping[str, str], message: str) -> RateLimited | None:
    """Return which limit was met, if it was one: a primary limit has nothing remaining."""
    after = _whole(headers.get("retry-after"))
    if after is not None:
        return RateLimited(message, float(after), is_primary=False)
    if headers.get("x-ratelimit-remaining") == "0":
        return RateLimited(
            message, pause_until(_whole(headers.get("x-ratelimit-reset")), headers), is_primary=True
        )
    if any(words in message.lower() for words in _LIMIT_WORDS):
        return RateLimited(message, None, is_primary=False)
    return None


def _read_errors(response: Ok, errors: tuple[Node, ...]) -> Reading:
    """Read a GraphQL answer that tells nothing of what was asked for."""
    first = text(errors[0].get("message")) if errors else None
    if limit := next(filter(is_limit, errors), None):
        words = text(limit.get("message")) or "rate limit"
        return _limit(response.headers, words) or RateLimited(words, None, is_primary=False)
    if any(error_type(error) in _OVERLOAD_TYPES or _has(_OVERLOAD_WORDS, error) for error in errors):
        return QueryTooLarge(first or "too much was asked at once")
    if isinstance(node(response.body).get("data"), dict):
        return response
    message = text(node(response.body).get("message"))
    if message is not None:
        return _limit(response.headers, message) or Refused(message)
    return Refused(first) if first else TransientError("an answer without data")


def _has(words: tuple[str, ...], error: Node) -> bool:
    message = (text(error.get("message")) or "").lower()
    return any(word in message for word in words)


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() else None


def _date(headers: Mapping[str, str]) -> datetime | None:
    return parse_http_date(headers.get("date", ""))
