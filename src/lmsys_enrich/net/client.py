"""One request over the network, and everything that can become of it as a value."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping

import httpx

from lmsys_enrich import USER_AGENT
from lmsys_enrich.net.connection import NoReply
from lmsys_enrich.net.exchange import Outcome, Reply, Request, Trouble, TroubleKind
from lmsys_enrich.net.proxies import Proxies
from lmsys_enrich.net.transport import Exchange, Transport
from lmsys_enrich.urls import InvalidAddress, host_of, server_of, target_of_request

_HEADERS = {"user-agent": USER_AGENT, "accept": "*/*", "accept-language": "en, *;q=0.5"}
# Reads gzip and zlib alike: https://docs.python.org/3/library/zlib.html#zlib.decompressobj
_ANY_ZLIB = 47
# What httpx itself, and its transport for proxies, may raise.
_KINDS: tuple[tuple[type[Exception], TroubleKind], ...] = (
    (httpx.ProxyError, TroubleKind.PROXY),
    (httpx.ConnectError, TroubleKind.PROXY),
    (httpx.InvalidURL, TroubleKind.ADDRESS),
    (httpx.UnsupportedProtocol, TroubleKind.ADDRESS),
    (UnicodeError, TroubleKind.ADDRESS),
)


class HttpClient:
    """
    A `Fetch` over real connections, straight or by a proxy.

    A reply's body takes at most `timeout` seconds, its head as the transport
    bounds it. It uses transports without httpx's own client, which keeps cookies,
    and takes a reply for broken whose `Location` it cannot read.
    """

    def __init__(self, transport: Transport, proxies: Proxies, timeout: float) -> None:
        self._transport = transport
        self._proxies = proxies
        self._timeout = timeout

    async def __call__(self, request: Request) -> Outcome:
        try:
            proxy = self._proxies.between(request.url)
            if proxy is None:
                return await self._straight(request)
            return await self._by_proxy(proxy, request)
        except NoReply as problem:
            return problem.trouble
        except (TimeoutError, httpx.TimeoutException):
            return Trouble(TroubleKind.TIMEOUT, f"no answer within {self._timeout:g} seconds")
        except InvalidAddress as problem:
            return Trouble(TroubleKind.ADDRESS, str(problem))
        except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as problem:
            kind = next((kind for error, kind in _KINDS if isinstance(problem, error)), TroubleKind.PROTOCOL)
            return Trouble(kind, str(problem))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()
        await self._proxies.close()

    async def _straight(self, request: Request) -> Outcome:
        headers = _headers(request)
        question = Exchange(
            server_of(request.url),
            request.method,
            target_of_request(request.url).encode("ascii"),
            [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
            request.content,
            request.trusted,
        )
        head, stream = await self._transport.exchange(question)
        joined = _joined((name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers)
        try:
            body, whole = await self._body(aiter(stream), joined, request.body_limit)
        finally:
            await stream.aclose()
        return Reply(head.status_code, joined, body, whole)

    async def _by_proxy(self, proxy: httpx.AsyncBaseTransport, request: Request) -> Outcome:
        sent = httpx.Request(
            request.method,
            request.url,
            headers=_headers(request),
            content=request.content or None,
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict()},
        )
        async with asyncio.timeout(self._timeout):  # httpx bounds each read, but not their number
            response = await proxy.handle_async_request(sent)
        joined = _joined(response.headers.multi_items())
        try:
            body, whole = await self._body(response.aiter_raw(), joined, request.body_limit)
        finally:
            await response.aclose()
        return Reply(response.status_code, joined, body, whole)

    async def _body(
        self, stream: AsyncIterator[bytes], headers: Mapping[str, str], limit: int
    ) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, decompressed, and whether that was all."""
        if not limit:
            return b"", True
        decompress = _decompressor(headers.get("content-encoding", ""))
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeout):
                async for chunk in stream:
                    body += decompress(chunk, limit + 1 - len(body))
                    if len(body) > limit:
                        return bytes(body[:limit]), False
        except (httpx.TransportError, TimeoutError, zlib.error):
            return bytes(body), False  # the status counts, whatever became of the body
        return bytes(body), True


def _headers(request: Request) -> dict[str, str]:
    headers = {
        "host": host_of(request.url),
        **_HEADERS,
        "accept-encoding": "gzip, deflate" if request.body_limit else "identity",
        **request.headers,
    }
    if request.content:
        headers["content-length"] = str(len(request.content))
    return headers


class _Plain:
    def __call__(self, chunk: bytes, most: int) -> bytes:
        return chunk[:most]


class _Inflate:
    """Decompresses no further than what is asked for, so that no bomb goes off."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(_ANY_ZLIB)

    def __call__(self, chunk: bytes, most: int) -> bytes:
        return self._inflating.decompress(self._inflating.unconsumed_tail + chunk, most)


def _decompressor(encoding: str) -> _Plain | _Inflate:
    return _Inflate() if encoding.strip().lower() in {"gzip", "x-gzip", "deflate"} else _Plain()


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        separator = "\n" if name == "set-cookie" else ", "
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined
