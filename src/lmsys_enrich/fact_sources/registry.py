"""Table of fact sources: a new one gets its line here."""

from collections.abc import Callable

from lmsys_enrich.api.apis import Apis
from lmsys_enrich.fact_sources.protocol import FactSource

_SOURCES: tuple[Callable[[Apis], FactSource | None], ...] = ()
"""Functions that make a source, or None where its access is missing, in the order in which they are asked."""


def fact_sources(apis: Apis) -> tuple[FactSource, ...]:
    """Return the sources that can be asked."""
    return tuple(source for make in _SOURCES if (source := make(apis)) is not None)
