"""One request over the network, and everything that can become of it as a value."""

import asyncio
import zlib

import httpx

from lmsys_enrich import USER_AGENT
from lmsys_enrich.net.exchange import Outcome, Reply, Request, Trouble, TroubleKind
from lmsys_enrich.net.transport import NoReply

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
    A `Fetch` over real connections; an exchange takes at most `timeout` seconds.

    It uses the transport without httpx's own client, which keeps cookies, and
    takes a reply for broken whose `Location` it cannot read.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, timeout: float) -> None:
        self._transport = transport
        self._timeout = timeout
        self._timeouts = httpx.Timeout(timeout).as_dict()

    async def __call__(self, request: Request) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(request)
        except NoReply as problem:
            return problem.trouble
        except (TimeoutError, httpx.TimeoutException):
            return Trouble(TroubleKind.TIMEOUT, f"no answer within {self._timeout:g} seconds")
        except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as problem:
            kind = next((kind for error, kind in _KINDS if isinstance(problem, error)), TroubleKind.PROTOCOL)
            return Trouble(kind, str(problem))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def _exchange(self, request: Request) -> Outcome:
        encoding = "gzip, deflate" if request.body_limit else "identity"
        sent = httpx.Request(
            request.method,
            request.url,
            headers={**_HEADERS, "accept-encoding": encoding, **request.headers},
            content=request.content or None,
            extensions={"trusted": request.trusted, "timeout": self._timeouts},
        )
        response = await self._transport.handle_async_request(sent)
        try:
            body, whole = await self._body(response, request.body_limit)
        finally:
            await response.aclose()
        return Reply(response.status_code, _joined(response.headers), body, whole)

    async def _body(self, response: httpx.Response, limit: int) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, decompressed, and whether that was all."""
        if not limit:
            return b"", True
        decompress = _decompressor(response.headers.get("content-encoding", ""))
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += decompress(chunk, limit + 1 - len(body))
                if len(body) > limit:
                    return bytes(body[:limit]), False
        except (httpx.TransportError, zlib.error):
            return bytes(body), False  # the status counts, whatever became of the body
        return bytes(body), True


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


def _joined(headers: httpx.Headers) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers.multi_items():
        separator = "\n" if name == "set-cookie" else ", "
        joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
    return joined
