"""Parsing and resolving of addresses, as browsers do it: https://url.spec.whatwg.org/."""

import re
from functools import lru_cache
from urllib.parse import quote

import can_ada

from lmsys_enrich.values import Value

# Every stage reads the same addresses again: 25 times each in a run.
_CACHED = 2**17
# No server need take more than 8,000 characters (RFC 9110 §4.1). Most that take more stop at 8 or 16 KiB.
MAX_LENGTH = 32_768
_WEB = ("http://", "https://")
_DEFAULT_PORT = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
# https://url.spec.whatwg.org/#c0-control-or-space
_BLANK = "".join(map(chr, range(0x21)))
# Browsers send some characters raw that RFC 3986 forbids, `|` for example. Strict servers (Tomcat) answer
# those with 400, and lenient ones take both forms for one, so these are escaped. `%` stays, because an
# escape of the list must not be escaped again.
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_UNSAFE = re.compile(r"[^A-Za-z0-9._~!#$%&'()*+,/:;=?@\[\]-]")
_AUTHORITY = re.compile(r"[a-zA-Z]+:[/\\]*([^/\\?#]*)")
_PORT = re.compile(r":([^:\]]*)$")
# RFC 1035 §2.3.4
_MAX_LABEL, _MAX_NAME = 63, 253
# Ports of other protocols, which a list must not make us speak to: https://fetch.spec.whatwg.org/#port-blocking
BLOCKED_PORTS = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101),
        *(102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427),
        *(465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990),
        *(993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667),
        *(6668, 6669, 6679, 6697, 10080),
    }
)
# An ordinary web address, in which nothing needs a second look.
_ORDINARY = re.compile(
    r"https?://[a-z0-9._-]+(?:(?<!\.):(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?"
    r"(?:[/?#][A-Za-z0-9._~!$%&'()*+,/:;=@?#\[\]-]*)?"
)
# One of a host of ordinary labels: browsers take all of these, so that none need be parsed.
_PLAIN = re.compile(
    r"https?://(?:[a-z0-9_-]+\.)+[a-z]{2,}(?::(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?"
    r"(?:[/?#][A-Za-z0-9._~!$%&'()*+,/:;=@?#\[\]-]*)?"
)


class InvalidAddress(ValueError):
    """A text that looks like a web address, although no browser could follow it."""


class _Site(Value):
    """
    Website of an address; `server` has scheme, host without brackets, and port.

    `has_dns_name` is true of an IP address too, and false of a name that is too long for DNS.
    """

    host: str
    server: tuple[str, str, int]
    has_dns_name: bool


class _Address(Value):
    """The parts of a web address."""

    key: str
    site: _Site
    path: str
    query: str
    fragment: str
    has_userinfo: bool


def is_web(url: str) -> bool:
    """Return whether the address is one for a web server: http or https."""
    return url.startswith(_WEB) or url.lstrip(_BLANK)[:8].lower().startswith(_WEB)


def is_plain(url: str) -> bool:
    """Return whether this is a valid web address of ordinary characters."""
    if len(url) > MAX_LENGTH:
        return False
    if _PLAIN.fullmatch(url) and "xn--" not in url:
        return True
    if not _ORDINARY.fullmatch(url):
        return False
    try:
        _web(url)
    except InvalidAddress:
        return False
    return True


def has_scheme(url: str) -> bool:
    """Return whether the address is absolute, `mailto:` and the like included."""
    return _SCHEME.match(url.strip(_BLANK)) is not None


def link_key(url: str) -> str:
    """
    Return the form under which a link is requested, counted and stored.

    It is the address as browsers normalize it, without its fragment and without
    a dot at the end of the host. An address of another scheme is its own key.

    Raises `InvalidAddress` for a web address that browsers refuse, and for an
    address of more than `MAX_LENGTH` characters.
    """
    try:
        return _web(url).key
    except InvalidAddress:
        if is_web(url) or len(url) > MAX_LENGTH:
            raise
        return url.strip()


def host_of(url: str) -> str:
    """Return host and port of a web address, as a `Host` header carries them. Raises `InvalidAddress`."""
    return _web(url).site.host


def server_of(url: str) -> tuple[str, str, int]:
    """
    Return scheme, host (an IPv6 address without its brackets) and port of a web address.

    Raises `InvalidAddress` also for a host that no name server can resolve.
    """
    site = _web(url).site
    if not site.has_dns_name:
        raise InvalidAddress(f"{_shown(site.server[1])} is not a host name")
    return site.server


def target_of_request(url: str) -> str:
    """Return path and query of a web address, as a request line carries them. Raises `InvalidAddress`."""
    address = _web(url)
    return address.path + address.query


