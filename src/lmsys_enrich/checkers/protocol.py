"""What every asker promises."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.model.report import Obstacle


class Checker(Protocol):
    """
    Finds out about the links that it claims.

    It yields answers as they come, in any order, at most one for a question. A
    question without an answer is one that it could not find out about, and at
    least one of `obstacles` then tells why. A dead link is an answer; nothing is
    raised but cancellation, and whatever was yielded before that stands.
    """

    @property
    def obstacles(self) -> Sequence[Obstacle]: ...

    def claims(self, url: str) -> bool:
        """Whether this asker is the one for a link, given by its key."""
        ...

    def ask(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[Observation, None]:
        """Ask about links that it claims, the most urgent first."""
        ...
