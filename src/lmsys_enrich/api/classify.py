"""Classification of responses of APIs that follow HTTP: what most services have in common."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from lmsys_enrich.api.json_values import node, nodes, text
from lmsys_enrich.api.results import Classified, Ok, QueryTooLarge, RateLimited, TokenRejected, TransientError
from lmsys_enrich.http.messages import FetchError, Outcome, Response, parse_http_date

Parse: TypeAlias = Callable[[bytes], object]
"""Parses a body, and returns None for one in another format."""

_MAX_DIGITS = 15  # of a count or a time in a header; a longer one is garbage
_TOO_LARGE = frozenset({HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG})
_REDIRECTS = range(300, 400)
_LONGEST_MESSAGE = 200  # characters of a service's words that an obstacle repeats


def classify_response(  # noqa: PLR0911 - the rules in their order
    outcome: Outcome, parse: Parse, *, has_token: bool
) -> Classified:
    """
    Classify an outcome; a response in the API's own format with a status below 500 is `Ok`.

    A page of HTML is no response of an API, whatever its status: firewalls, captive
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
    if body is None and outcome.status not in _REDIRECTS:
        return TransientError(f"status {outcome.status} in another format than the API's")
    if outcome.status == HTTPStatus.UNAUTHORIZED and has_token:
        return TokenRejected(message)
    return Ok(outcome.status, outcome.headers, body)


def message_of(status: int, body: object) -> str:
    """Return an API's words for an error, from the members in which services write them."""
    found = node(body)
    errors = nodes(found.get("errors"))
    members = (found.get("message"), found.get("error"), found.get("detail"), found.get("title"))
    words = [*map(text, members), *(text(error.get("message")) for error in errors)]
    return next((word[:_LONGEST_MESSAGE] for word in words if word), f"status {status}")


def pause_of(headers: Mapping[str, str]) -> float | None:
    """
    Return the seconds of a `Retry-After`, in either form; None where it cannot be read.

    A date counts from the response's own: this machine's clock may be off by hours.
    """
    value = headers.get("retry-after", "").strip()
    if (seconds := integer(value)) is not None:
        return float(seconds)
    then, now = parse_http_date(value), parse_http_date(headers.get("date", ""))
    return max((then - now).total_seconds(), 0.0) if then is not None and now is not None else None


def integer(value: str | None) -> int | None:
    """Return a number of a header, None for anything else."""
    if value is None or not (value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS):
        return None
    return int(value)


def _asks_to_wait(response: Response) -> bool:
    # 403 stands for a limit where it says when to come again, and for a refusal where it does not.
    return response.status == HTTPStatus.FORBIDDEN and "retry-after" in response.headers
