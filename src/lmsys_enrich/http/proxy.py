"""Proxies: those that the environment names, and the HTTP client for websites behind them."""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from lmsys_enrich.errors import InputError
from lmsys_enrich.http.client import Body, join_headers, request_headers
from lmsys_enrich.http.hosts import is_address, is_private
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.urls import InvalidAddress, server_of


class Proxies:
    """Proxies by scheme, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._no_proxy = _variable(environ, "NO_PROXY")
        self.by_scheme = {
            scheme: proxy if "://" in proxy else f"http://{proxy}"
            for scheme in ("http", "https")
            if (proxy := _variable(environ, f"{scheme}_proxy") or _variable(environ, "ALL_PROXY"))
        }

    def patterns(self) -> dict[str, str | None]:
        """Return the proxies by URL pattern, as httpx mounts them; None where NO_PROXY excepts a host."""
        excepted = _excepted_names(self._no_proxy)
        if "*" in excepted:
            return {}
        return {
            **{f"{scheme}://": proxy for scheme, proxy in self.by_scheme.items()},
            **{f"all://{name}": None for name in excepted},
            **{f"all://*.{name}": None for name in excepted},
        }

    def for_url(self, url: str) -> str | None:
        """Return the address of the proxy; None where a request goes straight to its host."""
        try:
            scheme, host, _ = server_of(url)
        except InvalidAddress:
            return None  # the direct client says what is wrong with it
        return None if _is_excepted(host, self._no_proxy) else self.by_scheme.get(scheme)


def _excepted_names(no_proxy: str) -> list[str]:
    """Return the hosts and domains of NO_PROXY: https://about.gitlab.com/blog/we-need-to-talk-no-proxy/."""
    names = (name.strip().lower().lstrip(".").partition(":")[0] for name in no_proxy.split(","))
    return [name for name in names if name]


def _is_excepted(host: str, no_proxy: str) -> bool:
    """Return true if NO_PROXY names a host, or a domain it belongs to; `*` names all."""
    return any(name in {"*", host} or host.endswith(f".{name}") for name in _excepted_names(no_proxy))


def _variable(environ: Mapping[str, str], name: str) -> str:
    """Return a variable in lower or upper case: both are common, lower case goes first as in curl."""
    return environ.get(name.lower()) or environ.get(name.upper()) or ""


_ERROR_KINDS: tuple[tuple[type[Exception], ErrorKind], ...] = (
    (httpx.ProxyError, ErrorKind.PROXY),
    (httpx.ConnectError, ErrorKind.PROXY),
    (httpx.InvalidURL, ErrorKind.ADDRESS),
    (httpx.UnsupportedProtocol, ErrorKind.ADDRESS),
    (InvalidAddress, ErrorKind.ADDRESS),
    (ValueError, ErrorKind.ADDRESS),
)


# Around each part of a body up to 100 KB of chunk extensions may cross the wire, which h11 reads over. So the
# parts are bounded as well: an ordinary page comes in a few large ones.
_FEW_PARTS = 256
_SMALL_PART = 512


class ProxyClient:
    """
    A `Fetch` through the proxy that the environment names; `direct` where it names none.

    It uses httpx's transports without its client, which keeps cookies and rejects a
    response whose `Location` it cannot parse. The head of a response takes at most
    `timeout` seconds, and so does its body. Private addresses and `localhost` are
    refused before the proxy, which would reach its own network, unless `allow_private`.
    Raises `InputError` for a proxy that cannot be used.
    """

    def __init__(
        self, direct: Fetch, proxies: Proxies, tls: ssl.SSLContext, timeout: float, *, allow_private: bool
    ) -> None:
        self._direct = direct
        self._proxies = proxies
        self._timeout = timeout
        self._allow_private = allow_private
        self._transports = {proxy: _transport(proxy, tls) for proxy in proxies.by_scheme.values()}

    async def __call__(self, request: Request) -> Outcome:
        try:
            proxy = self._proxies.for_url(request.url)
            if proxy is None:
                return await self._direct(request)
            if not (self._allow_private or request.trusted) and _is_local(request.url):
                return FetchError(ErrorKind.PRIVATE, "a private address")
            return await self._send(self._transports[proxy], request)
        except (TimeoutError, httpx.TimeoutException):
            return FetchError(ErrorKind.TIMEOUT, f"no response within {self._timeout:g} seconds")
        except (httpx.TransportError, httpx.InvalidURL, ValueError) as error:
            kind = next((kind for error_type, kind in _ERROR_KINDS if isinstance(error, error_type)), None)
            return FetchError(kind or ErrorKind.PROTOCOL, str(error))

    async def close(self) -> None:
        """Close all connections to proxies."""
        for transport in self._transports.values():
            await transport.aclose()

    async def _send(self, transport: httpx.AsyncBaseTransport, request: Request) -> Outcome:
        message = httpx.Request(
            request.method,
            request.url,
            headers=request_headers(request),
            content=request.content or None,
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict()},
        )
        async with asyncio.timeout(self._timeout):  # httpx bounds each read, but not their number
            response = await transport.handle_async_request(message)
        try:
            headers = join_headers(response.headers.multi_items())
            if not request.body_limit:
                return Response(response.status_code, headers)
            body = Body(headers.get("content-encoding", ""), request.body_limit)
            await self._read(response, body, most=max(_FEW_PARTS, request.body_limit // _SMALL_PART))
            return Response(response.status_code, headers, *body.result())
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, body: Body, *, most: int) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                parts = 0
                async for part in response.aiter_raw():
                    parts += 1
                    if not body.add(part) or parts > most:
                        body.cut()
                        return
        except (httpx.TransportError, TimeoutError):
            body.cut()  # the status counts, however the body ends


def _is_local(url: str) -> bool:
    """Return true if an address names a private host by itself; names are looked up by the proxy."""
    _, host, _ = server_of(url)
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or (is_address(name) and is_private(name))


def _transport(proxy: str, tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        server_of(proxy)  # httpx takes a proxy without a host, and a port of any size
        # SOCKS would need another library (ImportError).
        return httpx.AsyncHTTPTransport(verify=tls, proxy=proxy)
    except (ValueError, httpx.InvalidURL, ImportError):
        # The address is not shown: it may hold a password.
        raise InputError(
            "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not the address of an HTTP proxy",
            hint="Give it as http://HOST:PORT; SOCKS proxies are not supported.",
        ) from None
