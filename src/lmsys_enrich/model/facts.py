"""Facts of a forge or registry about one subject, and how old and new facts become one."""

from collections.abc import Mapping
from typing import Generic, Self, TypeVar

from lmsys_enrich.values import Moment, Value, replace, value_field


class Facts(Value, kw_only=True):
    """
    Base class of facts about one subject, all times in UTC.

    `fetched_at` dates the facts; the few that could not be learned then and were kept
    from earlier have their own dates in `kept`.
    """

    fetched_at: Moment
    kept: dict[str, Moment] = value_field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name by which links refer to the subject."""
        raise NotImplementedError

    def is_same(self, known: Self) -> bool:
        """Return whether these and the known facts are about one subject."""
        raise NotImplementedError

    def joined(self, known: Self) -> Mapping[str, object]:
        """Return the fields whose new and known values become one, in place of the new ones."""
        del known
        return {}


FactsT = TypeVar("FactsT", bound=Facts)


class Update(Value, Generic[FactsT]):
    """
    Facts of one response.

    `missing_fields` names the fields whose value in `facts` means nothing, because the
    response did not tell them: None there is not the fact that there is none.
    """

    facts: FactsT
    missing_fields: frozenset[str] = frozenset()


def merge(known: FactsT | None, update: Update[FactsT]) -> FactsT:
    """Return the new facts, and the known ones where the response has none, each with its date."""
    new = update.facts
    if known is None or not new.is_same(known):
        return new
    fields = update.missing_fields.intersection(new.__struct_fields__)
    earlier = {name: getattr(known, name) for name in fields}
    learned = {name: known.kept.get(name, known.fetched_at) for name in sorted(earlier)}
    dates = {name: at for name, at in learned.items() if at != new.fetched_at}
    joined = new.joined(known)
    if not earlier and not joined:
        return new
    return replace(new, **earlier, **joined, kept=dates)
