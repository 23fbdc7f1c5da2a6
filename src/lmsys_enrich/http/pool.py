"""Connection pool: kept-alive connections, idle and active, to the hosts of a run."""

import asyncio
import socket
import ssl
from asyncio import sslproto
from collections import OrderedDict
from collections.abc import Callable
from itertools import chain, zip_longest

from lmsys_enrich.http.connection import Connection, NoResponse, Origin, no_response
from lmsys_enrich.http.hosts import is_address, is_metadata, is_private
from lmsys_enrich.http.messages import ErrorKind, FetchError
from lmsys_enrich.http.resolver import Resolver
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser
from lmsys_enrich.values import State


class IdlePool:
    """Idle connections, at most `maximum`; the one that is idle longest is closed for the next."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._all: OrderedDict[Connection, None] = OrderedDict()
        self._by_origin: dict[Origin, list[Connection]] = {}

    def take(self, origin: Origin, *, trusted: bool) -> Connection | None:
        """Return the usable connection to an origin that was used last, if any."""
        for connection in self._by_origin.get(origin, [])[::-1]:
            if connection.trusted == trusted:
                self._remove(connection)
                if connection.is_idle:
                    return connection
                connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        """Add a connection."""
        self._all[connection] = None
        self._by_origin.setdefault(connection.origin, []).append(connection)
        if len(self._all) > self._maximum:
            self._close(next(iter(self._all)))

    def leave(self, host: str) -> None:
        """Close the connections to a host (with its port, where that is not the scheme's own)."""
        for origin in _origins(host):
            for connection in list(self._by_origin.get(origin, ())):
                self._close(connection)

    def close(self) -> None:
        """Close all connections."""
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
    """Return the origins of a host as `urls.host_of` returns it."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):
        bare = host.strip("[]")
        return ("http", bare, 80), ("https", bare, 443)
    bare, number = name.strip("[]"), int(port)
    return ("http", bare, number), ("https", bare, number)


TLS_BUFFER = 32_768  # bytes: two TLS records
MAX_IDLE = 500
CONNECT_TIMEOUT = 10.0
# Connection Attempt Delay of RFC 8305 section 5.
_ATTEMPT_DELAY = 0.25
_HOSTNAME_MISMATCH = 62  # X509_V_ERR_HOSTNAME_MISMATCH
# The errors that say least of a host, the one that says less first.
_NO_WAY = {ErrorKind.LOCAL: 0, ErrorKind.UNREACHABLE: 1}


def limit_tls_buffers() -> None:
    """
    Give each TLS connection of this process a buffer of 32 KiB instead of asyncio's 256.

    500 connections then need 30 MB instead of 95. For programs, not for libraries:
    it changes every TLS connection that the process opens afterwards.
    """
    sslproto.SSLProtocol.max_size = TLS_BUFFER


class Exchange(State):
    """A request as bytes, and how to read its response: see `ResponseParser` and `Request`."""

    origin: Origin
    message: bytes
    bodiless: bool
    trusted: bool


class ConnectionPool:
    """
    Sends requests over pooled connections.

    `tls` returns the TLS context, and is called for the first encrypted connection.
    `allow_private` lets every request go to private addresses. DNS lookup, connecting
    and the head of a response each have a time-out, the last of `timeout` seconds. The
    caller bounds the body.
    """

    def __init__(
        self, resolver: Resolver, tls: Callable[[], ssl.SSLContext], timeout: float, *, allow_private: bool
    ) -> None:
        self._resolver = resolver
        self._tls = tls
        self._timeout = timeout
        self._connect_timeout = min(timeout, CONNECT_TIMEOUT)
        self._allow_private = allow_private
        self._idle = IdlePool(MAX_IDLE)

    async def exchange(self, exchange: Exchange) -> tuple[ResponseParser, Connection]:
        """
        Send a request; return its response, the head complete, and the connection to read the body from.

        The connection must be given to `release`. Raises `NoResponse`.
        """
        trusted = self._allow_private or exchange.trusted
        connection = self._idle.take(exchange.origin, trusted=trusted)
        if connection is not None:
            try:
                return await self._send(connection, exchange), connection
            except NoResponse as failure:
                # The host may have closed the idle connection: RFC 9112 section 9.3.1.
                if failure.error.kind is not ErrorKind.RESET or connection.has_response_data:
                    raise
        connection = await self._connect(exchange.origin, trusted=trusted, is_api=exchange.trusted)
        return await self._send(connection, exchange), connection

    def release(self, connection: Connection, parser: ResponseParser) -> None:
        """Take a connection back; it is closed where its response was not read to the end."""
        if connection.finish(parser):
            self._idle.keep(connection)
        else:
            connection.close()

    def leave(self, host: str) -> None:
        """Close the idle connections to a host."""
        self._idle.leave(host)

    def close(self) -> None:
        """Close all idle connections."""
        self._idle.close()

    async def _connect(self, origin: Origin, *, trusted: bool, is_api: bool) -> Connection:
        scheme, host, port = origin
        addresses = await self._addresses(host, trusted=trusted, is_api=is_api)
        tls = self._tls() if scheme == "https" else None
        server_name = host if tls else None
        loop = asyncio.get_running_loop()

        def protocol() -> Connection:
            return Connection(origin, trusted=trusted)

        try:
            async with asyncio.timeout(self._connect_timeout):
                if len(addresses) == 1:  # as most hosts have: no race, and a task less
                    _, connection = await loop.create_connection(
                        protocol, addresses[0], port, ssl=tls, server_hostname=server_name
                    )
                else:
                    winner = await _connect_first(addresses, port)
                    _, connection = await loop.create_connection(
                        protocol, sock=winner, ssl=tls, server_hostname=server_name
                    )
        except TimeoutError:
            detail = f"no connection within {self._connect_timeout:g} seconds"
            raise NoResponse(ErrorKind.TIMEOUT, detail) from None
        except (ConnectionResetError, ConnectionAbortedError) as error:
            if tls is None:
                raise no_response(error) from None
            # Some walls hang up on the fingerprint of a client that is no browser.
            raise NoResponse(ErrorKind.HUNG_UP, "the host ended the TLS handshake") from None
        except (OSError, ssl.SSLError) as error:
            raise _no_connection(error, host, addresses) from None
        except ValueError as error:  # a host that cannot be a TLS server name, as one of 300 characters
            raise NoResponse(ErrorKind.ADDRESS, str(error)) from None
        return connection

    async def _addresses(self, host: str, *, trusted: bool, is_api: bool) -> list[str]:
        addresses = await self._resolver.addresses(host)
        if isinstance(addresses, FetchError):
            raise NoResponse(addresses.kind, addresses.detail)
        if not trusted:
            addresses = [address for address in addresses if not is_private(address)]
        elif not is_api and not is_address(host):
            # Even with --allow-private a name must not lead to a cloud's metadata (DNS rebinding).
            addresses = [address for address in addresses if not is_metadata(address)]
        if not addresses:
            raise NoResponse(ErrorKind.PRIVATE, "the host has only private addresses")
        return addresses

    async def _send(self, connection: Connection, exchange: Exchange) -> ResponseParser:
        try:
            return await connection.send(exchange.message, bodiless=exchange.bodiless, timeout=self._timeout)
        except TimeoutError:
            connection.close()
            raise NoResponse(ErrorKind.TIMEOUT, f"no response within {self._timeout:g} seconds") from None
        except NotHttp as error:
            connection.close()
            raise NoResponse(ErrorKind.PROTOCOL, str(error)) from None
        except (OSError, ssl.SSLError) as error:
            connection.close()
            raise no_response(error) from None
        except BaseException:
            connection.close()
            raise


def _no_connection(error: OSError, host: str, addresses: list[str]) -> NoResponse:
    failure = no_response(error)
    # `*.a.org` holds for `my_site.a.org` in browsers, and not in OpenSSL.
    if "_" in host and getattr(error, "verify_code", None) == _HOSTNAME_MISMATCH:
        return NoResponse(ErrorKind.TLS_STRICT, failure.error.detail)
    # Many machines have no IPv6, runners of CI for one, or a route for it that leads nowhere.
    if failure.error.kind in _NO_WAY and all(":" in address for address in addresses):
        return NoResponse(ErrorKind.LOCAL, "its host has IPv6 addresses alone")
    return failure


def _weight(error: OSError) -> int:
    """Return how much an error says about a host: a refusal says more than a missing route."""
    return _NO_WAY.get(no_response(error).error.kind, len(_NO_WAY))


async def _connect_first(addresses: list[str], port: int) -> socket.socket:
    """
    Return a TCP connection to the address that answers first: "Happy Eyeballs", RFC 8305.

    Attempts begin 250 ms apart, or when the one before fails. Raises the `OSError` that says most.
    """
    waiting = _alternate_families(addresses)
    attempts: set[asyncio.Task[socket.socket]] = set()
    errors: list[OSError] = []
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(asyncio.create_task(_connect_to(waiting.pop(0), port)))
            done, attempts = await asyncio.wait(
                attempts,
                timeout=_ATTEMPT_DELAY if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for attempt in done:
                problem = attempt.exception()
                if problem is None:
                    done.remove(attempt)
                    attempts |= done
                    return attempt.result()
                if not isinstance(problem, OSError):
                    raise problem
                errors.append(problem)
        raise max(errors, key=_weight)
    finally:
        for attempt in attempts:
            attempt.cancel()
            attempt.add_done_callback(_close_loser)


async def _connect_to(address: str, port: int) -> socket.socket:
    connecting = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connecting, (address, port))
    except BaseException:
        connecting.close()
        raise
    return connecting


def _close_loser(attempt: asyncio.Task[socket.socket]) -> None:
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()


def _alternate_families(addresses: list[str]) -> list[str]:
    """Return addresses in turn of IPv6 and IPv4, beginning with the first: RFC 8305 section 4."""
    is_first_v6 = ":" in addresses[0]
    first = [address for address in addresses if (":" in address) == is_first_v6]
    second = [address for address in addresses if (":" in address) != is_first_v6]
    return [address for address in chain(*zip_longest(first, second)) if address is not None]
