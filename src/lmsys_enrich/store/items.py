"""
Decoder of JSON arrays whose items may have been written by anybody.

An item of another shape is skipped.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Generic, TypeVar

import msgspec

from lmsys_enrich.model.facts import Model, Paper, Repository
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.values import YEARS, Moment

_UNDECODABLE = (ValueError, RecursionError)

T = TypeVar("T")


class ItemDecoder(Generic[T]):
    """Decoder of arrays of one type: all items at once, or one by one where that fails."""

    def __init__(self, item: type[T]) -> None:
        self._all: Callable[[bytes], list[T]] = msgspec.json.Decoder(list[item]).decode  # type: ignore[valid-type]  # known at run time
        self._one: Callable[[msgspec.Raw], T] = msgspec.json.Decoder(item).decode

    def decode(self, array: bytes) -> list[T]:
        """Return the items; skip those of another shape. Raises `ValueError` for anything but an array."""
        try:
            return self._all(array)
        except _UNDECODABLE:
            return list(self._each(split(array)))

    def _each(self, items: Iterable[msgspec.Raw]) -> Iterator[T]:
        for item in items:
            with suppress(*_UNDECODABLE):
                yield self._one(item)


split: Callable[[bytes], list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw]).decode
"""Return the items of an array undecoded. Raises `ValueError` for anything but an array."""


def has_plausible_dates(finding: Finding) -> bool:
    """Return false for a finding with a date with which nothing can be computed."""
    for at in _dates_of_finding(finding):
        if at is not None and at.year not in YEARS:
            return False
    if not (finding.asked or finding.repository or finding.paper or finding.model):
        return True
    return all(at is None or at.year in YEARS for at in _dates_of_facts(finding))


def _names_of_moments(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(one.name for one in msgspec.structs.fields(kind) if one.type in (Moment, Moment | None))


_dates_of_finding = attrgetter(*_names_of_moments(Finding))
_DATES_OF_FACTS = {kind: _names_of_moments(kind) for kind in (Repository, Paper, Model)}


def _dates_of_facts(finding: Finding) -> Iterator[datetime | None]:
    yield from finding.asked.values()
    for facts in (finding.repository, finding.paper, finding.model):
        if facts is not None:
            yield from (getattr(facts, name) for name in _DATES_OF_FACTS[type(facts)])
            yield from facts.kept.values()
    if finding.repository is not None and finding.repository.latest_release is not None:
        yield finding.repository.latest_release.published_at
