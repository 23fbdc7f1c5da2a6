"""Network of a run: clients for websites and APIs, built from the settings; headers for certain hosts."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

import certifi

from lmsys_enrich.api.client import ApiClient
from lmsys_enrich.clock import Clock
from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.http.client import HttpClient
from lmsys_enrich.http.messages import Fetch, Outcome, Request
from lmsys_enrich.http.pool import ConnectionPool
from lmsys_enrich.http.proxy import Proxies, ProxyClient
from lmsys_enrich.http.resolver import Resolver, look_up
from lmsys_enrich.politeness.client import PoliteClient
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import SecretHeaders, secret_headers
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.tables import HTTPS_PORT, HostSetting, is_for
from lmsys_enrich.urls import InvalidAddress, server_of
from lmsys_enrich.values import Value, replace

_DNS_TIMEOUT = 10.0
# Those of browsers, which take the ones at the end from old servers: RSA key exchange and SHA-1 as MAC, which
# Python leaves out. https://ssl-config.mozilla.org (intermediate and old)
_CIPHERS = "ECDH+AESGCM:ECDH+CHACHA20:DHE+AESGCM:ECDH+AES:DHE+AES:RSA+AES:!aNULL:!eNULL:!aDSS:!AESCCM"


class Network(Value):
    """
    The network of a run: a polite `fetch` for websites, one client for all APIs.

    `for_link` returns the `Fetch` for the requests of one link, with bounds on their
    time together. `scheduler` picks the links to check; `expect` takes how many links
    each host has.
    """

    fetch: Fetch
    for_link: Callable[[], Fetch]
    api: Fetch
    scheduler: Scheduler
    expect: Callable[[Mapping[str, int]], None]


@asynccontextmanager
async def open_network(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    stats: RequestStats,
    through: Callable[[Fetch], Fetch] | None = None,
) -> AsyncGenerator[Network, None]:
    """
    Open the network, and close it at the end.

    `through` may wrap the client for websites, below politeness. Raises `InputError`
    where a proxy or certificate file that `environ` names cannot be used.
    """
    async with AsyncExitStack() as stack:
        tls, proxies = _tls_context(environ), Proxies(environ)
        fetch, pool = _website_client(stack, settings, tls, proxies)
        fetch, secrets = through(fetch) if through else fetch, secret_headers(environ)
        if settings.hosts or secrets:
            fetch = HostHeaders(fetch, settings.hosts, secrets)

        def leave(host: str) -> None:
            pool.leave(host)
            polite.leave(host)

        scheduler = Scheduler(
            per_host=_per_host(settings), urgent_first=settings.deadline is not None, leave=leave
        )
        polite = PoliteClient(
            fetch,
            HostLimiter(clock),
            clock,
            retries=settings.retries,
            patience=settings.patience,
            stats=stats,
            record=scheduler.record,
        )
        stack.push_async_callback(polite.close)
        api = ApiClient(proxies, tls, clock, stats, timeout=settings.timeout)
        stack.push_async_callback(api.close)
        yield Network(polite, polite.for_link, api, scheduler, polite.expect)


class HostHeaders:
    """
    A `Fetch` that adds headers to the requests of their hosts.

    Each hop of a redirect is a request of its own, so that no header reaches another
    host. Secret headers go over https alone, to the very host and port.
    """

    def __init__(self, fetch: Fetch, hosts: Sequence[HostSetting], secrets: SecretHeaders) -> None:
        self._fetch = fetch
        self._hosts = hosts
        self._secrets = secrets

    async def __call__(self, request: Request) -> Outcome:
        added = self._headers(request.url)
        if not added:
            return await self._fetch(request)
        names = {name.lower() for name in added}
        kept = {name: value for name, value in request.headers.items() if name.lower() not in names}
        return await self._fetch(replace(request, headers={**kept, **added}))

    def _headers(self, url: str) -> Mapping[str, str]:
        try:
            scheme, host, port = server_of(url)
            public = [setting.headers for setting in self._hosts if is_for(setting, url)]
        except InvalidAddress:
            return {}
        found: dict[str, str] = {}
        for headers in public:
            found.update(headers)
        if scheme == "https":
            found.update(self._secrets.get(host if port == HTTPS_PORT else f"{host}:{port}", {}))
        return found


def _website_client(
    stack: AsyncExitStack, settings: Settings, tls: Callable[[], ssl.SSLContext], proxies: Proxies
) -> tuple[Fetch, ConnectionPool]:
    """Return the client for websites, behind proxies where there are any, and its pool."""
    resolver = Resolver(look_up, _DNS_TIMEOUT)
    stack.push_async_callback(resolver.close)
    pool = ConnectionPool(resolver, tls, settings.timeout, allow_private=settings.allow_private)
    stack.callback(pool.close)
    direct = HttpClient(pool, settings.timeout)
    if not proxies.by_scheme:
        return direct, pool
    client = ProxyClient(direct, proxies, tls(), settings.timeout, allow_private=settings.allow_private)
    stack.push_async_callback(client.close)
    return client, pool


def _per_host(settings: Settings) -> Callable[[str], int]:
    """Return the limit of concurrent links of each host."""
    own = {one.host: one.per_host for one in settings.hosts if one.per_host is not None}
    # A host that does not respond leaves half of all workers to the others, however the two are set.
    most = max(1, settings.concurrency // 2)
    return lambda host: min(own.get(host, settings.per_host), most)


def _tls_context(environ: Mapping[str, str]) -> Callable[[], ssl.SSLContext]:
    """Return a factory of the one TLS context of a run, which takes 17 ms to make."""
    file = environ.get("SSL_CERT_FILE") or None

    @cache
    def make() -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=file or certifi.where())
        # Python 3.13 refuses certificates that browsers accept (no Authority Key Identifier, …).
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.set_ciphers(_CIPHERS)
        return context

    try:
        if file is not None:
            make()
    except OSError as error:
        raise InputError(
            f"SSL_CERT_FILE is {file!r}, which cannot be read: {reason_of(error)}",
            hint="Unset it, or name a PEM file.",
        ) from None
    return make
