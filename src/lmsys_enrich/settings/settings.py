"""The settings of a run. Flags, variables, files, schema and help are all made from this table."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any


class Failure(StrEnum):
    """What `--fail-on` may name."""

    DEAD = "dead"
    NEW_DEAD = "new-dead"
    MOVED = "moved"
    ARCHIVED = "archived"
    STALE = "stale"
    NONE = "none"


def _knob(default: Any, about: str, metavar: str | None = None) -> Any:  # noqa: ANN401 - as `field`
    return field(default=default, metadata={"about": about, "metavar": metavar})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Every knob of a run.

    A field `max_age` is the flag `--max-age`, the variable `LMSYS_ENRICH_MAX_AGE`
    and the key `max-age` in `lmsys-enrich.toml` or `[tool.lmsys-enrich]`.
    """

    out: Path = _knob(Path("build"), "folder for the outputs", "DIR")
    cache: Path = _knob(Path("cache"), "folder for what earlier runs found", "DIR")
    offline: bool = _knob(False, "ask nobody; write from what is known")
    refresh: bool = _knob(False, "ask about every link, however fresh")
    deadline: timedelta | None = _knob(None, "stop asking after this long, e.g. 20m", "TIME")
    concurrency: int = _knob(100, "requests under way at once, all hosts together", "N")
    per_host: int = _knob(6, "requests under way at once to one host", "N")
    timeout: float = _knob(20.0, "seconds to wait for a host's answer", "S")
    retries: int = _knob(2, "further tries after a failure that may pass", "N")
    patience: timedelta = _knob(
        timedelta(minutes=2), "longest wait for a host or for GitHub to ask again, e.g. 10m", "TIME"
    )
    max_age: timedelta = _knob(timedelta(days=7), "how long good news is believed, e.g. 7d", "TIME")
    dead_after: int = _knob(3, "days on which a link must fail before it is dead", "N")
    stale_after: timedelta = _knob(
        timedelta(days=365.25), "a repository without a commit for this long is stale, e.g. 12mo", "TIME"
    )
    max_change: float = _knob(
        20.0, "refuse to write when more than this many percent of the living would die", "PERCENT"
    )
    accept_changes: bool = _knob(False, "write however much has changed: it is true")
    fail_on: tuple[Failure, ...] = _knob(
        (Failure.DEAD,), "end with code 10 on: " + ", ".join(Failure), "WHAT,…"
    )
    exclude: tuple[str, ...] = _knob((), "skip links that match a regular expression", "REGEX")
    allow_private: bool = _knob(False, "contact private and loopback addresses")
    quiet: bool = _knob(False, "print nothing but errors")
    json: bool = _knob(False, "print the summary as JSON on stdout, and nothing else there")
    verbose: bool = _knob(False, "tell each link as it is found out about")
