"""What can be read off an address without asking anyone. Pure text."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

# Every stage asks for the same addresses again: 25 times each in a run.
_ENOUGH = 2**17
_DEFAULT_PORT = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_OCTAL_OR_NOT = re.compile(r"^(?:[0-9]+\.)*0[0-9]+(?:\.[0-9]+)*$")
# Everything that may stand in a path or query as it is (RFC 3986), `%` included, so
# that what a list escaped once is never escaped again.
_KEEP = "!#$%&'()*+,/:;=?@[]~"


class InvalidAddress(ValueError):
    """The text looks like a web address but names no host that could be asked."""


def is_web(url: str) -> bool:
    """Whether the address is one for a web server: http or https."""
    return url.strip()[:8].lower().startswith(("http://", "https://"))


def has_scheme(url: str) -> bool:
    """Whether the address is absolute, `mailto:` and the like included."""
    return _SCHEME.match(url.strip()) is not None


@lru_cache(maxsize=_ENOUGH)
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
    text = url.strip()
    if not is_web(text):
        return text
    parts = _split(text)
    host = host_name(parts)
    if parts.port is not None and parts.port != _DEFAULT_PORT[parts.scheme]:
        host = f"{host}:{parts.port}"
    userinfo, at, _ = parts.netloc.rpartition("@")
    path = quote(parts.path or "/", safe=_KEEP)
    return urlunsplit((parts.scheme, userinfo + at + host, path, quote(parts.query, safe=_KEEP), ""))


@lru_cache(maxsize=_ENOUGH)
def host_of(url: str) -> str:
    """Return host and port of a web address, as a `Host` header would carry them."""
    parts = _split(url)
    host = host_name(parts)
    if parts.port is None or parts.port == _DEFAULT_PORT.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


@lru_cache(maxsize=_ENOUGH)
def server_of(url: str) -> tuple[str, str, int]:
    """
    Return scheme, host (an IPv6 address without its brackets) and port of a web address.

    Raises `InvalidAddress` for numbers with a leading zero, as in `0177.0.0.1`:
    some programs read them as octal (https://url.spec.whatwg.org/#ipv4-number-parser),
    others do not, and nobody may be led elsewhere than where it seems to go.
    """
    parts = _split(url)
    host = host_name(parts)
    if _OCTAL_OR_NOT.search(host):
        raise InvalidAddress(f"{host} is read differently by different programs")
    return parts.scheme, host.strip("[]"), parts.port or _DEFAULT_PORT[parts.scheme]


@lru_cache(maxsize=_ENOUGH)
def target_of_request(url: str) -> str:
    """Return path and query of a web address, as a request line carries them."""
    parts = _split(url)
    path = quote(parts.path or "/", safe=_KEEP)
    return f"{path}?{quote(parts.query, safe=_KEEP)}" if parts.query else path


def host_name(parts: SplitResult) -> str:
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
