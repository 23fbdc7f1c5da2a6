"""Makes the way to the network out of the settings of a run."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

import certifi

from lmsys_enrich.clock import Clock
from lmsys_enrich.errors import InputError
from lmsys_enrich.http.client import HttpClient
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.http.pool import ConnectionPool
from lmsys_enrich.http.proxy import ByProxy, Proxies
from lmsys_enrich.http.resolver import Resolver, look_up
from lmsys_enrich.politeness.client import PoliteClient
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.values import Value

_NAME_TIMEOUT = 10.0


class Network(Value):
    """
    The network of a run: a polite `fetch`, and the scheduler of the links to check.

    `expect` takes the number of links of each host that will be checked.
    """

    fetch: Fetch
    scheduler: Scheduler
    expect: Callable[[Mapping[str, int]], None]


@asynccontextmanager
async def open_client(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    stats: RequestStats,
    through: Callable[[Fetch], Fetch] | None = None,
) -> AsyncGenerator[Network, None]:
    """
    Yield a polite way to the network, closed at the end.

    `through` may put something between politeness and the network. Raises
    `InputError` where a proxy or certificate file that `environ` names is of no use.
    """
    async with AsyncExitStack() as stack:
        names = Resolver(look_up, _NAME_TIMEOUT)
        stack.push_async_callback(names.close)
        tls = _tls(environ)
        pool = ConnectionPool(names, tls, settings.timeout, allow_private=settings.allow_private)
        stack.callback(pool.close)
        fetch = _by_proxy(HttpClient(pool, settings.timeout), environ, tls, settings.timeout, stack)
        scheduler = Scheduler(
            # A host that does not respond leaves half of all workers to the others, however the two are set.
            per_host=min(settings.per_host, max(1, settings.concurrency // 2)),
            urgent_first=settings.deadline is not None,
            leave=pool.leave,
        )
        polite = PoliteClient(
            through(fetch) if through else fetch,
            HostLimiter(clock),
            clock,
            retries=settings.retries,
            patience=settings.patience,
            stats=stats,
            record=scheduler.record,
        )
        stack.push_async_callback(polite.close)
        yield Network(polite, scheduler, polite.expect)


def _by_proxy(
    straight: Fetch,
    environ: Mapping[str, str],
    tls: Callable[[], ssl.SSLContext],
    timeout: float,
    stack: AsyncExitStack,
) -> Fetch:
    """Return the way by the proxies that the environment names; without any, it is the straight one."""
    proxies = Proxies(environ)
    if not proxies.by_scheme:
        return straight
    fetch = ByProxy(straight, proxies, tls(), timeout)
    stack.push_async_callback(fetch.close)
    return fetch


def _tls(environ: Mapping[str, str]) -> Callable[[], ssl.SSLContext]:
    """Return what makes the one TLS context of a run, which takes 17 ms, when it is needed."""
    file = environ.get("SSL_CERT_FILE") or None
    make = cache(lambda: ssl.create_default_context(cafile=file or certifi.where()))
    try:
        if file is not None:
            make()
    except OSError as problem:
        raise InputError(
            f"SSL_CERT_FILE is {file!r}, which cannot be read: {problem}",
            hint="Unset it, or name a PEM file.",
        ) from None
    return make
