"""Settings: every option of a run."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

_SECONDS = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86_400,
    "w": 7 * 86_400,
    "mo": 365.25 / 12 * 86_400,
    "y": 365.25 * 86_400,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|mo|m|h|d|w|y)")


def parse_duration(text: str) -> timedelta:
    """Return the length of time; a month is a twelfth of 365.25 days. Raises `ValueError`."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} is not a length of time such as 90s, 20m, 2h, 7d, 12mo or 1y")
    return timedelta(seconds=float(match[1]) * _SECONDS[match[2]])


def format_duration(length: timedelta) -> str:
    """Return the shortest spelling that `parse_duration` reads back as the same length."""
    seconds = length.total_seconds()
    for unit in ("y", "mo", "w", "d", "h", "m"):
        count = seconds / _SECONDS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{int(seconds) if seconds == int(seconds) else seconds}s"


class LinkScope(StrEnum):
    """Which links of a Markdown document are checked."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Settings of a run, all with defaults.

    A field `max_age` is the flag `--max-age`, the variable `LMSYS_ENRICH_MAX_AGE`
    and the key `max-age` in `lmsys-enrich.toml` or `[tool.lmsys-enrich]`.
    """

    out: Path = _setting(Path("build"), "folder for the outputs", "DIR")
    cache: Path = _setting(Path("cache"), "folder for what earlier runs found", "DIR")
    offline: bool = _setting(False, "ask nobody; write from what is known")
    refresh: bool = _setting(False, "ask about every link, however fresh")
    deadline: timedelta | None = _setting(None, "stop asking after this long, e.g. 20m", "TIME")
    concurrency: int = _setting(100, "requests under way at once, all hosts together", "N")
    per_host: int = _setting(6, "requests under way at once to one host", "N")
    timeout: float = _setting(20.0, "seconds to wait for a host's answer", "S")
    retries: int = _setting(2, "further tries after a failure that may pass", "N")
    patience: timedelta = _setting(
        timedelta(minutes=2), "longest wait for a host or for GitHub to ask again, e.g. 10m", "TIME"
    )
    max_age: timedelta = _setting(timedelta(days=7), "how long good news is believed, e.g. 7d", "TIME")
    dead_after: int = _setting(3, "days on which a link must fail before it is dead", "N")
    stale_after: timedelta = _setting(
        timedelta(days=365.25), "a repository without a commit for this long is stale, e.g. 12mo", "TIME"
    )
    max_change: float = _setting(
        20.0, "refuse to write when more than this many percent of the living would die", "PERCENT"
    )
    accept_changes: bool = _setting(False, "write however much has changed: it is true")
    fail_on: tuple[Failure, ...] = _setting(
        (Failure.DEAD,), "end with code 10 on: " + ", ".join(Failure), "WHAT,…"
    )
    links: LinkScope = _setting(
        LinkScope.DOCUMENT, "check every link of a Markdown list, or only: entries", "SCOPE"
    )
    images: bool = _setting(False, "check the images of Markdown lists too")
    exclude: tuple[str, ...] = _setting((), "skip links that match a regular expression", "REGEX")
    allow_private: bool = _setting(False, "contact private and loopback addresses")
    quiet: bool = _setting(False, "print nothing but errors")
    json: bool = _setting(False, "print the summary as JSON on stdout, and nothing else there")
    verbose: bool = _setting(False, "tell each link as it is found out about")
