"""
Connections under httpx's API, on asyncio and h11. The only door to h11 but the simulation's.

httpx's own pool looks through all its connections at each request, which costs
milliseconds of CPU a link where hundreds are under way at once; and it resolves
names itself, so that nobody could judge the address really connected to.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

import h11
import httpx

from lmsys_enrich.net.addresses import is_private
from lmsys_enrich.net.exchange import Trouble, TroubleKind
from lmsys_enrich.net.names import Names

_Key: TypeAlias = tuple[str, str, int]

_READ = 65_536
# As Chrome, https://source.chromium.org/chromium/chromium/src/+/main:net/http/http_stream_parser.h
_MOST_HEADER_BYTES = 262_144
_MOST_INFORMATIONAL = 20
_MOST_IDLE = 100
_FIRST_ADDRESSES = 5.0  # seconds for each address of a host that has another


class NoReply(httpx.TransportError):
    """There is no reply to a request, for the reason that `trouble` gives."""

    def __init__(self, kind: TroubleKind, detail: str) -> None:
        super().__init__(detail)
        self.trouble = Trouble(kind, detail)


@dataclass(slots=True, eq=False)
class _Connection:
    key: _Key
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection
    trusted: bool  # it may lead to a private address
    heard: bool = False  # anything, in the present exchange

    def close(self) -> None:
        self.writer.transport.abort()


class Transport(httpx.AsyncBaseTransport):
    """
    Sends requests over connections that are kept, a few of each host, until others need the room.

    A request's extension `trusted` lets it go to private addresses, and so does
    `allow_private`. Raises `NoReply`. How long all takes is for the caller to bound.
    """

    def __init__(self, names: Names, tls: ssl.SSLContext, *, allow_private: bool) -> None:
        self._names = names
        self._tls = tls
        self._allow_private = allow_private
        self._idle: OrderedDict[_Connection, None] = OrderedDict()  # the longest idle first

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        key = _key(request.url)
        trusted = self._allow_private or bool(request.extensions.get("trusted"))
        content = await request.aread()
        connection = self._take_idle(key, trusted=trusted)
        if connection is not None:
            try:
                return await self._exchange(connection, request, content)
            except NoReply as problem:
                # The host may have closed while the connection lay idle: that says nothing of the link.
                if connection.heard or problem.trouble.kind is not TroubleKind.RESET:
                    raise
        connection = await self._connect(key, trusted=trusted)
        return await self._exchange(connection, request, content)

    async def aclose(self) -> None:
        while self._idle:
            self._idle.popitem()[0].close()

    def _take_idle(self, key: _Key, *, trusted: bool) -> _Connection | None:
        for connection in reversed(self._idle):
            if (connection.key, connection.trusted) == (key, trusted):
                del self._idle[connection]
                return connection
        return None

    async def _connect(self, key: _Key, *, trusted: bool) -> _Connection:
        _, host, _ = key
        addresses = await self._addresses(host, trusted=trusted)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(_FIRST_ADDRESSES):
                    return await self._connect_to(address, key, trusted=trusted)
            except (NoReply, TimeoutError):
                continue  # the next address may do
        return await self._connect_to(addresses[-1], key, trusted=trusted)

    async def _addresses(self, host: str, *, trusted: bool) -> list[str]:
        found = await self._names.addresses(host)
        if isinstance(found, Trouble):
            raise NoReply(found.kind, found.detail)
        allowed = found if trusted else [address for address in found if not is_private(address)]
        if not allowed:
            raise NoReply(TroubleKind.PRIVATE, "the host has only private addresses")
        return allowed

    async def _connect_to(self, address: str, key: _Key, *, trusted: bool) -> _Connection:
        scheme, host, port = key
        tls = self._tls if scheme == "https" else None
        try:
            reader, writer = await asyncio.open_connection(
                address, port, ssl=tls, server_hostname=host if tls else None, limit=_READ
            )
        except (OSError, ssl.SSLError) as problem:
            raise _no_reply(problem) from None
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEADER_BYTES)
        return _Connection(key, reader, writer, http, trusted)

    async def _exchange(
        self, connection: _Connection, request: httpx.Request, content: bytes
    ) -> httpx.Response:
        try:
            await _send(connection, request, content)
            head = await _receive_head(connection)
        except h11.RemoteProtocolError as problem:
            connection.close()
            raise NoReply(TroubleKind.PROTOCOL, str(problem)) from None
        except h11.LocalProtocolError as problem:
            connection.close()
            raise NoReply(TroubleKind.ADDRESS, str(problem)) from None
        except (OSError, ssl.SSLError) as problem:
            connection.close()
            raise _no_reply(problem) from None
        except BaseException:
            connection.close()
            raise
        return httpx.Response(
            head.status_code, headers=list(head.headers.raw_items()), stream=_Body(self, connection)
        )

    def put_back(self, connection: _Connection) -> None:
        """Keep a connection whose exchange ended for the next one, or close it."""
        http = connection.http
        if http.our_state is not h11.DONE or http.their_state is not h11.DONE or connection.reader.at_eof():
            connection.close()
            return
        http.start_next_cycle()
        connection.heard = False
        self._idle[connection] = None
        if len(self._idle) > _MOST_IDLE:
            self._idle.popitem(last=False)[0].close()


class _Body(httpx.AsyncByteStream):
    """A reply's body as it comes; what was not read to its end costs the connection."""

    def __init__(self, transport: Transport, connection: _Connection) -> None:
        self._transport = transport
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while isinstance(event := await _next_event(self._connection), h11.Data):
                yield bytes(event.data)
        except h11.RemoteProtocolError as problem:
            raise NoReply(TroubleKind.PROTOCOL, str(problem)) from None
        except (OSError, ssl.SSLError) as problem:
            raise _no_reply(problem) from None

    async def aclose(self) -> None:
        http = self._connection.http
        if http.their_state is h11.SEND_BODY:
            # A reply without a body (HEAD, 204, 304) ends without anything more to read.
            try:
                event = http.next_event()
            except h11.RemoteProtocolError:
                event = h11.ConnectionClosed()
            if event is h11.NEED_DATA or isinstance(event, h11.Data):
                self._connection.close()
                return
        self._transport.put_back(self._connection)


def _key(url: httpx.URL) -> _Key:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


async def _send(connection: _Connection, request: httpx.Request, content: bytes) -> None:
    target = request.url.raw_path
    head = h11.Request(method=request.method, target=target, headers=request.headers.raw)
    data = connection.http.send(head) or b""
    if content:
        data += connection.http.send(h11.Data(data=content)) or b""
    data += connection.http.send(h11.EndOfMessage()) or b""
    connection.writer.write(data)
    await connection.writer.drain()


async def _receive_head(connection: _Connection) -> h11.Response:
    for _ in range(_MOST_INFORMATIONAL):
        event = await _next_event(connection)
        if isinstance(event, h11.Response):
            return event
    raise h11.RemoteProtocolError("one provisional answer after the other")


async def _next_event(connection: _Connection) -> h11.Event:
    while True:
        event = connection.http.next_event()
        if event is h11.PAUSED:
            raise h11.RemoteProtocolError("the host speaks another protocol")
        if isinstance(event, h11.Event):
            return event
        data = await connection.reader.read(_READ)
        if not data and not connection.heard:
            raise ConnectionResetError
        connection.heard = True
        connection.http.receive_data(data)


def _no_reply(problem: OSError) -> NoReply:
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
