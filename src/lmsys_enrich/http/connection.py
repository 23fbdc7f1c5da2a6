"""One connection: bytes that come and go, for one question after the other."""

import asyncio
import ssl
from typing import TypeAlias, cast

from lmsys_enrich.http.messages import ErrorKind, FetchError
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser

Origin: TypeAlias = tuple[str, str, int]
"""Scheme, host and port."""

_MOST_UNREAD = 65_536


class NoReply(Exception):
    """There is no reply to a request, for the reason that `trouble` gives."""

    def __init__(self, kind: ErrorKind, detail: str) -> None:
        super().__init__(detail)
        self.trouble = FetchError(kind, detail)


class Connection(asyncio.Protocol):
    """
    A connection to an origin, for one exchange after the other.

    `trusted` tells that it may lead to a private address. Streams of asyncio do
    the same for twice the time of a processor.
    """

    def __init__(self, origin: Origin, *, trusted: bool) -> None:
        self.origin = origin
        self.trusted = trusted
        self._answer: ResponseParser | None = None
        self._is_disturbed = False  # by what nobody had asked for
        self._ended = False
        self._problem: Exception | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._is_paused = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # as `create_connection` promises

    def data_received(self, data: bytes) -> None:
        parser = self._answer
        if parser is None:
            self._is_disturbed = True
            return
        try:
            parser.feed(data)
        except NotHttp as problem:
            self._problem = problem
        if parser.held > _MOST_UNREAD and self._transport is not None:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._problem = self._problem or exc
        self._end()

    @property
    def is_idle(self) -> bool:
        """Whether nothing came since the last exchange, not even an end."""
        return not self._ended and not self._is_disturbed

    @property
    def is_heard(self) -> bool:
        """Whether anything of the present answer came."""
        return self._answer is not None and self._answer.is_heard

    async def ask(self, sent: bytes, *, bodiless: bool, seconds: float) -> ResponseParser:
        """
        Send a request, and return the answer when its head is there.

        Raises `NotHttp`, `OSError`, and `TimeoutError` where that takes longer than `seconds`.
        """
        if self._transport is None:
            raise ConnectionResetError
        parser = self._answer = ResponseParser(bodiless=bodiless)
        self._transport.write(sent)
        timer = asyncio.get_running_loop().call_later(seconds, self._give_up)
        try:
            while not parser.has_head:
                await self._change(parser)
        finally:
            timer.cancel()
        return parser

    async def part(self, parser: ResponseParser) -> bytes:
        """Return the next part of an answer's body, empty at its end; raises `NotHttp` and `OSError`."""
        while not parser.parts and not parser.is_over:
            if parser.is_broken:
                raise self._problem or NotHttp("the body breaks off")
            if self._is_paused and self._transport is not None:
                self._is_paused = False
                self._transport.resume_reading()
            await self._change(parser)
        return parser.take()

    def is_free_after(self, parser: ResponseParser) -> bool:
        """Whether an exchange is over, and another may follow; if so, it is made ready for that."""
        if self._ended or self._is_disturbed or not parser.keeps_connection:
            return False
        self._answer = None
        return True

    def close(self) -> None:
        """Break the connection off, without waiting for anything."""
        if self._transport is not None:
            self._transport.abort()

    async def _change(self, parser: ResponseParser) -> None:
        """Wait until something comes, or raise what stands in its way."""
        if self._problem is not None:
            raise self._problem
        if self._ended:
            raise NotHttp("the answer breaks off") if parser.is_heard else ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        await self._waiting

    def _end(self) -> None:
        self._ended = True
        if self._answer is not None:
            self._answer.end()
        self._wake()

    def _give_up(self) -> None:
        if self._answer is None or not self._answer.has_head:  # else it came in the same moment
            self._problem = TimeoutError()
            self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def no_reply(problem: OSError) -> NoReply:
    """Tell why a connection failed."""
    kind, detail = ErrorKind.UNREACHABLE, problem.strerror
    match problem:
        case ssl.SSLCertVerificationError():
            kind, detail = ErrorKind.TLS, problem.verify_message
        case ssl.SSLError():
            kind, detail = ErrorKind.TLS, problem.reason
        case ConnectionRefusedError():
            kind, detail = ErrorKind.REFUSED, "the host refused the connection"
        case TimeoutError():
            kind, detail = ErrorKind.TIMEOUT, "no answer in time"
        case ConnectionError():
            kind, detail = ErrorKind.RESET, "the host broke off the connection"
        case _:
            pass  # whatever else, the host was not reached
    return NoReply(kind, detail or "the host gave no reason")
