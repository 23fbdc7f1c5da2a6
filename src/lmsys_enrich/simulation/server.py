"""HTTP/1.1 server on loopback that logs its requests and can misbehave."""

import asyncio
import contextlib
import json
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TypeAlias
from urllib.parse import parse_qs, unquote

import h11

from lmsys_enrich.values import Value, value_field

_READ = 65_536


class Received(Value):
    """A request as it arrived; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Sent(Value):
    """A response. Of one to HEAD only the length of the body is sent."""

    status: int
    headers: Mapping[str, str] = value_field(default_factory=dict)
    body: bytes = b""


def json_response(content: object, status: int = 200) -> Sent:
    """Return a response with JSON."""
    return Sent(status, {"content-type": "application/json"}, json.dumps(content).encode())


def parameters(received: Received) -> dict[str, str]:
    """Return the parameters of a request, from its query and from a form in its body."""
    query = received.target.partition("?")[2]
    form = (
        received.body.decode("utf-8", "replace") if "form" in received.headers.get("content-type", "") else ""
    )
    return {name: values[0] for name, values in parse_qs(f"{query}&{form}").items()}


def path_below(received: Received, start: str) -> str | None:
    """Return the decoded rest of the path after a prefix; None for another path."""
    return unquote(received.path[len(start) :]) if received.path.startswith(start) else None


class Misdeed(Enum):
    """Misbehaviour of a server in place of a response."""

    RESET = auto()  # breaks off the connection
    SILENCE = auto()  # never answers
    GARBAGE = auto()  # sends bytes other than HTTP


class Raw(Value):
    """Bytes sent as they are; then the connection is closed."""

    data: bytes


Response: TypeAlias = Sent | Misdeed | Raw
Handler: TypeAlias = Callable[[Received], Awaitable[Response]]
Fault: TypeAlias = Callable[[Received, Sent], Response]
"""Replaces the correct response to a request."""


@dataclass(slots=True, kw_only=True)
class SimulatedService(ABC):
    """
    Handler of a service, with faults.

    Each request uses up one of `faults` (None: no fault), then `lasting` for ever.
    `pause` is awaited with the request before each response.
    """

    faults: list[Fault | None] = field(default_factory=list)
    lasting: Fault | None = None
    pause: Callable[[Received], Awaitable[None]] | None = None

    async def __call__(self, received: Received) -> Response:
        if self.pause is not None:
            await self.pause(received)
        response = self.correct_response(received)
        fault = self.faults.pop(0) if self.faults else self.lasting
        return fault(received, response) if fault is not None else response

    @abstractmethod
    def correct_response(self, received: Received) -> Sent:
        """Return the response of a service without faults."""


@dataclass(slots=True)
class Server:
    """A running server; `log` has every request, `busiest` the peak of concurrent ones."""

    handler: Handler
    address: str = "127.0.0.1"
    port: int = 0
    log: list[Received] = field(default_factory=list)
    busiest: int = 0
    _under_way: int = 0
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self.address}:{self.port}"

    @property
    def connections(self) -> int:
        """Number of open connections."""
        return len(self._connections)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end, in a task of its own."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def stop(self) -> None:
        """End every connection."""
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, h11.RemoteProtocolError, asyncio.CancelledError):
                await self._converse(reader, writer)
                writer.close()
                await writer.wait_closed()  # what is still to be sent is sent
        finally:
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request after the other; return whether the connection may end normally."""
        http = h11.Connection(h11.SERVER)
        while (received := await _receive(http, reader)) is not None:
            self.log.append(received)
            self._under_way += 1
            self.busiest = max(self.busiest, self._under_way)
            try:
                response = await self.handler(received)
            finally:
                self._under_way -= 1
            if not await _respond(http, writer, response, is_head=received.method == "HEAD"):
                return False
            if http.our_state is not h11.DONE or http.their_state is not h11.DONE:
                return True
            http.start_next_cycle()
        return True


@asynccontextmanager
async def serving(
    handler: Handler, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Server, None]:
    """Yield a server on loopback, at a free port unless one is named."""
    server = Server(handler)
    listening = await asyncio.start_server(server.accept, server.address, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.stop()


async def _receive(http: h11.Connection, reader: asyncio.StreamReader) -> Received | None:
    head: h11.Request | None = None
    body = b""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(_READ))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
            return Received(head.method.decode("ascii"), head.target.decode("ascii"), headers, body)
        else:
            return None


async def _respond(
    http: h11.Connection, writer: asyncio.StreamWriter, response: Response, *, is_head: bool
) -> bool:
    """Send a response or misbehave; return whether the connection stays open."""
    match response:
        case Sent(status, headers, body):
            lines = [*headers.items(), ("content-length", str(len(body)))]
            sent = http.send(h11.Response(status_code=status, headers=lines)) or b""
            sent += b"" if is_head else http.send(h11.Data(data=body)) or b""
            writer.write(sent + (http.send(h11.EndOfMessage()) or b""))
            await writer.drain()
            return True
        case Raw(data):
            writer.write(data)
            await writer.drain()
        case Misdeed.GARBAGE:
            writer.write(b"\x00\x01 what is this\r\n\r\n" * 8)
            await writer.drain()
        case Misdeed.SILENCE:
            await asyncio.Event().wait()
        case _:  # Misdeed.RESET
            writer.transport.abort()
    return False
