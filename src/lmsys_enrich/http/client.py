"""
HTTP client for websites: one request over the connection pool, its outcome as a value.

A body is decoded up to a limit, so that no compressed bomb is unpacked.
"""

import asyncio
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from lmsys_enrich.about import USER_AGENT
from lmsys_enrich.http.connection import Connection, NoResponse
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.http.pool import ConnectionPool, Exchange
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser
from lmsys_enrich.urls import InvalidAddress, host_of, server_of, target_of_request

ACCEPT_ENCODING = "gzip, deflate"

_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_ENCODINGS = 4
# Compression shrinks: far more input than output is padding (empty blocks, junk behind the end).
_MAX_INPUT_RATIO = 4
_MIN_INPUT = 65_536

_HEADERS = {"user-agent": USER_AGENT, "accept": "*/*", "accept-language": "en, *;q=0.5"}
# Characters that would end a header or a request line, or smuggle another one in: RFC 9110 section 5.5.
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_UNSENDABLE_IN_TARGET = re.compile(r"[^\x21-\x7e]")


class _Inflate:
    """A gzip or deflate decoder that detects which format the server really sent."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._start = b""
        self._decoder: zlib._Decompress | None = None
        self._is_plain = False
        self._has_member = False
        self._has_ended = False

    def decode(self, data: bytes, limit: int) -> bytes:
        """Return at most `limit` bytes; raises `zlib.error`."""
        if self._is_plain:
            return data[:limit]
        decoded = b""
        while data and not self._has_ended and len(decoded) < limit:
            if self._decoder is None:
                data = self._start + data
                if len(data) < 2:  # noqa: PLR2004 - two bytes distinguish the forms
                    self._start = data
                    break
                self._start = b""
                self._decoder = self._new_decoder(data)
                if self._decoder is None:
                    # Behind a gzip member: junk, which curl ignores too. Else a body that is not compressed.
                    self._has_ended, self._is_plain = self._has_member, not self._has_member
                    return decoded if self._has_member else data[:limit]
            data = self._decoder.unconsumed_tail + data
            decoded += self._decoder.decompress(data, limit - len(decoded))
            if not self._decoder.eof:
                break
            data = self._decoder.unused_data  # the next gzip member, RFC 1952 section 2.2
            self._decoder, self._has_member = None, True
            self._has_ended = self._encoding not in _GZIP
        return decoded

    def _new_decoder(self, data: bytes) -> "zlib._Decompress | None":
        if self._encoding in _GZIP:
            return zlib.decompressobj(16 + zlib.MAX_WBITS) if data.startswith(_GZIP_MAGIC) else None
        # RFC 9110 section 8.4.1.2 means zlib's format by deflate; IIS sends raw deflate (RFC 1951).
        has_zlib_header = data[0] & 0x0F == zlib.DEFLATED and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)


class Body:
    """A body as it is received, decoded up to `limit` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._decoded = bytearray()
        self._decoders = [
            _Inflate(name)
            for name in reversed([part.strip().lower() for part in encoding.split(",")][:_MAX_ENCODINGS])
            if name in _GZIP or name == "deflate"
        ]
        self._is_whole = True

    def add(self, part: bytes) -> bool:
        """Decode a received part; return whether to read on."""
        self._received += len(part)
        room = self._limit + 1 - len(self._decoded)
        try:
            for decoder in self._decoders:
                part = decoder.decode(part, room)
        except zlib.error:
            self.cut()
        else:
            self._decoded += part[:room]
        if len(self._decoded) > self._limit or self._received > max(
            _MIN_INPUT, _MAX_INPUT_RATIO * self._limit
        ):
            self.cut()
        return self._is_whole

    def cut(self) -> None:
        """Mark the body as incomplete."""
        self._is_whole = False

    def result(self) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, and whether that is all of it."""
        return bytes(self._decoded[: self._limit]), self._is_whole


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
            headers = join_headers(parser.headers)
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
