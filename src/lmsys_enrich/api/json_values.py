"""Reading JSON whose shape is promised but not certain: what is not as promised reads as nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias, cast

Node: TypeAlias = Mapping[str, object]
_NOTHING: Node = {}


def parse(body: bytes) -> object:
    """Return what the JSON holds, or none if it is no JSON, which `null` is taken for as well."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):
        return None


def node(value: object) -> Node:
    """Return the object, empty where there is none."""
    return cast("Node", value) if isinstance(value, dict) else _NOTHING


def nodes(value: object) -> tuple[Node, ...]:
    """Return the objects in an array."""
    return tuple(map(node, value)) if isinstance(value, list) else ()


def text(value: object) -> str | None:
    """Return the string, none where there is none or an empty one; half a character becomes `?`."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def number(value: object) -> int | None:
    """Return the whole number; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: object) -> bool | None:
    """Return true or false."""
    return value if isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """Return the ISO 8601 time in UTC. Committers' clocks may have written any."""
    if not isinstance(value, str):
        return None
    try:
        then = datetime.fromisoformat(value)
        return then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
