"""Parts of a web address, as the parsers of papers' identifiers need them."""

from urllib.parse import unquote

from lmsys_enrich.urls import InvalidAddress, is_web, path_of, query_of, server_of
from lmsys_enrich.values import Value

_PORTS = frozenset({("http", 80), ("https", 443)})


class PaperAddress(Value):
    """Host without `www.`, path with its escapes decoded, and query without its `?`."""

    host: str
    path: str
    query: str


def read_address(url: str) -> PaperAddress | None:
    """Return the parts; None for what is not on the default port of a web server, or names a user."""
    if not is_web(url):
        return None
    try:
        scheme, host, port = server_of(url)
        path, query = path_of(url), query_of(url)
    except InvalidAddress:
        return None
    decoded = unquote(path, errors="replace")
    if (scheme, port) not in _PORTS or not decoded.isprintable():
        return None
    return PaperAddress(host.removeprefix("www."), decoded, query.removeprefix("?"))
