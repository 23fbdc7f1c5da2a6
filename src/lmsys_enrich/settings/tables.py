"""Tables in settings files: `[[host]]`, `[[ignore]]`, `[[forge]]`."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias, TypeVar

from lmsys_enrich.model.catalog import Exemption, IgnoreRule
from lmsys_enrich.urls import InvalidAddress, is_web, server_of
from lmsys_enrich.values import Value, value_field

T = TypeVar("T")
Json: TypeAlias = dict[str, object]

HTTPS_PORT = 443
STATUSES = range(100, 1000)  # LinkedIn's 999 too
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
# A file of settings may come from a stranger, and is public in most repositories.
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "private-token"})
# These frame the message: the client writes them.
_OWN_HEADERS = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)


class ForgeKind(StrEnum):
    """Software of a self-hosted forge."""

    GITHUB = "github"
    GITLAB = "gitlab"
    FORGEJO = "forgejo"


class ForgeSetting(Value):
    """A self-hosted forge."""

    host: str
    kind: ForgeKind


class HostSetting(Value):
    """Settings of one host: headers to send, statuses that count as alive, concurrent requests."""

    host: str
    headers: Mapping[str, str] = value_field(default_factory=dict)
    accept: frozenset[int] = frozenset()
    per_host: int | None = None


def is_for(setting: HostSetting, url: str) -> bool:
    """Return true if settings are for the host of an address; without a port, for all of its ports."""
    _, host, port = server_of(url)
    return setting.host in (host, f"{host}:{port}")


def parse_host(table: Mapping[str, object]) -> HostSetting:
    """Parse a table `[[host]]`. Raises `ValueError` with a message for the user."""
    table = {key.replace("-", "_"): value for key, value in table.items()}
    _refuse_unknown(table, ("host", "headers", "accept", "per_host"))
    headers = table.get("headers", {})
    if not isinstance(headers, Mapping):
        raise ValueError('headers: write them as { Name = "value" }')  # noqa: TRY004 - a mistake of the user
    for name, value in headers.items():
        refuse_header(str(name), value)
        if str(name).lower() in _SECRET_HEADERS:
            raise ValueError(
                f"headers: {name} is secret: set it in the environment, LMSYS_ENRICH_HEADERS='HOST {name}: …'"
            )
    accept = table.get("accept", [])
    return HostSetting(
        host=_host(table),
        headers={str(name): str(value) for name, value in headers.items()},
        accept=frozenset(parse_status(item) for item in (accept if isinstance(accept, list) else [accept])),
        per_host=_per_host(table.get("per_host")),
    )


def parse_ignore(table: Mapping[str, object]) -> IgnoreRule:
    """Parse a table `[[ignore]]`. Raises `ValueError` with a message for the user."""
    _refuse_unknown(table, ("url", "pattern", "reason", "until", "only"))
    url, pattern = _text(table, "url"), _text(table, "pattern")
    if (url is None) == (pattern is None):
        raise ValueError("give either url or pattern")
    if url is not None and not is_web(url):
        raise ValueError(f"url: {url!r} is not a web address")
    if pattern is not None:
        parse_regular_expression(pattern)
    reason = _text(table, "reason")
    if not reason:
        raise ValueError("give a reason")
    only = _text(table, "only")
    if only not in (None, "stale"):
        raise ValueError(f"only: {only!r} is not 'stale'")
    return IgnoreRule(Exemption(reason, _day(table.get("until")), only), url, pattern)


def parse_forge(table: Mapping[str, object]) -> ForgeSetting:
    """Parse a table `[[forge]]`. Raises `ValueError` with a message for the user."""
    _refuse_unknown(table, ("host", "kind"))
    kind = _text(table, "kind") or ""
    if kind not in list(ForgeKind):
        raise ValueError(
            f"kind: {kind!r} is not one of {', '.join(ForgeKind)}{suggestion(kind, list(ForgeKind))}"
        )
    return ForgeSetting(_host(table), ForgeKind(kind))


PARSERS: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    "host": parse_host,
    "ignore": parse_ignore,
    "forge": parse_forge,
}


def parse_status(raw: object) -> int:
    """Parse an HTTP status. Raises `ValueError`."""
    text = str(raw).strip()
    if text.isascii() and text.isdigit() and len(text) == len("200") and int(text) in STATUSES:
        return int(text)
    raise ValueError(f"{raw!r} is not an HTTP status such as 403")


def parse_regular_expression(text: str) -> str:
    """Return a pattern that Python's `re` accepts. Raises `ValueError`."""
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as problem:
        raise ValueError(f"{text!r} is not a regular expression: {problem}") from None
    return text


def refuse_header(name: str, value: object) -> None:
    """Raise `ValueError` for a header that cannot be sent. The value is not shown: it may be secret."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"headers: {name!r} is not the name of a header")
    if name.lower() in _OWN_HEADERS:
        raise ValueError(f"headers: {name} is set by the program itself")
    text = str(value)
    if isinstance(value, dict | list) or not text.isascii() or not text.isprintable():
        raise ValueError(f"headers: the value of {name} is not one line of ASCII characters")


def parse_host_name(text: str) -> str:
    """Return a host in the form in which addresses are compared, with its port if one is given."""
    try:
        _, host, port = server_of(f"https://{text}/")
    except InvalidAddress:
        raise ValueError(f"{text!r} is not a host such as docs.example.org") from None
    if not text or any(mark in text for mark in "/?#@\\ "):
        raise ValueError(f"{text!r} is not a host such as docs.example.org")
    return host if port == HTTPS_PORT else f"{host}:{port}"


def suggestion(word: str, known: Collection[str]) -> str:
    """Return `; did you mean …?`, or nothing where no known word is near."""
    close = get_close_matches(word, [str(one) for one in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _refuse_unknown(table: Mapping[str, object], known: Collection[str]) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        raise ValueError(
            f"no such key {unknown[0]!r}{suggestion(unknown[0], known)}; keys: {', '.join(known)}"
        )


def _host(table: Mapping[str, object]) -> str:
    host = _text(table, "host")
    if not host:
        raise ValueError("give a host")
    return parse_host_name(host)


def _text(table: Mapping[str, object], key: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key}: {value!r} is not text")
    return value


def _per_host(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"per_host: {value!r} is not a number of at least 1")
    return value


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"until: {value!r} is not a day such as 2027-01-31") from None
