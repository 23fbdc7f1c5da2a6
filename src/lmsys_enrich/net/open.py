"""Makes the way to the network out of the settings of a run."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

import certifi
import httpx

from lmsys_enrich.clock import Clock
from lmsys_enrich.errors import InputError
from lmsys_enrich.net.client import HttpClient
from lmsys_enrich.net.exchange import Fetch
from lmsys_enrich.net.meter import Meter
from lmsys_enrich.net.names import Names, look_up
from lmsys_enrich.net.polite import PoliteFetch
from lmsys_enrich.net.throttle import Throttle
from lmsys_enrich.net.transport import Transport
from lmsys_enrich.settings.settings import Settings

_NAME_TIMEOUT = 10.0


@asynccontextmanager
async def open_client(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    meter: Meter,
    through: Callable[[Fetch], Fetch] | None = None,
) -> AsyncGenerator[Fetch, None]:
    """
    Yield a polite way to the network, closed at the end.

    `through` may put something between politeness and the network. Raises
    `InputError` where a proxy or certificate file that `environ` names is of no use.
    """
    names = Names(look_up, _NAME_TIMEOUT)
    tls = _tls(environ)
    transport = Transport(names, tls, allow_private=settings.allow_private)
    client = HttpClient(_Proxied(transport, environ, tls), settings.timeout)
    throttle = Throttle(clock, concurrency=settings.concurrency, per_host=settings.per_host)
    polite = PoliteFetch(
        through(client) if through else client,
        throttle,
        clock,
        retries=settings.retries,
        patience=settings.patience,
        meter=meter,
    )
    try:
        yield polite
    finally:
        await polite.close()
        await client.close()
        await names.close()


class _Proxied(httpx.AsyncBaseTransport):
    """Sends a request by the proxy that the environment names for it, if any, else straight."""

    def __init__(
        self, straight: httpx.AsyncBaseTransport, environ: Mapping[str, str], tls: ssl.SSLContext
    ) -> None:
        self._straight = straight
        self._no_proxy = _variable(environ, "NO_PROXY")
        self._by_scheme = {
            scheme: _by_proxy(proxy, tls)
            for scheme in ("http", "https")
            if (proxy := _variable(environ, f"{scheme}_proxy") or _variable(environ, "ALL_PROXY"))
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        proxied = self._by_scheme.get(request.url.scheme)
        if proxied is None or _is_excepted(request.url.host, self._no_proxy):
            return await self._straight.handle_async_request(request)
        return await proxied.handle_async_request(request)

    async def aclose(self) -> None:
        for transport in (self._straight, *self._by_scheme.values()):
            await transport.aclose()


def _is_excepted(host: str, no_proxy: str) -> bool:
    """
    Whether NO_PROXY names a host, or a domain it lies in; `*` names all.

    As most programs read it: https://about.gitlab.com/blog/we-need-to-talk-no-proxy/
    """
    names = (name.strip().lower().lstrip(".").partition(":")[0] for name in no_proxy.split(","))
    return any(name and (name in {"*", host} or host.endswith(f".{name}")) for name in names)


def _by_proxy(proxy: str, tls: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(verify=tls, proxy=proxy if "://" in proxy else f"http://{proxy}")
    except (ValueError, httpx.InvalidURL):
        # The address is not shown: it may hold a password.
        raise InputError(
            "HTTPS_PROXY or HTTP_PROXY is no address of a proxy", hint="Give it as http://HOST:PORT."
        ) from None


def _variable(environ: Mapping[str, str], name: str) -> str:
    """Return a variable in small letters or capitals: both are common, the small ones go first."""
    return environ.get(name.lower()) or environ.get(name.upper()) or ""


def _tls(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Make the one TLS context of a run: it takes 17 ms."""
    file = environ.get("SSL_CERT_FILE") or None
    try:
        return ssl.create_default_context(cafile=file or certifi.where())
    except OSError as problem:
        raise InputError(
            f"SSL_CERT_FILE is {file!r}, which cannot be read: {problem}",
            hint="Unset it, or name a PEM file.",
        ) from None
