"""
Classification of the responses of GitHub's API, REST and GraphQL.

A rejected token also reports a used-up quota, and a blocked repository also
responds with 403, so both come before the limits. Documented in
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
and https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from lmsys_enrich.api.json_values import Node, moment, node, nodes, number, parse, text
from lmsys_enrich.api.results import (
    REDIRECTS,
    Classified,
    Ok,
    QueryTooLarge,
    RateLimited,
    Refused,
    TokenRejected,
    TransientError,
    integer,
    unknown_fields,
)
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response, parse_http_date

# GitHub's front end closes the connection without a response when it gives up on a query.
_MAYBE_TOO_LARGE = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.PROTOCOL})
# Or it responds: the request timed out, or the server behind it did.
_GAVE_UP = frozenset({408, 502, 504})
_WRONG_ADDRESS = frozenset({404, 405, 410})
# Both spellings of the primary limit occur.
_LIMIT_TYPES = frozenset({"RATE_LIMITED", "RATE_LIMIT", "graphql_rate_limit"})
_LIMIT_PHRASES = ("rate limit", "abuse detection")
# Queries over the limits of time, nodes or resources:
# https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
_OVERLOAD_TYPES = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT"})
_OVERLOAD_PHRASES = (
    "something went wrong while executing your query",
    "respond to your request in time",
    "timeout on validation",
    "resource limits for this query exceeded",
    "timedout",
)


def classify_rest(outcome: Outcome) -> Classified:
    """Classify the outcome of a REST request; statuses below 500 that respond to it are `Ok`."""
    if isinstance(outcome, FetchError):
        if outcome.kind in _MAYBE_TOO_LARGE:
            return QueryTooLarge(outcome.detail)
        return TransientError(outcome.detail)
    return _classify_status(outcome, parse(outcome.body) if outcome.whole else None)


def classify_graphql(outcome: Outcome) -> Classified:
    """Classify the outcome of a GraphQL request; `Ok` then has an object under `data`."""
    result = classify_rest(outcome)
    if not isinstance(result, Ok):
        return result
    body = node(result.body)
    if result.status != HTTPStatus.OK:
        message = text(body.get("message")) or f"status {result.status}"
        if result.status in _WRONG_ADDRESS or result.status < HTTPStatus.BAD_REQUEST:
            # There is no GraphQL API at this address: no query would succeed.
            return Refused(message)
        # Any other 4xx is about this query: one of its items may be the cause, the others are not.
        return QueryTooLarge(message)
    errors = nodes(body.get("errors"))
    if is_usable(node(body.get("data"))) or (isinstance(body.get("data"), dict) and not errors):
        return result
    if unknown_fields(errors):
        return result  # sent again without them
    return _classify_errors(result, errors)


def is_usable(data: Node) -> bool:
    """Return true if any queried field has a value."""
    return any(value is not None for name, value in data.items() if name != "rateLimit")


def error_type(error: Node) -> str:
    """Return a GraphQL error's type, which GitHub writes in any of four members."""
    extensions = node(error.get("extensions"))
    locations = (error.get("type"), extensions.get("type"), extensions.get("code"), error.get("code"))
    return next(filter(None, map(text, locations)), "")


def is_limit(error: Node) -> bool:
    """Return true if a GraphQL error is that of a rate limit, in either spelling."""
    return error_type(error) in _LIMIT_TYPES or _has(_LIMIT_PHRASES, error)


def pause_until(reset: datetime | float | None, headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds from GitHub's own time to a reset, plus one.

    None where the response has no date: this machine's clock may be off by hours.
    """
    now = parse_http_date(headers.get("date", ""))
    if now is None or reset is None:
        return None
    then = reset.timestamp() if isinstance(reset, datetime) else reset
    return max(then - now.timestamp(), 0) + 1


def rate_limit_of(body: object) -> Node:
    """Return the `rateLimit` of a GraphQL response, empty for any other."""
    return node(node(node(body).get("data")).get("rateLimit"))


def seconds_until_reset(headers: Mapping[str, str], rate_limit: Node) -> float | None:
    """Return the seconds until the quota is reset, None where some of it remains or none is known."""
    if (left := remaining(headers)) is not None:
        return pause_until(integer(headers.get("x-ratelimit-reset")), headers) if left == 0 else None
    if number(rate_limit.get("remaining")) == 0:
        return pause_until(moment(rate_limit.get("resetAt")), headers)
    return None


def remaining(headers: Mapping[str, str]) -> int | None:
    """Return how many requests are left of the quota."""
    return integer(headers.get("x-ratelimit-remaining"))


def _classify_status(response: Response, body: object) -> Classified:  # noqa: PLR0911 - the rules in their order
    message = text(node(body).get("message")) or f"status {response.status}"
    if response.status == HTTPStatus.UNAUTHORIZED:
        # Its headers also report a used-up quota, so this comes first.
        return TokenRejected(message)
    if response.status in {403, 429}:
        if "block" in node(body):
            # Blocked for GitHub's terms of service or by the DMCA: a response, no limit.
            return Ok(response.status, response.headers, body)
        limit = _limit(response.headers, message)
        # GitHub uses both statuses for both limits; 403 without one of their signs means forbidden.
        if limit is not None or response.status == HTTPStatus.TOO_MANY_REQUESTS:
            return limit or RateLimited(message, None, is_primary=False)
    if response.status in _GAVE_UP:
        return QueryTooLarge(message)
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # An outage, as in its "unicorn" pages with 503: the same request may succeed later.
        return TransientError(message)
    if body is None and response.status not in REDIRECTS:
        # A captive portal, or a truncated body. Redirects may come without one.
        return TransientError(f"status {response.status} without JSON")
    return Ok(response.status, response.headers, body)


def _limit(headers: Mapping[str, str], message: str) -> RateLimited | None:
    """Return the rate limit that was met, if any, by the rules that GitHub documents."""
    after = integer(headers.get("retry-after"))
    if after is not None:
        # A secondary limit that names its pause.
        return RateLimited(message, float(after), is_primary=False)
    if headers.get("x-ratelimit-remaining") == "0":
        # The primary limit: nothing remains until the reset.
        reset = integer(headers.get("x-ratelimit-reset"))
        return RateLimited(message, pause_until(reset, headers), is_primary=True)
    if any(phrase in message.lower() for phrase in _LIMIT_PHRASES):
        # A secondary limit without a pause.
        return RateLimited(message, None, is_primary=False)
    return None


def _classify_errors(response: Ok, errors: tuple[Node, ...]) -> Classified:
    """Classify a GraphQL response without any result."""
    first = text(errors[0].get("message")) if errors else None
    if limit := next(filter(is_limit, errors), None):
        reason = text(limit.get("message")) or "rate limit"
        return _limit(response.headers, reason) or RateLimited(reason, None, is_primary=False)
    if any(error_type(error) in _OVERLOAD_TYPES or _has(_OVERLOAD_PHRASES, error) for error in errors):
        return QueryTooLarge(first or "the query was too large")
    if isinstance(node(response.body).get("data"), dict):
        # Every item is null, with an error of its own: they are classified one by one.
        return response
    message = text(node(response.body).get("message"))
    if message is not None:
        # Secondary limits and forbidden tokens come in REST's form, with status 200 too.
        return _limit(response.headers, message) or Refused(message)
    # An invalid query has errors and no data: https://spec.graphql.org/October2021/#sec-Errors
    return Refused(first) if first else TransientError("a response without data")


def _has(phrases: tuple[str, ...], error: Node) -> bool:
    message = (text(error.get("message")) or "").lower()
    return any(phrase in message for phrase in phrases)
