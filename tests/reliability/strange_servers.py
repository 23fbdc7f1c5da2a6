"""Servers that break the rules of HTTP."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

Conversation = Callable[[str, str, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request: its method, its path, and where to write."""

_OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"
_REFUSED = b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n"


@dataclass
class StrangeServer:
    """Listens on loopback; `requests` has each request's method and path."""

    converse: Conversation
    port: int = 0
    requests: list[str] = field(default_factory=list)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, then hang up."""
        task = asyncio.current_task()
        if task is not None:
            self.connections.add(task)
            task.add_done_callback(self.connections.discard)
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
            method, path, _ = lines[0].split()
            self.requests.append(f"{method} {path}")
            await self.converse(method, path, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has hung up, or the test has ended
        finally:
            writer.close()


@asynccontextmanager
async def strange_server(
    converse: Conversation, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[StrangeServer, None]:
    """Yield a server that answers as `converse` does."""
    server = StrangeServer(converse)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(server.connections):
            task.cancel()
        await asyncio.gather(*server.connections, return_exceptions=True)


def says(data: bytes) -> Conversation:
    """Sends these bytes to every request."""

    async def converse(method: str, path: str, writer: asyncio.StreamWriter) -> None:
        del method, path
        writer.write(data)

    return converse


async def resets(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Breaks the connection off."""
    del method, path
    writer.transport.abort()


async def resets_within_headers(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Breaks the connection off in the middle of a header."""
    del method, path
    writer.write(_OK + b"x-half-of-a-")


async def resets_within_body(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Promises more than it sends."""
    del path
    writer.write(_REFUSED if method == "HEAD" else _OK + b"content-length: 1000\r\n\r\n<title>Half")


async def endless_body(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Sends for as long as the client reads."""
    del path
    writer.write(_REFUSED if method == "HEAD" else _OK + b"\r\n")
    while method != "HEAD":
        writer.write(b"x" * 65_536)
        await writer.drain()


async def bomb(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """A body that is a thousand times as long when it is unpacked."""
    del path
    packed = gzip.compress(b"\0" * 50_000_000)
    head = _OK + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    writer.write(_REFUSED if method == "HEAD" else head + packed)


async def endless_extensions(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Sends chunks of one byte with extensions of thousands."""
    del path
    writer.write(_REFUSED if method == "HEAD" else _OK + b"transfer-encoding: chunked\r\n\r\n")
    while method != "HEAD":
        writer.write(b"1;" + b"x" * 50_000 + b"\r\nx\r\n")
        await writer.drain()


async def endless_padding(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Sends compressed members that hold nothing."""
    del path
    writer.write(_REFUSED if method == "HEAD" else _OK + b"content-encoding: gzip\r\n\r\n")
    while method != "HEAD":
        writer.write(gzip.compress(b"") * 1000)
        await writer.drain()


async def endless_headers(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Never comes to the end of its headers."""
    del method, path
    writer.write(_OK)
    while True:
        writer.write(b"x-another: one\r\n" * 1000)
        await writer.drain()


async def many_cookies(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Sets ten thousand cookies."""
    del method, path
    cookies = b"".join(f"set-cookie: c{n}=1\r\n".encode() for n in range(10_000))
    writer.write(_OK + cookies + b"content-length: 0\r\n\r\n")


async def silent(method: str, path: str, writer: asyncio.StreamWriter) -> None:
    """Takes the request and sends nothing."""
    del method, path, writer
    await asyncio.Event().wait()


@dataclass(frozen=True)
class Certificates:
    """An authority that the program trusts, and certificates good and bad."""

    authority: trustme.CA = field(default_factory=trustme.CA)

    def trusted(self, folder: Path) -> str:
        """Return a file for `SSL_CERT_FILE`."""
        path = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(path))
        return str(path)

    def good(self, *names: str) -> ssl.SSLContext:
        return _context(self.authority.issue_cert(*names))

    def expired(self, *names: str) -> ssl.SSLContext:
        return _context(self.authority.issue_cert(*names, not_after=datetime.now(UTC) - timedelta(days=1)))

    def good_with(self, ciphers: str, *names: str) -> ssl.SSLContext:
        """Return the context of a server that takes these ciphers alone, up to TLS 1.2."""
        context = _context(self.authority.issue_cert(*names, key_type=trustme.KeyType.RSA))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
        return context

    def self_signed(self, *names: str) -> ssl.SSLContext:
        return _context(trustme.CA().issue_cert(*names))


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
