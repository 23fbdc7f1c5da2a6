"""Table of fact sources: add a new one here."""

from collections.abc import Callable

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.fact_sources.citations import SemanticScholar, openalex
from lmsys_enrich.fact_sources.gitlab_licenses import GitLabLicenses
from lmsys_enrich.fact_sources.protocol import FactSource
from lmsys_enrich.fact_sources.wayback import Wayback

_SOURCES: tuple[Callable[[Apis], FactSource | None], ...] = (
    GitLabLicenses,
    SemanticScholar,
    openalex,
    Wayback,
)
"""Functions that make a source, or None where its access is missing, in the order of their requests."""


def fact_sources(apis: Apis) -> tuple[FactSource, ...]:
    """Return the sources that can be used."""
    return tuple(source for make in _SOURCES if (source := make(apis)) is not None)
