"""Proxies that the environment names."""

from collections.abc import Mapping
from urllib.parse import urlsplit


class Proxies:
    """Knows which proxy stands between us and an address, if any."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._no_proxy = _variable(environ, "NO_PROXY")
        self.by_scheme = {
            scheme: proxy if "://" in proxy else f"http://{proxy}"
            for scheme in ("http", "https")
            if (proxy := _variable(environ, f"{scheme}_proxy") or _variable(environ, "ALL_PROXY"))
        }

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
