"""Proxies that the environment names."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.http.messages import FetchError, Outcome, Request, Response
from lmsys_enrich.http.proxy import Proxies, ProxyClient


async def _unreached(request: Request) -> Outcome:
    raise AssertionError(request)


def _client(environ: Mapping[str, str], *, allow_private: bool = False) -> ProxyClient:
    tls = ssl.create_default_context()
    return ProxyClient(_unreached, Proxies(environ), tls, 1.0, allow_private=allow_private)


@pytest.mark.parametrize(
    "address",
    [
        *("socks5://proxy.example:1080", "socks5h://proxy.example", "ftp://proxy.example"),
        *("http://[::", "http://", "//[", "http://proxy.example:99999", "http://proxy.example:port"),
        *("http://user:secret@proxy%00.example", "proxy.example:²"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_that_cannot_be_used_is_refused(name: str, address: str) -> None:
    with pytest.raises(InputError) as refusal:
        _client({name: address})
    assert "http://HOST:PORT" in str(refusal.value.hint)
    assert "secret" not in f"{refusal.value}{refusal.value.hint}"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost/",
            "http://a.localhost./",
        ),
        *("http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/", "http://[fec0::1]/"),
    ],
)
async def test_private_address_is_refused_before_the_proxy(url: str) -> None:
    client = _client({"ALL_PROXY": "http://proxy.invalid:1"})
    outcome = await client(Request("GET", url))
    assert isinstance(outcome, FetchError)
    assert outcome.kind == "private"
    await client.close()


@pytest.mark.parametrize("no_proxy", ["*", "site.example", ".example", "other.example, SITE.example:80"])
def test_no_proxy_excepts_host(no_proxy: str) -> None:
    proxies = Proxies({"HTTPS_PROXY": "proxy.example:3128", "NO_PROXY": no_proxy})
    assert proxies.for_url("https://site.example/") is None


@pytest.mark.parametrize("no_proxy", ["", "[::1", "//[,:,%%%", "notsite.example", "\x00"])
def test_other_hosts_go_through_the_proxy(no_proxy: str) -> None:
    proxies = Proxies({"HTTPS_PROXY": "proxy.example:3128", "NO_PROXY": no_proxy})
    assert proxies.for_url("https://site.example/") == "http://proxy.example:3128"


async def test_chunk_extensions_are_bounded_behind_a_proxy() -> None:
    sent = 0

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            while sent < 10_000:
                writer.write(b"1;" + b"x" * 1_000 + b"\r\na\r\n")
                await writer.drain()
                sent += 1
        writer.close()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        tls = ssl.create_default_context()
        proxies = Proxies({"HTTP_PROXY": f"http://127.0.0.1:{port}"})
        client = ProxyClient(_unreached, proxies, tls, 30.0, allow_private=False)
        outcome = await client(Request("GET", "http://site.example/", body_limit=16_384))
        await client.close()
    assert isinstance(outcome, Response)
    assert (outcome.status, outcome.whole) == (200, False)
    assert len(outcome.body) < 1_000
