"""Settings: every option of a run."""

import re
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import IgnoreRule
from lmsys_enrich.model.document import DocumentView, Fact, Order
from lmsys_enrich.settings.tables import ForgeSetting, HostSetting, parse_regular_expression, parse_status

_SECONDS = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86_400,
    "w": 7 * 86_400,
    "mo": 365.25 / 12 * 86_400,
    "y": 365.25 * 86_400,
}
_LONGEST = 1000 * _SECONDS["y"]  # subtracted from a date it still gives a valid one
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|mo|m|h|d|w|y)")


def parse_duration(text: str) -> timedelta:
    """Return the length of time; a month is a twelfth of 365.25 days. Raises `ValueError`."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is not a time such as 90s, 20m, 2h, 7d, 12mo or 1y")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST:
        raise ValueError(f"{text!r} is longer than 1000y")
    return timedelta(seconds=seconds)


def format_duration(length: timedelta) -> str:
    """Return the shortest spelling that `parse_duration` reads back as the same length."""
    seconds = length.total_seconds()
    for unit in ("y", "mo", "w", "d", "h", "m"):
        count = seconds / _SECONDS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{int(seconds) if seconds == int(seconds) else seconds}s"


class LinkScope(StrEnum):
    """Links of a Markdown document that are checked."""

    DOCUMENT = "document"
    ENTRIES = "entries"


class Failure(StrEnum):
    """Kinds of findings that `--fail-on` may name."""

    DEAD = "dead"
    NEW_DEAD = "new-dead"
    MOVED = "moved"
    ARCHIVED = "archived"
    STALE = "stale"
    NONE = "none"


def _setting(default: Any, about: str, metavar: str | None = None) -> Any:  # noqa: ANN401 - as `field`
    return field(default=default, metadata={"about": about, "metavar": metavar})


def _in_files(key: str, about: str) -> Any:  # noqa: ANN401 - as `field`
    """Return a field that only settings files can set, under a key."""
    return field(default=(), metadata={"about": about, "key": key})


_LEAST = {"concurrency": 1, "per_host": 1, "dead_after": 1}


def check(name: str, value: object) -> None:
    """Raise `ValueError` for a value that a setting cannot have."""
    least = _LEAST.get(name, 0)
    match value:
        case bool() | None:
            return
        case float() if not isfinite(value):
            raise ValueError(f"{value!r} is not a number")
        case int() | float() if value < least or (name == "timeout" and not value):
            raise ValueError(
                f"{value!r} is not a number {'of at least' if value < least else 'above'} {least}"
            )
        case timedelta() if value < timedelta(0):
            raise ValueError(f"{value} is a negative time")
        case tuple() if name == "exclude":
            for pattern in value:
                parse_regular_expression(pattern)
        case tuple() if name == "accept":
            for status in value:
                parse_status(status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Settings of a run, all with defaults.

    A field `max_age` is the flag `--max-age`, the variable `LMSYS_ENRICH_MAX_AGE`
    and the key `max-age` in `lmsys-enrich.toml` or `[tool.lmsys-enrich]`. The last fields
    can only be set in these files.
    """

    out: Path = _setting(Path("build"), "folder for the outputs", "DIR")
    cache: Path = _setting(Path("cache"), "folder for the findings of earlier runs", "DIR")
    offline: bool = _setting(False, "send no request; write the last known findings")
    refresh: bool = _setting(False, "check every link, fresh ones too")
    deadline: timedelta | None = _setting(None, "stop checking after this time, e.g. 20m", "TIME")
    concurrency: int = _setting(100, "concurrent requests, to all hosts together", "N")
    per_host: int = _setting(6, "concurrent requests to one host", "N")
    timeout: float = _setting(20.0, "seconds to wait for a response", "S")
    retries: int = _setting(2, "retries after a transient failure", "N")
    patience: timedelta = _setting(
        timedelta(minutes=2),
        "longest wait that a host or an API may request before a retry, e.g. 10m",
        "TIME",
    )
    max_age: timedelta = _setting(
        timedelta(days=7), "time for which a living link is not checked again, e.g. 7d", "TIME"
    )
    dead_after: int = _setting(3, "different days on which a link must fail before it is dead", "N")
    stale_after: timedelta = _setting(
        timedelta(days=365.25), "time without a commit after which a repository is stale, e.g. 12mo", "TIME"
    )
    max_change: float = _setting(
        20.0,
        "refuse to write if more than this percentage of living links, and more than five, would be lost",
        "PERCENT",
    )
    accept_changes: bool = _setting(False, "write although more than --max-change would be lost")
    fail_on: tuple[Failure, ...] = _setting(
        (Failure.DEAD,), "findings that end a run with code 10: " + ", ".join(Failure), "WHAT,…"
    )
    links: LinkScope = _setting(
        LinkScope.DOCUMENT, "links of a Markdown list to check: document (all) or entries", "SCOPE"
    )
    images: bool = _setting(False, "check images of Markdown lists too")
    fragments: bool = _setting(
        False,
        "look for #fragments in the pages they link to, with one more request each; never makes a link dead",
    )
    facts: tuple[Fact, ...] = _setting(
        DocumentView().facts, "facts that documents show, in this order: " + ", ".join(Fact), "FACT,…"
    )
    sort: Order = _setting(
        Order.LIST, "order of entries in documents made from entries.yaml: " + ", ".join(Order), "ORDER"
    )
    rounded: bool = _setting(False, "write numbers in documents as 3.1k, so that they rarely change")
    in_place: bool = _setting(False, "write the facts into the Markdown lists themselves, too")
    entry_badges: bool = _setting(False, "make badges for each entry, too")
    exclude: tuple[str, ...] = _setting((), "skip links that match a regular expression; repeatable", "REGEX")
    accept: tuple[int, ...] = _setting((), "HTTP statuses that count as alive, e.g. 403,999", "STATUS,…")
    canaries: bool = _setting(
        True, "contact well-known hosts when no site responds, to see if the network is down"
    )
    allow_private: bool = _setting(False, "contact private and loopback addresses")
    cluster: str | None = _setting(
        None,
        "check websites on the cores of this machine (local, local:4) or on a cluster (tls://…)",
        "WHERE",
    )
    quiet: bool = _setting(False, "print only errors")
    json: bool = _setting(False, "print the summary as JSON on stdout, and nothing else there")
    verbose: bool = _setting(False, "print each finding as it comes")
    lists: tuple[Path, ...] = _in_files("lists", "files to read if the command line names none")
    hosts: tuple[HostSetting, ...] = _in_files("host", "settings of individual hosts")
    ignores: tuple[IgnoreRule, ...] = _in_files("ignore", "exemptions of links, with a reason each")
    forges: tuple[ForgeSetting, ...] = _in_files("forge", "self-hosted forges, and GitHub Enterprise")

    def __post_init__(self) -> None:
        """Raise `InputError` for a value that the command line would refuse."""
        for one in fields(self):
            try:
                check(one.name, getattr(self, one.name))
            except ValueError as problem:
                raise InputError(f"{one.name}: {problem}") from None

    @property
    def view(self) -> DocumentView:
        """The view of the lists that documents show."""
        return DocumentView(self.facts, self.sort, self.rounded, self.entry_badges)