def path_of(url: str) -> str:
    """Return the path of a web address, escaped and without dot segments. Raises `InvalidAddress`."""
    return _web(url).path


def query_of(url: str) -> str:
    """Return the query of a web address with its `?`, or nothing. Raises `InvalidAddress`."""
    return _web(url).query


def has_userinfo(url: str) -> bool:
    """Return whether a web address has a user name or a password in it. Raises `InvalidAddress`."""
    return _web(url).has_userinfo


def fragment_of(url: str) -> str:
    """Return the fragment of an address without its `#`, escaped, or nothing."""
    return _escaped(url.strip(_BLANK).partition("#")[2])


def resolve(base: str, reference: str) -> str:
    """
    Return the absolute address that a reference means on the page at `base`.

    A web address comes back as its key, with its fragment. Other schemes come
    back as they are. Raises `InvalidAddress` where browsers go nowhere.
    """
    if len(reference) > MAX_LENGTH:
        raise _too_long(reference)
    _web(base)
    try:
        target = can_ada.parse(_scalar(base)) + _scalar(reference)
    except ValueError:
        raise _invalid(reference) from None
    if not is_web(target.href):
        return link_key(target.href)
    address = _web(target.href)
    return f"{address.key}#{address.fragment}" if address.fragment else address.key


def decode_location(value: str) -> str:
    """
    Return the reference in a `Location` header whose bytes were read as Latin-1.

    RFC 9110 §10.2.2 wants ASCII. Servers send UTF-8 as well, and browsers take
    it; other bytes they escape one by one.
    """
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return "".join(c if c.isascii() else f"%{ord(c):02X}" for c in value)
    except UnicodeEncodeError:
        return value


@lru_cache(maxsize=_CACHED)
def _web(url: str) -> _Address:
    if len(url) > MAX_LENGTH:
        raise _too_long(url)
    if not is_web(url):
        raise InvalidAddress("it is not a web address")
    try:
        parsed = can_ada.parse(_scalar(url))
    except ValueError:
        raise _invalid(url) from None
    scheme = parsed.protocol[:-1]
    site = _site(scheme, parsed.hostname, parsed.port)
    path, query, fragment = parsed.pathname, parsed.search, parsed.hash[1:]
    if _UNSAFE.search(f"{path}{query}{fragment}"):
        path, query, fragment = map(_escaped, (path, query, fragment))
    userinfo = _userinfo(parsed) if "@" in url else ""
    key = f"{scheme}://{userinfo}{site.host}{path}{query}"
    return _Address(url if key == url else key, site, path, query, fragment, bool(userinfo))


@lru_cache(maxsize=_CACHED)  # many addresses share a site
def _site(scheme: str, name: str, port: str) -> _Site:
    if name.endswith("."):  # the root of DNS: the same host, which few servers know by this name
        name = name.rstrip(".")
        if not name:
            raise InvalidAddress("the address has no host")
    server = scheme, name.strip("[]"), int(port) if port else _DEFAULT_PORT[scheme]
    return _Site(f"{name}:{port}" if port else name, server, _is_dns_name(name))


def _is_dns_name(name: str) -> bool:
    """Return whether a host is an IPv6 address, or a name that a name server can resolve."""
    if name.startswith("["):
        return True
    if name.startswith(".") or ".." in name:
        return False
    return len(name) <= _MAX_NAME and max(map(len, name.split("."))) <= _MAX_LABEL


def _userinfo(parsed: can_ada.URL) -> str:
    if not (parsed.username or parsed.password):
        return ""
    password = f":{parsed.password}" if parsed.password else ""
    return f"{parsed.username}{password}@"


def _escaped(text: str) -> str:
    return quote(text, safe=_SAFE) if _UNSAFE.search(text) else text


def _scalar(text: str) -> str:
    """Return the text with its lone surrogates replaced, which have no UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _too_long(url: str) -> InvalidAddress:
    return InvalidAddress(f"it is {len(url)} characters long")


def _invalid(url: str) -> InvalidAddress:
    """Return the error for an address that the parser refuses, which gives no reason."""
    authority = _AUTHORITY.match(url.strip(_BLANK))
    host = authority[1].rpartition("@")[2] if authority else url
    port = _PORT.search(host)
    name = host[: port.start()] if port else host
    if not name:
        return InvalidAddress("the address has no host")
    if port and port[1] and not (port[1].isascii() and port[1].isdigit() and int(port[1][:9]) < 2**16):
        return InvalidAddress(f"{_shown(port[1])} is not a port")
    return InvalidAddress(f"{_shown(name)} is not a host name")


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MAX_LABEL else text[:_MAX_LABEL] + "…")
