"""HTTP messages as values: a request, and its outcome, which is a response or an error; dates of headers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from lmsys_enrich.values import Value, value_field


class RequestKind(StrEnum):
    """Category under which a request is counted."""

    WEB = "web"
    GRAPHQL = "graphql"
    REST = "rest"


class Request(Value):
    """
    An HTTP request.

    At most `body_limit` bytes of the response's body are read, then the connection is
    closed; 0 reads none. `trusted` is for configured API hosts alone: those may have a
    private address.
    """

    method: str
    url: str
    kind: RequestKind = RequestKind.WEB
    headers: Mapping[str, str] = value_field(default_factory=dict)
    content: bytes = b""
    body_limit: int = 0
    trusted: bool = False


class Response(Value):
    """
    An HTTP response.

    Header names are in lower case. A header sent several times is joined with `, `
    (Set-Cookie and Location with a newline). `whole` is false where the body was cut at
    the request's limit, or the connection broke.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True


class ErrorKind(StrEnum):
    """Cause of a request without a response."""

    NAME_UNKNOWN = "name unknown"  # the DNS says that there is no such host
    NAME_EMPTY = "name without address"  # the DNS knows the name, and no address of it
    NAME_UNANSWERED = "name not answered"  # the DNS server failed or timed out
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    LOCAL = "local"  # no route from this machine: no IPv6, no socket left, a local firewall
    RESET = "reset"
    TIMEOUT = "timeout"
    TLS = "tls"
    HUNG_UP = "hung up"  # the host ended the TLS handshake
    TLS_STRICT = "tls too strict"  # our TLS refuses what browsers accept
    PROTOCOL = "protocol"  # the response is not HTTP
    PRIVATE = "private"  # the address must not be contacted
    ADDRESS = "address"  # the address cannot be requested at all
    PROXY = "proxy"
    BUG = "bug"  # an exception in our code; the detail is its traceback
    NOT_SENT = "not sent"  # no more requests to its host, or wants a longer wait than --patience


# Errors that the method of a request may cause, since servers hang or break off at HEAD alone. All others
# come before the method is read.
CAUSED_BY_METHOD = frozenset({ErrorKind.TIMEOUT, ErrorKind.RESET, ErrorKind.PROTOCOL})


class FetchError(Value):
    """A request without a response; `detail` is for people and holds no secret."""

    kind: ErrorKind
    detail: str


Outcome: TypeAlias = Response | FetchError


class Fetch(Protocol):
    """
    Sends one request and returns its outcome.

    Nothing is raised but cancellation: failures of the network or the server are
    outcomes. Redirects are not followed.
    """

    async def __call__(self, request: Request, /) -> Outcome: ...


def parse_http_date(text: str) -> datetime | None:
    """Parse a date header (RFC 9110 section 5.6.7), in UTC; None if it is not a date. Never raises."""
    try:
        parsed = parsedate_to_datetime(text)
        # A zone of thousands of hours, or a day before the year 1 once the zone is taken off.
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
