"""HTTP client for websites: one request over the connection pool, its outcome as a value."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from lmsys_enrich.about import USER_AGENT
from lmsys_enrich.http.body import ACCEPT_ENCODING, Body
from lmsys_enrich.http.connection import Connection, NoResponse
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.http.pool import ConnectionPool, Exchange
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser
from lmsys_enrich.urls import InvalidAddress, host_of, server_of, target_of_request

_HEADERS = {"user-agent": USER_AGENT, "accept": "*/*", "accept-language": "en, *;q=0.5"}
# Characters that would end a header or a request line, or smuggle another one in: RFC 9110 section 5.5.
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_UNSENDABLE_IN_TARGET = re.compile(r"[^\x21-\x7e]")


class HttpClient:
    """A `Fetch` over the connection pool. A body takes at most `timeout` seconds."""

    def __init__(self, pool: ConnectionPool, timeout: float) -> None:
        self._pool = pool
        self._timeout = timeout

    async def __call__(self, request: Request) -> Outcome:
        try:
            exchange = Exchange(
                server_of(request.url), _serialize(request), request.method == "HEAD", request.trusted
            )
            parser, connection = await self._pool.exchange(exchange)
        except NoResponse as failure:
            return failure.error
        except (InvalidAddress, UnicodeError) as error:
            return FetchError(ErrorKind.ADDRESS, str(error))
        try:
            headers = join_headers(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in parser.headers
            )
            if not request.body_limit:
                return Response(parser.status, headers)
            body = Body(headers.get("content-encoding", ""), request.body_limit)
            await self._read(parser, connection, body)
            return Response(parser.status, headers, *body.result())
        finally:
            self._pool.release(connection, parser)

    async def _read(self, parser: ResponseParser, connection: Connection, body: Body) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                while part := await connection.read(parser):
                    if not body.add(part):
                        return
        except (NotHttp, OSError):
            body.cut()  # the status counts, however the body ends


def request_headers(request: Request) -> dict[str, str]:
    """Return the headers of a request, `Host` aside."""
    headers = {
        **_HEADERS,
        "accept-encoding": ACCEPT_ENCODING if request.body_limit else "identity",
        **request.headers,
    }
    if request.content:
        headers["content-length"] = str(len(request.content))
    return headers


def join_headers(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return headers in the form of `Response.headers`."""
    joined: dict[str, str] = {}
    for name, value in headers:
        if name not in joined:
            joined[name] = value
        else:
            separator = "\n" if name in {"set-cookie", "location"} else ", "
            joined[name] = f"{joined[name]}{separator}{value}"
    return joined


def _serialize(request: Request) -> bytes:
    """Return the bytes of a request: RFC 9112 section 2.1. Raises `InvalidAddress`."""
    host, target = host_of(request.url), target_of_request(request.url)
    if _UNSENDABLE_IN_TARGET.search(f"{host}{target}"):
        raise InvalidAddress("it has characters that no request can carry")
    lines = _header_lines(tuple(request_headers(request).items()))
    head = f"{request.method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"
    return head.encode("latin-1") + request.content


@lru_cache(maxsize=8)  # nearly all requests of a run have one of two sets of headers
def _header_lines(headers: Sequence[tuple[str, str]]) -> str:
    # Names in their usual capitals: some servers and walls do not know them otherwise.
    lines = "".join(f"{name.title()}: {value}\r\n" for name, value in headers)
    if _UNSENDABLE.search(lines.replace("\r\n", "")) or lines.count("\n") > len(headers):
        raise InvalidAddress("a header has characters that no request can carry")
    return lines
