"""Simulated server: valid HTTP, scripted misbehaviour, and a log of requests."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import pytest
import trustme
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from lmsys_enrich.simulation.server import Handler, Misdeed, Raw, Received, Response, Sent, Server, serving

LARGE = b"x" * 8_000_000  # more than sockets hold, so that the end is still to be sent when all is said


def always(response: Response) -> Handler:
    async def handler(received: Received) -> Response:
        del received
        return response

    return handler


async def echo(received: Received) -> Response:
    return Sent(200, {"x-method": received.method, "x-target": received.target}, received.body)


async def reply_to(server: Server, *pieces: bytes) -> bytes:
    """Everything that a server sends before it ends the connection, of what it is sent."""
    async with await anyio.connect_tcp(server.address, server.port) as stream:
        for piece in pieces:
            await stream.send(piece)
        return await _rest(stream)


async def _rest(stream: ByteStream) -> bytes:
    heard = b""
    try:
        async for piece in stream:
            heard += piece
    except anyio.BrokenResourceError:
        pass  # the connection closed unexpectedly: what came before it counts
    return heard


def request(method: str = "GET", target: str = "/", *lines: str, body: bytes = b"") -> bytes:
    head = [
        f"{method} {target} HTTP/1.1",
        "Host: here",
        *lines,
        *([f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


CLOSE = "Connection: close"


async def test_a_request_arrives_whole_and_is_logged() -> None:
    async with serving(echo) as server:
        sent = request("POST", "/a?b=c", "X-Caf: \xe9", CLOSE, body=b"a body").decode().encode("latin-1")
        answer = await reply_to(server, sent[:9], sent[9:-3], sent[-3:])
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\na body")
    (received,) = server.log
    assert (received.method, received.target, received.path) == ("POST", "/a?b=c", "/a")
    assert received.headers["x-caf"] == "\xe9"
    assert received.body == b"a body"


async def test_one_connection_carries_many_requests() -> None:
    async with serving(echo) as server, await anyio.connect_tcp(server.address, server.port) as stream:
        reader = BufferedByteReceiveStream(stream)
        for number in range(3):
            await stream.send(request(target=f"/{number}"))
            head = await reader.receive_until(b"\r\n\r\n", 1000)
            assert f"x-target: /{number}".encode() in head
    assert [received.path for received in server.log] == ["/0", "/1", "/2"]


async def test_pipelined_requests_are_answered_in_their_order() -> None:
    async with serving(echo) as server:
        answer = await reply_to(server, request(target="/1") + request("GET", "/2", CLOSE))
    assert answer.index(b"x-target: /1") < answer.index(b"x-target: /2")


async def test_the_connection_ends_where_the_client_wants_it() -> None:
    async with serving(echo) as server:
        assert (await reply_to(server, request("GET", "/", CLOSE))).count(b"HTTP/1.1 200") == 1


async def test_of_an_answer_to_head_only_the_length_is_reported() -> None:
    async with serving(always(Sent(200, body=b"12345"))) as server:
        answer = await reply_to(server, request("HEAD", "/", CLOSE))
    assert b"content-length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "response", [Sent(200, body=LARGE), Raw(b"HTTP/1.1 200 \r\n\r\n" + LARGE)], ids=["reply", "raw"]
)
async def test_what_is_large_arrives_whole_before_the_connection_ends(response: Response) -> None:
    async with serving(always(response)) as server:
        answer = await reply_to(server, request("GET", "/", CLOSE))
    assert len(answer.partition(b"\r\n\r\n")[2]) == len(LARGE)


@pytest.mark.parametrize(
    ("response", "heard"),
    [
        (Misdeed.RESET, b""),
        (Misdeed.GARBAGE, b"\x00\x01 what is this"),
        (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), b"half"),
    ],
)
async def test_a_misdeed_ends_the_connection_and_not_the_server(response: Response, heard: bytes) -> None:
    responses: list[Response] = [response, Sent(204)]

    async def handler(received: Received) -> Response:
        del received
        return responses.pop(0)

    async with serving(handler) as server:
        answer = await reply_to(server, request())
        assert (heard in answer) if heard else (answer == b"")
        assert (await reply_to(server, request("GET", "/", CLOSE))).startswith(b"HTTP/1.1 204")


async def test_silence_lasts_until_the_server_stops() -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(always(Misdeed.SILENCE)))
        stream = await stack.enter_async_context(await anyio.connect_tcp(server.address, server.port))
        async with anyio.create_task_group() as tasks:
            ended = anyio.Event()

            async def listen() -> None:
                assert await _rest(stream) == b""
                ended.set()

            tasks.start_soon(listen)
            await stream.send(request())
            while not server.log:
                await anyio.lowlevel.checkpoint()
            assert not ended.is_set()
            await server.stop()
            await ended.wait()


@pytest.mark.parametrize(
    "noise",
    [
        b"this is no HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # names no host
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"y" * 200_000,
    ],
    ids=["no HTTP", "no host", "no length", "endless head"],
)
async def test_what_is_no_request_is_never_answered_as_one(noise: bytes) -> None:
    async with serving(echo) as server:
        assert b" 200 " not in await reply_to(server, noise)
        assert server.log == []
        assert b" 200 " in await reply_to(server, request("GET", "/", CLOSE))


@pytest.mark.parametrize(
    "beginning", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf"]
)
async def test_a_client_that_hangs_up_early_disturbs_nobody(beginning: bytes) -> None:
    async with serving(echo) as server:
        stream = await anyio.connect_tcp(server.address, server.port)
        await stream.send(beginning)
        await stream.send_eof()
        assert await _rest(stream) == b""
        await stream.aclose()
        assert server.log == []
        assert b" 200 " in await reply_to(server, request("GET", "/", CLOSE))


async def test_client_that_leaves_early_disturbs_no_other() -> None:
    gone = asyncio.Event()

    async def handler(received: Received) -> Response:
        if received.path == "/slow":
            await gone.wait()
            return Sent(200, body=LARGE)
        return Sent(204)

    async with serving(handler) as server:
        stream = await anyio.connect_tcp(server.address, server.port)
        await stream.send(request(target="/slow"))
        while not server.log:
            await anyio.lowlevel.checkpoint()
        await stream.aclose()
        gone.set()
        assert b" 204 " in await reply_to(server, request("GET", "/", CLOSE))


def at_once(count: int) -> tuple[Handler, Callable[[], Awaitable[None]]]:
    """A handler that responds only once so many requests wait, and the event for that."""
    waiting = 0
    full = asyncio.Event()

    async def handler(received: Received) -> Response:
        nonlocal waiting
        waiting += 1
        if waiting == count:
            full.set()
        await full.wait()
        return await echo(received)

    async def wait() -> None:
        await full.wait()

    return handler, wait


async def test_it_remembers_how_many_requests_there_were_at_once() -> None:
    handler, full = at_once(7)
    async with serving(handler) as server:
        async with anyio.create_task_group() as tasks:
            for _ in range(7):
                tasks.start_soon(reply_to, server, request("GET", "/", CLOSE))
            await full()
        await reply_to(server, request("GET", "/", CLOSE))
    assert server.busiest == 7
    assert len(server.log) == 8


async def test_a_port_may_be_named_and_is_free_again_afterwards() -> None:
    async with serving(echo) as first:
        pass
    async with serving(echo, first.port) as second:
        assert second.url == f"http://127.0.0.1:{first.port}"
        assert await reply_to(second, request("GET", "/", CLOSE))


async def test_it_speaks_tls_where_it_is_given_a_certificate() -> None:
    authority = trustme.CA()
    there, here = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(there)
    authority.configure_trust(here)
    async with serving(always(Sent(200, body=LARGE)), tls=there) as server:
        reader, writer = await asyncio.open_connection(server.address, server.port, ssl=here)
        writer.write(request("GET", "/", CLOSE))
        assert len((await reader.read(-1)).partition(b"\r\n\r\n")[2]) == len(LARGE)
        writer.close()
