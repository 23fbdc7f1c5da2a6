"""Our transport beside httpx's own: the same answers, from good servers and from strange ones."""

import contextlib
import socket
import ssl

import httpx
import pytest

from lmsys_enrich.http.httpx_transport import HttpxTransport
from lmsys_enrich.http.pool import ConnectionPool
from lmsys_enrich.http.resolver import Resolver
from lmsys_enrich.simulation.server import Misdeed, Raw, Received, Response, Sent, serving

_OK = b"HTTP/1.1 200 OK\r\n"
_STRANGE: dict[str, Response] = {
    "a page": Sent(200, {"content-type": "text/html"}, b"<title>A page</title>"),
    "a header twice": Raw(
        _OK + b"a: 1\r\nA: 2\r\nset-cookie: x=1\r\nset-cookie: y=2\r\ncontent-length: 0\r\n\r\n"
    ),
    "a body in chunks": Raw(
        _OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n"
    ),
    "a body up to the end": Raw(_OK + b"connection: close\r\n\r\nall of it"),
    "an old protocol": Raw(b"HTTP/1.0 200 OK\r\n\r\nold"),
    "provisional answers": Raw(
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + _OK + b"content-length: 0\r\n\r\n"
    ),
    "no reason": Raw(b"HTTP/1.1 204\r\n\r\n"),
    "a strange status": Sent(999, {}, b"no robots"),
    "a header in Latin-1": Raw(_OK + b"x-name: caf\xe9\r\ncontent-length: 0\r\n\r\n"),
    "a location": Sent(301, {"location": "/elsewhere"}),
    "a location twice": Raw(
        b"HTTP/1.1 301 Moved\r\nlocation: /a, b\r\nLocation: /a, b\r\ncontent-length: 0\r\n\r\n"
    ),
    "a large header": Sent(200, {"x-large": "x" * 20_000}),
    "line ends of Unix": Raw(b"HTTP/1.1 200 OK\ncontent-length: 2\n\nok"),
    "a body that breaks off": Raw(_OK + b"content-length: 100\r\n\r\nhalf"),
    "a bad chunk": Raw(_OK + b"transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n"),
    "the same length twice": Raw(_OK + b"content-length: 2\r\nContent-Length: 2\r\n\r\nab"),
    "the same length twice in one": Raw(_OK + b"a: 1\r\ncontent-length: 2, 2\r\nb: 2\r\n\r\nab"),
    "another protocol, offered": Raw(
        b"HTTP/1.1 200 OK\r\nconnection: Upgrade, Keep-Alive\r\nupgrade: h2c\r\ncontent-length: 1\r\n\r\na"
    ),
    "another protocol": Raw(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nx"
    ),
    "two lengths": Raw(_OK + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab"),
    "a broken header": Raw(_OK + b"no colon here\r\n\r\n"),
    "another language": Misdeed.GARBAGE,
    "nothing": Raw(b""),
    "a reset": Misdeed.RESET,
}


def _transport(timeout: float = 5.0) -> ConnectionPool:
    return ConnectionPool(
        Resolver(lambda _: [], 5.0), ssl.create_default_context, timeout, allow_private=True
    )


def _httpx(timeout: float = 5.0) -> HttpxTransport:
    return HttpxTransport(_transport(timeout))


async def _told(pool: httpx.AsyncBaseTransport, url: str) -> object:
    """Return everything that a transport tells of an answer, or that it told of none."""
    try:
        response = await pool.handle_async_request(httpx.Request("GET", url))
        try:
            body = b"".join([chunk async for chunk in response.aiter_raw()])
        finally:
            await response.aclose()
    except httpx.TransportError:
        return "no answer"
    return response.status_code, response.headers.multi_items(), body


@pytest.mark.parametrize("name", _STRANGE)
async def test_it_answers_as_that_of_httpx_does(name: str) -> None:
    async def parser(received: Received) -> Response:
        del received
        return _STRANGE[name]

    async with serving(parser) as site, httpx.AsyncHTTPTransport() as reference, _httpx() as asking:
        expected = await _told(reference, f"{site.url}/a?b=c")
        assert await _told(asking, f"{site.url}/a?b=c") == expected
    ours, theirs = site.log[1], site.log[0]
    assert (ours.method, ours.target, ours.headers) == (theirs.method, theirs.target, theirs.headers)


async def _page(received: Received) -> Response:
    del received
    return Sent(200, {}, b"a page")


async def test_a_connection_is_used_again_until_its_host_is_left() -> None:
    pool = _transport()
    asking = HttpxTransport(pool)
    async with serving(_page) as site:
        for _ in range(5):
            await _told(asking, site.url)
        assert (len(site.log), site.connections) == (5, 1)
        pool.leave(f"127.0.0.1:{site.port}")
        await _told(asking, site.url)
        assert site.connections <= 2
        await asking.aclose()


async def test_what_was_not_read_to_its_end_is_not_used_again() -> None:
    async def large(received: Received) -> Response:
        del received
        return Sent(200, {}, b"x" * 2_000_000)

    async with serving(large) as site, _httpx() as pool:
        response = await pool.handle_async_request(httpx.Request("GET", site.url))
        await response.aclose()
        assert await _told(pool, site.url) == (200, [("content-length", "2000000")], b"x" * 2_000_000)


async def test_a_host_that_is_silent_is_not_waited_for_longer_than_was_said() -> None:
    async def silent(received: Received) -> Response:
        del received
        return Misdeed.SILENCE

    async with serving(silent) as site, _httpx(timeout=0.05) as pool:
        assert await _told(pool, site.url) == "no answer"


async def test_a_host_that_takes_no_connection_has_a_time_out_of_its_own() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        with contextlib.ExitStack() as queue:
            for _ in range(3):  # with its queue full, the system lets the next one wait
                waiting = queue.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listening.getsockname())
            port = listening.getsockname()[1]
            request = httpx.Request("HEAD", f"http://127.0.0.1:{port}/")
            with pytest.raises(httpx.TransportError, match="no connection within"):
                await _httpx(timeout=0.05).handle_async_request(request)
