"""Requests through a proxy, for the schemes and hosts that the environment names."""

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from lmsys_enrich.errors import InputError
from lmsys_enrich.http.client import Body, headers_of, joined
from lmsys_enrich.http.messages import ErrorKind, Fetch, FetchError, Outcome, Request, Response
from lmsys_enrich.urls import InvalidAddress


class Proxies:
    """Knows which proxy stands between us and an address, if any."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._no_proxy = _variable(environ, "NO_PROXY")
        self.by_scheme = {
            scheme: proxy if "://" in proxy else f"http://{proxy}"
            for scheme in ("http", "https")
            if (proxy := _variable(environ, f"{scheme}_proxy") or _variable(environ, "ALL_PROXY"))
        }

    def patterns(self) -> dict[str, str | None]:
        """Return the proxies by URL pattern, as httpx mounts them; None where NO_PROXY excepts a host."""
        if "*" in self._excepted:
            return {}
        proxies: dict[str, str | None] = {f"{scheme}://": proxy for scheme, proxy in self.by_scheme.items()}
        excepted = {f"all://{name}": None for name in self._excepted}
        return {**proxies, **excepted, **{f"all://*.{name}": None for name in self._excepted}}

    @property
    def _excepted(self) -> list[str]:
        names = (name.strip().lower().lstrip(".").partition(":")[0] for name in self._no_proxy.split(","))
        return [name for name in names if name]

    def between(self, url: str) -> str | None:
        """Return the address of the proxy, none where an address is asked straight."""
        parts = urlsplit(url)
        if _is_excepted(parts.hostname or "", self._no_proxy):
            return None
        return self.by_scheme.get(parts.scheme)


def _is_excepted(host: str, no_proxy: str) -> bool:
    """
    Whether NO_PROXY names a host, or a domain it lies in; `*` names all.

    As most programs read it: https://about.gitlab.com/blog/we-need-to-talk-no-proxy/
    """
    names = (name.strip().lower().lstrip(".").partition(":")[0] for name in no_proxy.split(","))
    return any(name and (name in {"*", host} or host.endswith(f".{name}")) for name in names)


def _variable(environ: Mapping[str, str], name: str) -> str:
    """Return a variable in small letters or capitals: both are common, the small ones go first."""
    return environ.get(name.lower()) or environ.get(name.upper()) or ""


_KINDS: tuple[tuple[type[Exception], ErrorKind], ...] = (
    (httpx.ProxyError, ErrorKind.PROXY),
    (httpx.ConnectError, ErrorKind.PROXY),
    (httpx.InvalidURL, ErrorKind.ADDRESS),
    (httpx.UnsupportedProtocol, ErrorKind.ADDRESS),
    (InvalidAddress, ErrorKind.ADDRESS),
    (UnicodeError, ErrorKind.ADDRESS),
)


class ByProxy:
    """
    A `Fetch` that goes by the proxy that the environment names, else `straight`.

    It uses transports without httpx's own client, which keeps cookies, and takes
    a reply for broken whose `Location` it cannot read. The head of a reply takes
    at most `timeout` seconds, and so does its body. Raises `InputError` where a
    proxy's address is none.
    """

    def __init__(self, straight: Fetch, proxies: Proxies, tls: ssl.SSLContext, timeout: float) -> None:
        self._straight = straight
        self._proxies = proxies
        self._timeout = timeout
        self._ways = {proxy: _by_proxy(proxy, tls) for proxy in proxies.by_scheme.values()}

    async def __call__(self, request: Request) -> Outcome:
        try:
            proxy = self._proxies.between(request.url)
            if proxy is None:
                return await self._straight(request)
            return await self._ask(self._ways[proxy], request)
        except (TimeoutError, httpx.TimeoutException):
            return FetchError(ErrorKind.TIMEOUT, f"no answer within {self._timeout:g} seconds")
        except (httpx.TransportError, httpx.InvalidURL, InvalidAddress, UnicodeError) as problem:
            kind = next((kind for error, kind in _KINDS if isinstance(problem, error)), ErrorKind.PROTOCOL)
            return FetchError(kind, str(problem))

    async def close(self) -> None:
        """Close all connections to proxies."""
        for way in self._ways.values():
            await way.aclose()

    async def _ask(self, way: httpx.AsyncBaseTransport, request: Request) -> Outcome:
        sent = httpx.Request(
            request.method,
            request.url,
            headers=headers_of(request),
            content=request.content or None,
            extensions={"timeout": httpx.Timeout(self._timeout).as_dict()},
        )
        async with asyncio.timeout(self._timeout):  # httpx bounds each read, but not their number
            response = await way.handle_async_request(sent)
        try:
            headers = joined(response.headers.multi_items())
            if not request.body_limit:
                return Response(response.status_code, headers)
            body = Body(headers.get("content-encoding", ""), request.body_limit)
            await self._read(response, body)
            return Response(response.status_code, headers, *body.told())
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, body: Body) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                async for part in response.aiter_raw():
                    if not body.add(part):
                        return
        except (httpx.TransportError, TimeoutError):
            body.cut()  # the status counts, whatever became of the body


def _by_proxy(proxy: str, tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(verify=tls, proxy=proxy)
    except (ValueError, httpx.InvalidURL):
        # The address is not shown: it may hold a password.
        raise InputError(
            "HTTPS_PROXY or HTTP_PROXY is no address of a proxy", hint="Give it as http://HOST:PORT."
        ) from None
