"""One connection: bytes that come and go, read as HTTP/1.1. A door to h11, with `transport`."""

import asyncio
import ssl
from typing import TypeAlias, cast

import h11
import httpx

from lmsys_enrich.net.exchange import Trouble, TroubleKind

Origin: TypeAlias = tuple[str, str, int]
"""Scheme, host and port."""

# As Chrome, https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.h
_MOST_HEADER_BYTES = 262_144
_MOST_UNREAD = 65_536


class NoReply(httpx.TransportError):
    """There is no reply to a request, for the reason that `trouble` gives."""

    def __init__(self, kind: TroubleKind, detail: str) -> None:
        super().__init__(detail)
        self.trouble = Trouble(kind, detail)


class Connection(asyncio.Protocol):
    """
    A connection to an origin, for one exchange after the other.

    `trusted` tells that it may lead to a private address. Streams of asyncio do
    the same for twice the time of a processor.
    """

    def __init__(self, origin: Origin, *, trusted: bool) -> None:
        self.origin = origin
        self.trusted = trusted
        self.heard = False  # anything, in the present exchange
        self.http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADER_BYTES)
        self._unread = bytearray()
        self._ended = False
        self._problem: Exception | None = None
        self._more: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # as `create_connection` promises

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if self._transport is not None and len(self._unread) > _MOST_UNREAD:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._problem = exc
        self._wake()

    @property
    def is_reusable(self) -> bool:
        """Whether the exchange is over, and another may follow."""
        over = self.http.our_state is h11.DONE and self.http.their_state is h11.DONE
        return over and not self._ended and not self._unread

    @property
    def is_idle(self) -> bool:
        """Whether nothing came since the last exchange, not even an end."""
        return not self._ended and not self._unread

    def begin_next(self) -> None:
        """Make ready for another exchange."""
        self.http.start_next_cycle()
        self.heard = False

    def send(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
        """Send a request; raises `OSError`, and `h11.LocalProtocolError` for what is none."""
        if self._transport is None:
            raise ConnectionResetError
        data = self.http.send(h11.Request(method=method, target=target, headers=headers)) or b""
        if content:
            data += self.http.send(h11.Data(data=content)) or b""
        data += self.http.send(h11.EndOfMessage()) or b""
        self._transport.write(data)

    async def next_event(self) -> h11.Event:
        """Wait for the next part of the reply; raises `OSError` and `h11.RemoteProtocolError`."""
        while True:
            event = self.http.next_event()
            if event is h11.PAUSED:
                raise h11.RemoteProtocolError("the host speaks another protocol")
            if isinstance(event, h11.Event):
                return event
            await self._read()

    def close(self) -> None:
        """Break the connection off, without waiting for anything."""
        if self._transport is not None:
            self._transport.abort()

    async def _read(self) -> None:
        if not self._unread and not self._ended:
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        if not self._unread and self._problem is not None:
            raise self._problem
        if not self._unread and not self.heard:
            raise ConnectionResetError
        self.heard = True
        data = bytes(self._unread)
        self._unread.clear()
        if self._transport is not None and len(data) > _MOST_UNREAD and not self._ended:
            self._transport.resume_reading()
        self.http.receive_data(data)

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


def no_reply(problem: OSError) -> NoReply:
    """Tell why a connection failed."""
    kind, detail = TroubleKind.UNREACHABLE, problem.strerror
    match problem:
        case ssl.SSLCertVerificationError():
            kind, detail = TroubleKind.TLS, problem.verify_message
        case ssl.SSLError():
            kind, detail = TroubleKind.TLS, problem.reason
        case ConnectionRefusedError():
            kind, detail = TroubleKind.REFUSED, "the host refused the connection"
        case TimeoutError():
            kind, detail = TroubleKind.TIMEOUT, "no answer in time"
        case ConnectionError():
            kind, detail = TroubleKind.RESET, "the host broke off the connection"
        case _:
            pass  # whatever else, the host was not reached
    return NoReply(kind, detail or "the host gave no reason")
