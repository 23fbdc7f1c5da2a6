"""Proxies that the environment names, by httpx's own transport."""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from lmsys_enrich.errors import InputError


class Proxies:
    """
    Knows which proxy stands between us and an address, if any.

    Raises `InputError` where `environ` names one that is none.
    """

    def __init__(self, environ: Mapping[str, str], tls: ssl.SSLContext) -> None:
        self._no_proxy = _variable(environ, "NO_PROXY")
        self._by_scheme = {
            scheme: _by_proxy(proxy, tls)
            for scheme in ("http", "https")
            if (proxy := _variable(environ, f"{scheme}_proxy") or _variable(environ, "ALL_PROXY"))
        }

    def between(self, url: str) -> httpx.AsyncBaseTransport | None:
        """Return the way by the proxy, none where an address is asked straight."""
        if not self._by_scheme:
            return None
        parts = urlsplit(url)
        if _is_excepted(parts.hostname or "", self._no_proxy):
            return None
        return self._by_scheme.get(parts.scheme)

    async def close(self) -> None:
        """Close all connections to proxies."""
        for transport in self._by_scheme.values():
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
