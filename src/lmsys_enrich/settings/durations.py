"""Lengths of time as people write them: 90s, 20m, 2h, 7d, 2w, 12mo, 1y."""

import re
from datetime import timedelta

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
