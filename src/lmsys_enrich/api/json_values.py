"""JSON of an API, read by type: a value of another type reads as none."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias, cast

from lmsys_enrich.values import YEARS

Node: TypeAlias = Mapping[str, object]
_NOTHING: Node = {}
_LARGEST_EXACT = 2**53  # RFC 8259 §6


def parse(body: bytes) -> object:
    """Parse JSON; None if invalid or `null`."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):
        return None


def node(value: object) -> Node:
    """Return a JSON object, empty for any other value."""
    return cast("Node", value) if isinstance(value, dict) else _NOTHING


def nodes(value: object) -> tuple[Node, ...]:
    """Return the objects in a JSON array."""
    return tuple(map(node, value)) if isinstance(value, list) else ()


def text(value: object) -> str | None:
    """Return a string that is not empty; a lone surrogate becomes `?`."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def number(value: object) -> int | None:
    """Return an integer of at most 64 bits, the most that stores can hold; booleans are not integers."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -(2**63) <= value < 2**63 else None


def count(value: object) -> int | None:
    """Return a count: an integer that JSON can hold exactly."""
    result = number(value)
    return result if result is not None and 0 <= result <= _LARGEST_EXACT else None


def texts(value: object) -> tuple[str, ...]:
    """Return the strings in a JSON array that are not empty."""
    return tuple(one for one in map(text, value) if one) if isinstance(value, list) else ()


def flag(value: object) -> bool | None:
    """Return a boolean."""
    return value if isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """Parse an ISO 8601 time; return it in UTC, or None for a placeholder such as Go's zero time (year 1)."""
    if not isinstance(value, str):
        return None
    try:
        then = datetime.fromisoformat(value)
    except ValueError:
        return None
    if then.year not in YEARS:  # committers' clocks can be at any time
        return None
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)
