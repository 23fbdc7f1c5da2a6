"""
Connections under httpx's API, on asyncio and h11. The only door to h11 but the simulation's.

httpx's own pool looks through all its connections at each request, which costs
milliseconds of CPU a link where hundreds are under way at once; and it resolves
names itself, so that nobody could judge the address really connected to.
"""

import asyncio
import ssl
from asyncio import sslproto
from collections.abc import AsyncIterator
from dataclasses import dataclass

import h11
import httpx

from lmsys_enrich.net.addresses import is_private
from lmsys_enrich.net.connection import Connection, NoReply, Origin, no_reply
from lmsys_enrich.net.exchange import Trouble, TroubleKind
from lmsys_enrich.net.idle import Idle
from lmsys_enrich.net.names import Names

# asyncio gives each TLS connection a buffer of 256 KiB, an eighth of which holds two TLS records: with it
# hundreds of connections need 30 MB rather than 95, and less time of a processor.
sslproto.SSLProtocol.max_size = 32_768
_MOST_INFORMATIONAL = 20
_MOST_IDLE = 500
_CONNECT = 10.0  # seconds for the last address of a host, TLS included …
_FIRST_ADDRESSES = 5.0  # … and for each one before it


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it goes over a connection; `trusted` ones may go to private addresses."""

    origin: Origin
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    content: bytes
    trusted: bool


class Transport(httpx.AsyncBaseTransport):
    """
    Sends requests over connections that are kept until their host is left, or others need the room.

    A request's extension `trusted` lets it go to private addresses, and so does
    `allow_private`. Looking up a name, connecting, and the head of the reply each
    have a time-out of their own, the last being `timeout` seconds. How long a
    body takes is for the caller to bound. Raises `NoReply`.
    """

    def __init__(self, names: Names, tls: ssl.SSLContext, timeout: float, *, allow_private: bool) -> None:
        self._names = names
        self._tls = tls
        self._timeout = timeout
        self._connect_timeout = min(timeout, _CONNECT)
        self._allow_private = allow_private
        self._idle = Idle(_MOST_IDLE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        question = Exchange(
            origin=(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)),
            method=request.method,
            target=url.raw_path,
            headers=request.headers.raw,
            content=await request.aread(),
            trusted=bool(request.extensions.get("trusted")),
        )
        head, body = await self.exchange(question)
        return httpx.Response(head.status_code, headers=list(head.headers.raw_items()), stream=body)

    async def exchange(self, question: Exchange) -> tuple[h11.Response, "Body"]:
        """Do as `handle_async_request`, in half the time, since httpx's values need not be made."""
        trusted = self._allow_private or question.trusted
        connection = self._idle.take(question.origin, trusted=trusted)
        if connection is not None:
            try:
                return await self._exchange(connection, question)
            except NoReply as problem:
                # The host may have closed while the connection lay idle: that says nothing of the link.
                if connection.heard or problem.trouble.kind is not TroubleKind.RESET:
                    raise
        connection = await self._connect(question.origin, trusted=trusted)
        return await self._exchange(connection, question)

    def leave(self, host: str) -> None:
        """Close the connections that wait for a host."""
        self._idle.leave(host)

    async def aclose(self) -> None:
        self._idle.close()

    async def _connect(self, origin: Origin, *, trusted: bool) -> Connection:
        _, host, _ = origin
        addresses = await self._addresses(host, trusted=trusted)
        for address in addresses[:-1]:
            try:
                return await self._connect_to(address, origin, _FIRST_ADDRESSES, trusted=trusted)
            except NoReply:
                continue  # the next address may do
        return await self._connect_to(addresses[-1], origin, self._connect_timeout, trusted=trusted)

    async def _addresses(self, host: str, *, trusted: bool) -> list[str]:
        found = await self._names.addresses(host)
        if isinstance(found, Trouble):
            raise NoReply(found.kind, found.detail)
        allowed = found if trusted else [address for address in found if not is_private(address)]
        if not allowed:
            raise NoReply(TroubleKind.PRIVATE, "the host has only private addresses")
        return allowed

    async def _connect_to(self, address: str, origin: Origin, seconds: float, *, trusted: bool) -> Connection:
        scheme, host, port = origin
        tls = self._tls if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(origin, trusted=trusted),
                    address,
                    port,
                    ssl=tls,
                    server_hostname=host if tls else None,
                )
        except TimeoutError:
            raise NoReply(TroubleKind.TIMEOUT, f"no connection within {seconds:g} seconds") from None
        except (OSError, ssl.SSLError) as problem:
            raise no_reply(problem) from None
        return connection

    async def _exchange(self, connection: Connection, question: Exchange) -> tuple[h11.Response, "Body"]:
        try:
            connection.send(question.method, question.target, question.headers, question.content)
            async with asyncio.timeout(self._timeout):
                head = await _receive_head(connection)
        except TimeoutError:
            connection.close()
            raise NoReply(TroubleKind.TIMEOUT, f"no answer within {self._timeout:g} seconds") from None
        except h11.RemoteProtocolError as problem:
            connection.close()
            raise NoReply(TroubleKind.PROTOCOL, str(problem)) from None
        except h11.LocalProtocolError as problem:
            connection.close()
            raise NoReply(TroubleKind.ADDRESS, str(problem)) from None
        except (OSError, ssl.SSLError) as problem:
            connection.close()
            raise no_reply(problem) from None
        except BaseException:
            connection.close()
            raise
        return head, Body(self._idle, connection)


class Body(httpx.AsyncByteStream):
    """A reply's body as it comes; what was not read to its end costs the connection."""

    def __init__(self, idle: Idle, connection: Connection) -> None:
        self._idle = idle
        self._connection = connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while isinstance(event := await self._connection.next_event(), h11.Data):
                yield bytes(event.data)
        except h11.RemoteProtocolError as problem:
            raise NoReply(TroubleKind.PROTOCOL, str(problem)) from None
        except (OSError, ssl.SSLError) as problem:
            raise no_reply(problem) from None

    async def aclose(self) -> None:
        connection = self._connection
        if connection.http.their_state is h11.SEND_BODY:
            # A reply without a body (HEAD, 204, 304) ends without anything more to read.
            try:
                event = connection.http.next_event()
            except h11.RemoteProtocolError:
                event = h11.ConnectionClosed()
            if event is h11.NEED_DATA or isinstance(event, h11.Data):
                connection.close()
                return
        if not connection.is_reusable:
            connection.close()
            return
        connection.begin_next()
        self._idle.keep(connection)


async def _receive_head(connection: Connection) -> h11.Response:
    for _ in range(_MOST_INFORMATIONAL):
        event = await connection.next_event()
        if isinstance(event, h11.Response):
            return event
    raise h11.RemoteProtocolError("one provisional answer after the other")
