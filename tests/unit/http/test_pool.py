"""The connection pool beside httpx's transport: the same responses, from good servers and strange ones."""

import contextlib
import socket
import ssl
from collections.abc import Sequence

import httpx
import pytest

from lmsys_enrich.http.client import HttpClient, join_headers, request_headers
from lmsys_enrich.http.connection import Connection
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request
from lmsys_enrich.http.messages import Response as HttpResponse
from lmsys_enrich.http.pool import ConnectionPool, IdlePool
from lmsys_enrich.http.resolver import Resolver
from lmsys_enrich.simulation.server import Misdeed, Raw, Received, Response, Sent, serving
from tests.reliability.strange_servers import Certificates, silent, strange_server

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
    "another language": Misdeed.GARBAGE,
    "nothing": Raw(b""),
    "a reset": Misdeed.RESET,
}


def _pool(timeout: float = 5.0, addresses: Sequence[str] = ()) -> ConnectionPool:
    return ConnectionPool(
        Resolver(lambda _: list(addresses), 5.0), ssl.create_default_context, timeout, allow_private=True
    )


async def _get(pool: ConnectionPool, url: str) -> Outcome:
    return await HttpClient(pool, 5.0)(Request("GET", url, body_limit=4_000_000))


async def _get_with_httpx(transport: httpx.AsyncBaseTransport, url: str) -> object:
    """Return status, headers and body as httpx reads them, or that it has no whole response."""
    request = httpx.Request("GET", url, headers=request_headers(Request("GET", url, body_limit=1)))
    try:
        response = await transport.handle_async_request(request)
        try:
            body = b"".join([chunk async for chunk in response.aiter_raw()])
        finally:
            await response.aclose()
    except httpx.TransportError:
        return "no response"
    return response.status_code, join_headers(response.headers.multi_items()), body


def _described(outcome: Outcome) -> object:
    if isinstance(outcome, HttpResponse) and outcome.whole:
        return outcome.status, outcome.headers, outcome.body
    return "no response"


@pytest.mark.parametrize("name", _STRANGE)
async def test_pool_reads_what_httpx_reads(name: str) -> None:
    async def respond(received: Received) -> Response:
        del received
        return _STRANGE[name]

    pool = _pool()
    async with serving(respond) as site, httpx.AsyncHTTPTransport() as reference:
        expected = await _get_with_httpx(reference, f"{site.url}/a?b=c")
        assert _described(await _get(pool, f"{site.url}/a?b=c")) == expected
    pool.close()
    ours, theirs = site.log[1], site.log[0]
    assert (ours.method, ours.target, ours.headers) == (theirs.method, theirs.target, theirs.headers)


async def _page(received: Received) -> Response:
    del received
    return Sent(200, {}, b"a page")


async def test_connection_is_reused_until_its_host_is_left() -> None:
    pool = _pool()
    async with serving(_page) as site:
        for _ in range(5):
            await _get(pool, site.url)
        assert (len(site.log), site.connections) == (5, 1)
        pool.leave(f"127.0.0.1:{site.port}")
        await _get(pool, site.url)
        assert site.connections <= 2
        pool.close()


def test_longest_idle_connection_is_closed_for_the_next() -> None:
    connections = [Connection(("http", name, 80), trusted=False) for name in ("a", "b", "c")]
    idle = IdlePool(maximum=2)
    for connection in connections:
        idle.keep(connection)
    kept = [idle.take(connection.origin, trusted=False) for connection in connections]
    assert kept == [None, *connections[1:]]


def test_private_address_serves_trusted_requests_alone() -> None:
    trusted = Connection(("http", "a", 80), trusted=True)
    idle = IdlePool(maximum=2)
    idle.keep(trusted)
    assert idle.take(trusted.origin, trusted=False) is None
    assert idle.take(trusted.origin, trusted=True) is trusted


async def test_connection_is_read_on_after_a_large_body() -> None:
    async def page(_: Received) -> Response:
        return Sent(200, {}, b"x" * 300_000)

    pool = _pool(timeout=2.0)
    async with serving(page) as server:
        for _ in range(4):
            response = await _get(pool, f"{server.url}/large")
            assert isinstance(response, HttpResponse)
            assert len(response.body) == 300_000
    pool.close()


async def test_connection_with_an_unread_body_is_not_reused() -> None:
    async def large(received: Received) -> Response:
        del received
        return Sent(200, {}, b"x" * 2_000_000)

    pool = _pool()
    async with serving(large) as site:
        cut = await HttpClient(pool, 5.0)(Request("GET", site.url, body_limit=10))
        assert isinstance(cut, HttpResponse)
        assert (cut.body, cut.whole) == (b"x" * 10, False)
        whole = await _get(pool, site.url)
        assert isinstance(whole, HttpResponse)
        assert (whole.body, whole.whole) == (b"x" * 2_000_000, True)
        pool.close()


async def test_silent_host_times_out() -> None:
    async def silent(received: Received) -> Response:
        del received
        return Misdeed.SILENCE

    async with serving(silent) as site:
        outcome = await _get(_pool(timeout=0.05), site.url)
    assert outcome == FetchError(ErrorKind.TIMEOUT, "no response within 0.05 seconds")


async def test_connecting_has_a_time_out_of_its_own() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        with contextlib.ExitStack() as queue:
            for _ in range(3):  # with its queue full, the system lets the next one wait
                waiting = queue.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(listening.getsockname())
            outcome = await _get(_pool(timeout=0.05), f"http://127.0.0.1:{listening.getsockname()[1]}/")
    assert outcome == FetchError(ErrorKind.TIMEOUT, "no connection within 0.05 seconds")


async def test_host_that_breaks_the_tls_handshake_off_has_hung_up() -> None:
    async with serving(_hangs_up) as site:
        outcome = await _get(_pool(), f"https://127.0.0.1:{site.port}/")
    assert outcome == FetchError(ErrorKind.HUNG_UP, "the host ended the TLS handshake")


async def _hangs_up(received: Received) -> Response:
    del received
    return Misdeed.RESET


@pytest.mark.parametrize(
    ("host", "kind"), [("my_site.a.example", ErrorKind.TLS_STRICT), ("my.site.a.example", ErrorKind.TLS)]
)
async def test_wildcard_for_a_name_with_underscore_is_good_to_browsers(host: str, kind: ErrorKind) -> None:
    certificates, context = Certificates(), ssl.create_default_context()
    certificates.authority.configure_trust(context)
    resolver = Resolver(lambda _: ["127.0.0.1"], 5.0)
    pool = ConnectionPool(resolver, lambda: context, 5.0, allow_private=True)
    async with strange_server(silent, certificates.good("*.a.example")) as site:
        outcome = await _get(pool, f"https://{host}:{site.port}/")
    assert isinstance(outcome, FetchError)
    assert outcome.kind is kind


# TCP knows no multicast: "network is unreachable", as on a machine without IPv6.
_IPV6_ALONE = "ff0e::1"


async def test_host_with_ipv6_alone_may_be_unreachable_here() -> None:
    outcome = await _get(_pool(addresses=[_IPV6_ALONE]), "http://six.example:9/")
    assert outcome == FetchError(ErrorKind.LOCAL, "its host has IPv6 addresses alone")


@pytest.mark.parametrize("addresses", [["127.0.0.1", _IPV6_ALONE], [_IPV6_ALONE, "127.0.0.1"]])
async def test_refusal_counts_more_than_a_family_without_a_way(addresses: list[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        outcome = await _get(_pool(addresses=addresses), f"http://both.example:{port}/")
    assert isinstance(outcome, FetchError)
    assert outcome.kind is ErrorKind.REFUSED
