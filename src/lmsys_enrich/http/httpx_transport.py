"""Our transport under httpx's API: `httpx.AsyncClient(transport=HttpxTransport(…))`."""

from collections.abc import AsyncIterator

import httpx

from lmsys_enrich.http.connection import Connection, NoReply
from lmsys_enrich.http.pool import ConnectionPool, Exchange
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser


class HttpxTransport(httpx.AsyncBaseTransport):
    """
    Sends httpx's requests, and raises what httpx raises.

    A request's extension `trusted` lets it go to private addresses.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._transport = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), url.raw_path)]
        lines += [b"%s: %s" % header for header in request.headers.raw]
        task = Exchange(
            origin=(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)),
            sent=b"\r\n".join([*lines, b"", await request.aread()]),
            bodiless=request.method == "HEAD",
            trusted=bool(request.extensions.get("trusted")),
        )
        try:
            parser, connection = await self._transport.exchange(task)
        except NoReply as problem:
            raise httpx.TransportError(str(problem)) from None
        stream = _Stream(self._transport, connection, parser)
        return httpx.Response(parser.status, headers=parser.headers, stream=stream)

    async def aclose(self) -> None:
        self._transport.close()


class _Stream(httpx.AsyncByteStream):
    """A reply's body as it comes; what was not read to its end costs the connection."""

    def __init__(self, pool: ConnectionPool, connection: Connection, parser: ResponseParser) -> None:
        self._transport = pool
        self._connection = connection
        self._answer = parser

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while part := await self._connection.part(self._answer):
                yield part
        except (NotHttp, OSError) as problem:
            raise httpx.TransportError(str(problem)) from None

    async def aclose(self) -> None:
        self._transport.done(self._connection, self._answer)
