"""Makes the way to the network out of the settings of a run."""

import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import certifi

from lmsys_enrich.clock import Clock
from lmsys_enrich.errors import InputError
from lmsys_enrich.net.client import HttpClient
from lmsys_enrich.net.exchange import Fetch
from lmsys_enrich.net.meter import Meter
from lmsys_enrich.net.names import Names, look_up
from lmsys_enrich.net.polite import PoliteFetch
from lmsys_enrich.net.proxies import Proxies
from lmsys_enrich.net.throttle import Throttle
from lmsys_enrich.net.transport import Transport
from lmsys_enrich.settings.settings import Settings

_NAME_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Network:
    """The way to the network; `leave` closes what connections wait for a host."""

    fetch: Fetch
    leave: Callable[[str], None]


@asynccontextmanager
async def open_client(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    meter: Meter,
    through: Callable[[Fetch], Fetch] | None = None,
) -> AsyncGenerator[Network, None]:
    """
    Yield a polite way to the network, closed at the end.

    `through` may put something between politeness and the network. Raises
    `InputError` where a proxy or certificate file that `environ` names is of no use.
    """
    names = Names(look_up, _NAME_TIMEOUT)
    tls = _tls(environ)
    transport = Transport(names, tls, settings.timeout, allow_private=settings.allow_private)
    client = HttpClient(transport, Proxies(environ, tls), settings.timeout)
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
        yield Network(polite, transport.leave)
    finally:
        await polite.close()
        await client.close()
        await names.close()


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
