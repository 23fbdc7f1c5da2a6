"""The fact source protocol: findings in, further facts out."""

from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Protocol

from lmsys_enrich.checkers.protocol import Estimate
from lmsys_enrich.model.facts import ModelUpdate, PaperUpdate, RepositoryUpdate
from lmsys_enrich.model.finding import Finding, Suggestion
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.values import Value

MONTH = timedelta(days=30)
"""Freshness of facts that change slowly, such as citations."""


class Addition(Value):
    """
    Facts from a fact source for one finding, given by its key.

    Without facts, the source knows nothing about it: it is not requested again
    before its `max_age` has passed either.
    """

    url: str
    repository: RepositoryUpdate | None = None
    paper: PaperUpdate | None = None
    model: ModelUpdate | None = None
    snapshot: Suggestion | None = None


class FactSource(Protocol):
    """
    Adds facts to findings after all links are judged; never touches a verdict.

    `name` is the key of its date in `Finding.asked`. A response is fresh for `max_age`,
    for ever where that is None.
    """

    name: str
    max_age: timedelta | None

    @property
    def obstacles(self) -> Sequence[Obstacle]: ...

    def wants(self, finding: Finding) -> bool:
        """Return true if the source may know more about a finding; freshness is not its concern."""
        ...

    def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        """Fetch facts about findings, those with the oldest response first."""
        ...

    def estimate(self, urls: Sequence[str]) -> Estimate:
        """Return the requests for links of a plan, before any is sent."""
        ...
