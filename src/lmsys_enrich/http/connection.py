"""Connection to an origin: one exchange after the other, as an asyncio protocol."""

import asyncio
import errno
import ssl
from typing import TypeAlias, cast

from lmsys_enrich.http.messages import ErrorKind, FetchError
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser

Origin: TypeAlias = tuple[str, str, int]
"""Scheme, host and port: RFC 6454."""

_MAX_UNREAD = 65_536


class NoResponse(Exception):
    """Raised inside `http/` where a request has no response; `error` becomes its outcome."""

    def __init__(self, kind: ErrorKind, detail: str) -> None:
        super().__init__(detail)
        self.error = FetchError(kind, detail)


class Connection(asyncio.Protocol):
    """
    A connection to an origin, for one exchange after the other.

    `trusted` connections may lead to a private address. asyncio's streams would do
    the same for twice the CPU time.
    """

    def __init__(self, origin: Origin, *, trusted: bool) -> None:
        self.origin = origin
        self.trusted = trusted
        self._parser: ResponseParser | None = None
        self._has_unsolicited_data = False
        self._has_ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_paused = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # as `create_connection` promises

    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if parser is None:
            self._has_unsolicited_data = True
            return
        try:
            parser.feed(data)
        except NotHttp as error:
            self._error = error
        if parser.held > _MAX_UNREAD and self._transport is not None:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._error = self._error or exc
        self._end()

    @property
    def is_idle(self) -> bool:
        """Return true if nothing was received since the last exchange, not even the end."""
        return not self._has_ended and not self._has_unsolicited_data

    @property
    def has_response_data(self) -> bool:
        """Return true if any byte of the current response was received."""
        return self._parser is not None and self._parser.has_data

    async def send(self, message: bytes, *, bodiless: bool, timeout: float) -> ResponseParser:  # noqa: ASYNC109 - a timer is cheaper than a scope
        """
        Send a request, and return its response once the head is complete.

        Raises `NotHttp`, `OSError`, and `TimeoutError` after `timeout` seconds.
        """
        if self._transport is None:
            raise ConnectionResetError
        parser = self._parser = ResponseParser(bodiless=bodiless)
        self._transport.write(message)
        timer = asyncio.get_running_loop().call_later(timeout, self._time_out)
        try:
            while not parser.has_head:
                await self._change(parser)
        finally:
            timer.cancel()
        return parser

    async def read(self, parser: ResponseParser) -> bytes:
        """Return the next part of a body, empty at its end. Raises `NotHttp` and `OSError`."""
        while not parser.parts and not parser.is_complete:
            if parser.is_broken:
                raise self._error or NotHttp("the body breaks off")
            if self._is_paused and self._transport is not None:
                self._is_paused = False
                self._transport.resume_reading()
            await self._change(parser)
        return parser.take()

    def finish(self, parser: ResponseParser) -> bool:
        """End an exchange; return whether the connection can be used for another."""
        self._parser = None
        if not parser.finish() or self._has_ended or self._has_unsolicited_data:
            return False
        if self._is_paused and self._transport is not None:
            # The body came faster than it was read, and nothing but the next response would resume.
            self._is_paused = False
            self._transport.resume_reading()
        return True

    def close(self) -> None:
        """Abort the connection, without a TLS goodbye."""
        if self._transport is not None:
            self._transport.abort()

    async def _change(self, parser: ResponseParser) -> None:
        """Wait until something is received; raise the error or the end that prevents it."""
        if self._error is not None:
            raise self._error
        if self._has_ended:
            raise NotHttp("the response breaks off") if parser.has_data else ConnectionResetError
        self._waiter = asyncio.get_running_loop().create_future()
        await self._waiter

    def _end(self) -> None:
        self._has_ended = True
        if self._parser is not None:
            self._parser.end()
        self._wake()

    def _time_out(self) -> None:
        if self._parser is None or not self._parser.has_head:  # else it came in the same moment
            self._error = TimeoutError()
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


# X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: the server leaves
# out its intermediate certificate. Browsers fetch it (AIA, RFC 5280 section 4.2.2.1) or have it cached.
_INCOMPLETE_CHAIN = frozenset({20, 21})
# X509_V_ERR_EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK: OpenSSL's security level.
_WEAK_CERTIFICATE = frozenset({66, 67, 68})
# What OpenSSL's security level or its defaults refuse, and browsers or other builds accept.
_STRICT_REASONS = frozenset(
    {
        "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",  # no RFC 5746: old load balancers, public offices
        "DH_KEY_TOO_SMALL",
        "EE_KEY_TOO_SMALL",
        "CA_KEY_TOO_SMALL",
        "CA_MD_TOO_WEAK",
        "MODULUS_TOO_SMALL",
        "BAD_ECPOINT",
        "WRONG_SIGNATURE_TYPE",
        "WRONG_CURVE",
        "NO_SHARED_CIPHER",
        "UNSUPPORTED_PROTOCOL",  # TLS 1.0 and 1.1
        None,  # an alert that Python's OpenSSL has no name for
    }
)
# An alert is the host's reply to our side of the handshake: our ciphers (HANDSHAKE_FAILURE), versions and
# extensions, a client certificate that visitors have. These alone are about the host itself.
_ALERTS_OF_THE_HOST = frozenset(
    {
        "TLSV1_ALERT_INTERNAL_ERROR",
        "SSLV3_ALERT_UNEXPECTED_MESSAGE",
        "SSLV3_ALERT_BAD_RECORD_MAC",
        "TLSV1_ALERT_DECRYPT_ERROR",
    }
)
# No route (no IPv6, mostly), no address, no sockets left, a firewall of our own.
_LOCAL_ERRORS = frozenset(
    {
        *(errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT),
        *(errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM),
    }
)


def no_response(error: OSError) -> NoResponse:
    """Return why a connection failed."""
    kind, detail = ErrorKind.UNREACHABLE, error.strerror
    match error:
        case ssl.SSLCertVerificationError():
            is_strict = error.verify_code in _INCOMPLETE_CHAIN | _WEAK_CERTIFICATE
            kind, detail = ErrorKind.TLS_STRICT if is_strict else ErrorKind.TLS, error.verify_message
        case ssl.SSLError():
            kind = ErrorKind.TLS_STRICT if _is_strict(error.reason) else ErrorKind.TLS
            detail = error.reason or str(error)
        case ConnectionRefusedError():
            kind, detail = ErrorKind.REFUSED, "the host refused the connection"
        case TimeoutError():
            kind, detail = ErrorKind.TIMEOUT, "no response in time"
        case ConnectionError():
            kind, detail = ErrorKind.RESET, "the host closed the connection"
        case _ if error.errno in _LOCAL_ERRORS:
            kind = ErrorKind.LOCAL
        case _:
            pass  # the host's network does not know it, or its firewall refuses
    return NoResponse(kind, detail or "no reason given")


def _is_strict(reason: str | None) -> bool:
    """Return true where OpenSSL refuses what browsers accept, or the host may have refused our side alone."""
    return reason in _STRICT_REASONS or ("ALERT" in str(reason) and reason not in _ALERTS_OF_THE_HOST)
