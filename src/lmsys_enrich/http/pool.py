"""Connection pool: requests over kept-alive connections of our own."""

import asyncio
import ssl
from asyncio import sslproto
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from lmsys_enrich.http.connection import Connection, NoReply, Origin, no_reply
from lmsys_enrich.http.messages import ErrorKind, FetchError
from lmsys_enrich.http.resolver import Resolver, is_private
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser


class IdlePool:
    """Keeps so many connections at most; the one that waited longest makes room for the next."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: OrderedDict[Connection, None] = OrderedDict()
        self._by_origin: dict[Origin, list[Connection]] = {}

    def take(self, origin: Origin, *, trusted: bool) -> Connection | None:
        """Return the connection to an origin that was used last, if there is any that may be used."""
        for connection in self._by_origin.get(origin, [])[::-1]:
            if connection.trusted == trusted:
                self._remove(connection)
                if connection.is_idle:
                    return connection
                connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        """Let a connection wait."""
        self._all[connection] = None
        self._by_origin.setdefault(connection.origin, []).append(connection)
        if len(self._all) > self._most:
            self._close(next(iter(self._all)))

    def leave(self, host: str) -> None:
        """Close what waits for a host (with its port, where that is not the scheme's own)."""
        for origin in _origins(host):
            for connection in list(self._by_origin.get(origin, ())):
                self._close(connection)

    def close(self) -> None:
        """Close everything."""
        for connection in list(self._all):
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._remove(connection)
        connection.close()

    def _remove(self, connection: Connection) -> None:
        del self._all[connection]
        others = self._by_origin[connection.origin]
        others.remove(connection)
        if not others:
            del self._by_origin[connection.origin]


def _origins(host: str) -> tuple[Origin, Origin]:
    """Return the origins that have a host, as `urls.host_of` tells it."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        bare = host.strip("[]")
        return ("http", bare, 80), ("https", bare, 443)
    bare, number = name.strip("[]"), int(port)
    return ("http", bare, number), ("https", bare, number)


_TLS_BUFFER = 32_768  # bytes: two TLS records
_MOST_IDLE = 500
_CONNECT = 10.0  # seconds for the last address of a host, TLS included …
_FIRST_ADDRESSES = 5.0  # … and for each one before it


def limit_tls_buffers() -> None:
    """
    Give each TLS connection of this process a buffer of 32 KiB instead of asyncio's 256.

    500 connections then need 30 MB instead of 95. For programs, not for libraries:
    it changes every TLS connection that the process opens afterwards.
    """
    sslproto.SSLProtocol.max_size = _TLS_BUFFER


@dataclass(slots=True)
class Exchange:
    """
    A request as it goes over a connection, and how it is answered.

    The answer to a `bodiless` one ends with its head; `trusted` ones may go to private addresses.
    """

    origin: Origin
    sent: bytes
    bodiless: bool
    trusted: bool


class ConnectionPool:
    """
    Sends requests over connections that are kept until their host is left, or others need the room.

    `tls` gives the context of all encrypted connections, and is asked when there is one.
    `allow_private` lets every request go to private addresses. Looking up a name,
    connecting, and the head of the answer each have a time-out of their own, the
    last being `timeout` seconds. How long a body takes is for the caller to bound.
    """

    def __init__(
        self, names: Resolver, tls: Callable[[], ssl.SSLContext], timeout: float, *, allow_private: bool
    ) -> None:
        self._names = names
        self._tls = tls
        self._timeout = timeout
        self._connect_timeout = min(timeout, _CONNECT)
        self._allow_private = allow_private
        self._idle = IdlePool(_MOST_IDLE)

    async def exchange(self, task: Exchange) -> tuple[ResponseParser, Connection]:
        """
        Return the answer, its head being there, and the connection that brings its body.

        Give the connection back by `done`. Raises `NoReply`.
        """
        trusted = self._allow_private or task.trusted
        connection = self._idle.take(task.origin, trusted=trusted)
        if connection is not None:
            try:
                return await self._ask(connection, task), connection
            except NoReply as problem:
                # The host may have closed while the connection lay idle: that says nothing of the link.
                if problem.trouble.kind is not ErrorKind.RESET or connection.is_heard:
                    raise
        connection = await self._connect(task.origin, trusted=trusted)
        return await self._ask(connection, task), connection

    def done(self, connection: Connection, parser: ResponseParser) -> None:
        """Take a connection back; where its answer was not read to the end, that is the connection's end."""
        if connection.is_free_after(parser):
            self._idle.keep(connection)
        else:
            connection.close()

    def leave(self, host: str) -> None:
        """Close the connections that wait for a host."""
        self._idle.leave(host)

    def close(self) -> None:
        """Close all connections that wait."""
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
        if isinstance(found, FetchError):
            raise NoReply(found.kind, found.detail)
        allowed = found if trusted else [address for address in found if not is_private(address)]
        if not allowed:
            raise NoReply(ErrorKind.PRIVATE, "the host has only private addresses")
        return allowed

    async def _connect_to(self, address: str, origin: Origin, seconds: float, *, trusted: bool) -> Connection:
        scheme, host, port = origin
        tls = self._tls() if scheme == "https" else None
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
            raise NoReply(ErrorKind.TIMEOUT, f"no connection within {seconds:g} seconds") from None
        except (OSError, ssl.SSLError) as problem:
            raise no_reply(problem) from None
        return connection

    async def _ask(self, connection: Connection, task: Exchange) -> ResponseParser:
        try:
            return await connection.ask(task.sent, bodiless=task.bodiless, seconds=self._timeout)
        except TimeoutError:
            connection.close()
            raise NoReply(ErrorKind.TIMEOUT, f"no answer within {self._timeout:g} seconds") from None
        except NotHttp as problem:
            connection.close()
            raise NoReply(ErrorKind.PROTOCOL, str(problem)) from None
        except (OSError, ssl.SSLError) as problem:
            connection.close()
            raise no_reply(problem) from None
        except BaseException:
            connection.close()
            raise
