"""
Base classes of the values that stages hand on, and of their own state, built on msgspec.

Its structs are made six times as fast as frozen dataclasses, of which a run makes a dozen for each
link, and their classes thirty times as fast: https://jcristharif.com/msgspec/benchmarks.html#structs.
"""

from datetime import datetime
from typing import Annotated, Any, TypeAlias, dataclass_transform

import msgspec

replace = msgspec.structs.replace
value_field = msgspec.field

Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date and time with its zone; decoders refuse one without."""

YEARS = range(1900, 9000)
"""Years of a `Moment`: at either end of the calendar arithmetic overflows, as conversion to UTC does."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A number of things, or an id; decoders refuse what JSON cannot hold exactly."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True):
    """Immutable, typed fields; equal to every value of its class with the same fields."""


@dataclass_transform(field_specifiers=(msgspec.field,))
class State(msgspec.Struct):
    """Mutable, typed fields, which one stage keeps to itself."""


def asdict(value: Value) -> dict[str, Any]:
    """Return the fields as a JSON object, nested values included."""
    fields: dict[str, Any] = msgspec.to_builtins(value)
    return fields
