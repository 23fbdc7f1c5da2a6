"""One request and what comes of it: a reply, or the trouble that stood in its way."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, TypeAlias

from lmsys_enrich.values import Value, value_field


class RequestKind(StrEnum):
    """What a request is counted as."""

    WEB = "web"
    GRAPHQL = "graphql"
    REST = "rest"


class Request(Value):
    """
    One request, redirects not followed.

    At most `body_limit` bytes of the body are read, then the connection is
    closed; 0 reads none. `trusted` is for the configured API host alone: it may
    lie at a private address.
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
    What a server answered.

    Header names are in lower case; a header sent several times is joined with
    `, ` (set-cookie and location with a newline). `whole` is false where the body was cut at
    the request's limit, or the connection broke while it was read.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True


class ErrorKind(StrEnum):
    """Why there is no reply, each cause told apart because each means something else."""

    NAME_UNKNOWN = "name unknown"  # the name server says that there is no such host
    NAME_UNANSWERED = "name not answered"  # the name server did not tell
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TIMEOUT = "timeout"
    TLS = "tls"
    PROTOCOL = "protocol"  # what came back is not HTTP
    PRIVATE = "private"  # the address is one that must not be contacted
    ADDRESS = "address"  # the address cannot be used at all
    PROXY = "proxy"


class FetchError(Value):
    """Why a request got no reply; `detail` is for people and holds no secret."""

    kind: ErrorKind
    detail: str


Outcome: TypeAlias = Response | FetchError


class Fetch(Protocol):
    """
    Sends one request and tells what came of it.

    Whatever the network or the server does is an outcome; nothing is raised but
    cancellation. Redirects are not followed and nothing is retried here.
    """

    async def __call__(self, request: Request, /) -> Outcome: ...
