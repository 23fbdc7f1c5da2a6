"""HTTP client for websites: one request over the pool, the outcome as a value."""

import asyncio
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from lmsys_enrich.about import USER_AGENT
from lmsys_enrich.http.connection import Connection, NoReply
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.http.pool import ConnectionPool, Exchange
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser
from lmsys_enrich.urls import InvalidAddress, host_of, server_of, target_of_request

# Reads gzip and zlib alike: https://docs.python.org/3/library/zlib.html#zlib.decompressobj
_ANY_ZLIB = 47
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})

ACCEPTED = "gzip, deflate"
"""What a request may say that it accepts."""


class Body:
    """Takes a body as it comes, decompressed no further than `limit` bytes, so that no bomb goes off."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._taken = bytearray()
        is_compressed = encoding.strip().lower() in _COMPRESSED
        self._inflating = zlib.decompressobj(_ANY_ZLIB) if is_compressed else None
        self._is_whole = True

    def add(self, part: bytes) -> bool:
        """Take a part; return whether there is a use for more."""
        most = self._limit + 1 - len(self._taken)
        if self._inflating is None:
            self._taken += part[:most]
        else:
            try:
                self._taken += self._inflating.decompress(self._inflating.unconsumed_tail + part, most)
            except zlib.error:
                self.cut()
        if len(self._taken) > self._limit:
            self.cut()
        return self._is_whole

    def cut(self) -> None:
        """Take note that there was more than was taken."""
        self._is_whole = False

    def told(self) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, and whether that was all."""
        return bytes(self._taken[: self._limit]), self._is_whole


_HEADERS = {"user-agent": USER_AGENT, "accept": "*/*", "accept-language": "en, *;q=0.5"}
# What would end a header or a request's line, or say more than it should: RFC 9110 §5.5.
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_UNSENDABLE_IN_ADDRESS = re.compile(r"[^\x21-\x7e]")


class HttpClient:
    """
    A `Fetch` over connections of our own, straight to the host.

    A reply's body takes at most `timeout` seconds, its head as the transport bounds it.
    """

    def __init__(self, pool: ConnectionPool, timeout: float) -> None:
        self._transport = pool
        self._timeout = timeout

    async def __call__(self, request: Request) -> Outcome:
        try:
            task = Exchange(
                server_of(request.url), _as_sent(request), request.method == "HEAD", request.trusted
            )
            parser, connection = await self._transport.exchange(task)
        except NoReply as problem:
            return problem.trouble
        except (InvalidAddress, UnicodeError) as problem:
            return FetchError(ErrorKind.ADDRESS, str(problem))
        try:
            headers = joined(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in parser.headers
            )
            if not request.body_limit:
                return Response(parser.status, headers)
            body = Body(headers.get("content-encoding", ""), request.body_limit)
            await self._read(parser, connection, body)
            return Response(parser.status, headers, *body.told())
        finally:
            self._transport.done(connection, parser)

    async def _read(self, parser: ResponseParser, connection: Connection, body: Body) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                while part := await connection.part(parser):
                    if not body.add(part):
                        return
        except (NotHttp, OSError):
            body.cut()  # the status counts, whatever became of the body


def headers_of(request: Request) -> dict[str, str]:
    """Return the headers that go out with a request, whatever its host."""
    headers = {
        **_HEADERS,
        "accept-encoding": ACCEPTED if request.body_limit else "identity",
        **request.headers,
    }
    if request.content:
        headers["content-length"] = str(len(request.content))
    return headers


def joined(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return headers as a `Reply` has them."""
    together: dict[str, str] = {}
    for name, value in headers:
        if name in together:
            separator = "\n" if name in {"set-cookie", "location"} else ", "
            together[name] = f"{together[name]}{separator}{value}"
        else:
            together[name] = value
    return together


def _as_sent(request: Request) -> bytes:
    """Return the bytes of a request: RFC 9112 §2.1. Raises `InvalidAddress`."""
    host, target = host_of(request.url), target_of_request(request.url)
    if _UNSENDABLE_IN_ADDRESS.search(f"{host}{target}"):
        raise InvalidAddress("it has characters that no request can carry")
    lines = _lines(tuple(headers_of(request).items()))
    head = f"{request.method} {target} HTTP/1.1\r\nhost: {host}\r\n{lines}\r\n"
    return head.encode("latin-1") + request.content


@lru_cache(maxsize=8)  # nearly all requests of a run have one of two
def _lines(headers: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    if _UNSENDABLE.search(lines.replace("\r\n", "")) or lines.count("\n") > len(headers):
        raise InvalidAddress("a header has characters that no request can carry")
    return lines
