"""Figures of one day of the history, for trends."""

from collections.abc import Mapping
from datetime import date

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.values import Value, value_field


class Relicensed(Value):
    """Repository whose licence changed, and how: `MIT → Apache-2.0`."""

    repository: str
    change: str


class Day(Value):
    """
    Figures of the last run of a day, and the events of that day.

    `effective_verdict` counts links by effective verdict. `died` has the addresses
    of links as written in the list, cut on a very bad day.
    """

    date: date
    effective_verdict: Mapping[Verdict, int] = value_field(default_factory=dict)
    stars: int = 0
    died: tuple[str, ...] = ()
    relicensed: tuple[Relicensed, ...] = ()
