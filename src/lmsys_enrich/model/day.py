"""The figures of one day, of which trends are made."""

from collections.abc import Mapping
from datetime import date

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.values import Value, value_field


class Relicensed(Value):
    """A repository whose licence changed, and how: `MIT → Apache-2.0`."""

    repository: str
    change: str


class Day(Value):
    """
    What the last run of a day knew, and what happened on that day.

    `standing` counts links by the best knowledge there was. `died` names links
    as they stand in the list; a very bad day is cut.
    """

    date: date
    effective_verdict: Mapping[Verdict, int] = value_field(default_factory=dict)
    stars: int = 0
    died: tuple[str, ...] = ()
    relicensed: tuple[Relicensed, ...] = ()
