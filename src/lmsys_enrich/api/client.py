"""HTTP client for APIs: one httpx.AsyncClient for the run, and the only import of httpx for APIs."""

import asyncio
import ssl
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy

import httpx

from lmsys_enrich.clock import Clock
from lmsys_enrich.errors import reason_of
from lmsys_enrich.http.client import Body, join_headers, request_headers
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.http.proxy import Proxies
from lmsys_enrich.politeness.stats import RequestStats


class ApiClient:
    """
    A `Fetch` for API requests.

    Redirects are not followed and cookies not kept, so a token goes where its request
    says and nowhere else. The head of a response takes at most `timeout` seconds, and
    so does its body. Every failure is a value: `__call__` raises only cancellation.
    """

    def __init__(
        self,
        proxies: Proxies,
        tls: Callable[[], ssl.SSLContext],
        clock: Clock,
        stats: RequestStats,
        *,
        timeout: float,
    ) -> None:
        self._proxies = proxies
        self._tls = tls
        self._clock = clock
        self._stats = stats
        self._timeout = timeout
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, request: Request) -> Outcome:
        host = self._stats.api_host(request.url)
        self._stats.began(host, self._clock.monotonic())
        self._stats.sent(request.kind)
        self._stats.sent_to_api(host)
        try:
            return await self._send(request)
        except (TimeoutError, httpx.TimeoutException):
            return FetchError(ErrorKind.TIMEOUT, f"no response within {self._timeout:g} seconds")
        except httpx.ProxyError as problem:
            return FetchError(ErrorKind.PROXY, reason_of(problem))
        except httpx.ConnectError as problem:
            return FetchError(ErrorKind.UNREACHABLE, reason_of(problem))
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as problem:
            return FetchError(ErrorKind.RESET, reason_of(problem))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as problem:
            return FetchError(ErrorKind.PROTOCOL, reason_of(problem))
        finally:
            self._stats.ended(host, self._clock.monotonic())

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _send(self, request: Request) -> Outcome:
        client = self._open()
        sent = client.build_request(
            request.method, request.url, headers=request_headers(request), content=request.content or None
        )
        async with asyncio.timeout(self._timeout):  # httpx bounds each read, but not their number
            response = await client.send(sent, stream=True)
        try:
            headers = join_headers(response.headers.multi_items())
            body = Body(headers.get("content-encoding", ""), request.body_limit)
            await self._read(response, body)
            return Response(response.status_code, headers, *body.result())
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, body: Body) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                async for chunk in response.aiter_raw():
                    if not body.add(chunk):
                        return
        except (httpx.HTTPError, TimeoutError):
            body.cut()

    def _open(self) -> httpx.AsyncClient:
        """Return the client, made at the first request: its TLS context takes 17 ms."""
        if self._client is None:
            tls = self._tls()
            self._client = httpx.AsyncClient(
                verify=tls,
                trust_env=False,  # the environment is handed in, as `Proxies`
                mounts={
                    pattern: httpx.AsyncHTTPTransport(verify=tls, proxy=proxy) if proxy else None
                    for pattern, proxy in self._proxies.patterns().items()
                },
                timeout=self._timeout,
                follow_redirects=False,
            )
            self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return self._client
