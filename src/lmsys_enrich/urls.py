"""What can be read off an address without asking anyone. Pure text."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

# Every stage asks for the same addresses again: 25 times each in a run.
_ENOUGH = 2**17
_WEB = ("http://", "https://")
_DEFAULT_PORT = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_OCTAL_OR_NOT = re.compile(r"^(?:[0-9]+\.)*0[0-9]+(?:\.[0-9]+)*$")
# Everything that may stand in a path or query as it is (RFC 3986), `%` included, so
# that what a list escaped once is never escaped again.
_KEEP = "!#$%&'()*+,/:;=?@[]~"
# As nearly all addresses are written: the host in small letters, nothing that must be escaped.
# Such a one need only be cut in pieces, which takes a tenth of the time.
_IN_PATH = r"A-Za-z0-9._~!$%&'()*+,/:;=@\[\]-"
# Groups are not possessive: Python before 3.11.5 takes some for matches that are none
# (https://github.com/python/cpython/issues/106052).
_PLAIN = re.compile(
    r"(https?://[a-z0-9._-]++(?<!\.)(?::(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?)"
    rf"(/[{_IN_PATH}]*+)?(\?[?{_IN_PATH}]++)?(?:#[?#{_IN_PATH}]*+)?"
)


class InvalidAddress(ValueError):
    """The text looks like a web address but names no host that could be asked."""


class _Server(NamedTuple):
    """Whom an address names; `start` is what the keys of its addresses begin with."""

    start: str
    host: str
    origin: tuple[str, str, int]
    is_doubtful: bool


@dataclass(slots=True)  # not frozen: that takes four times as long to make
class _Address:
    """What all stages need of one address."""

    key: str
    server: _Server
    target: str


class _NotOnTheWeb(NamedTuple):
    """An address that no web server is asked for."""

    key: str

    @property
    def server(self) -> _Server:
        raise InvalidAddress("the address names no host of the web")

    @property
    def target(self) -> str:
        raise InvalidAddress("the address names nothing on the web")


def is_web(url: str) -> bool:
    """Whether the address is one for a web server: http or https."""
    return url.startswith(_WEB) or url.strip()[:8].lower().startswith(_WEB)


def is_plain(url: str) -> bool:
    """Whether this is a web address in which nothing is unusual, so that nothing can be wrong with it."""
    return _PLAIN.fullmatch(url) is not None


def has_scheme(url: str) -> bool:
    """Whether the address is absolute, `mailto:` and the like included."""
    return _SCHEME.match(url.strip()) is not None


def link_key(url: str) -> str:
    """
    Return the form under which a link is asked about, counted and remembered.

    Spellings that always ask a server for the same thing share one key: scheme
    and host lose their case, a default port and the fragment go, a bare host
    gains its slash, characters that no request can carry are escaped. Path and
    query stay as written, because servers may tell them apart. What is no web
    address is its own key.

    Raises `InvalidAddress` for a web address without a usable host or port.
    """
    return _read(url).key


def host_of(url: str) -> str:
    """Return host and port of a web address, as a `Host` header would carry them."""
    return _read(url).server.host


def server_of(url: str) -> tuple[str, str, int]:
    """
    Return scheme, host (an IPv6 address without its brackets) and port of a web address.

    Raises `InvalidAddress` for numbers with a leading zero, as in `0177.0.0.1`:
    some programs read them as octal (https://url.spec.whatwg.org/#ipv4-number-parser),
    others do not, and nobody may be led elsewhere than where it seems to go.
    """
    server = _read(url).server
    if server.is_doubtful:
        raise InvalidAddress(f"{server.origin[1]} is read differently by different programs")
    return server.origin


def target_of_request(url: str) -> str:
    """Return path and query of a web address, as a request line carries them."""
    return _read(url).target


@lru_cache(maxsize=_ENOUGH)
def _read(url: str) -> _Address | _NotOnTheWeb:
    if plain := _PLAIN.fullmatch(url):
        start, path, query = plain.groups("")
        server, target = _server_at(start), f"{path or '/'}{query}"
    elif is_web(url):
        parts = _split(url)
        path, query = quote(parts.path or "/", safe=_KEEP), quote(parts.query, safe=_KEEP)
        server, target = _server_in(parts), f"{path}?{query}" if query else path
    else:
        return _NotOnTheWeb(url.strip())
    key = server.start + target
    return _Address(url if key == url else key, server, target)


@lru_cache(maxsize=_ENOUGH)
def _server_at(start: str) -> _Server:
    return _server_in(_split(start))


def _server_in(parts: SplitResult) -> _Server:
    name = _host_name(parts)
    default = _DEFAULT_PORT[parts.scheme]
    host = name if parts.port in {None, default} else f"{name}:{parts.port}"
    userinfo, at, _ = parts.netloc.rpartition("@")
    return _Server(
        start=f"{parts.scheme}://{userinfo}{at}{host}",
        host=host,
        origin=(parts.scheme, name.strip("[]"), parts.port or default),
        is_doubtful=_OCTAL_OR_NOT.search(name) is not None,
    )


def _host_name(parts: SplitResult) -> str:
    """Return the host in lower case and in ASCII, an IPv6 address in its brackets."""
    name = (parts.hostname or "").rstrip(".")
    if not name:
        raise InvalidAddress("the address names no host")
    if ":" in name:
        return f"[{name}]"
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise InvalidAddress(f"{name!r} is not a host name") from None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # `urlsplit` looks at the port only when asked
    except ValueError as problem:
        raise InvalidAddress(str(problem)) from None
    return parts
