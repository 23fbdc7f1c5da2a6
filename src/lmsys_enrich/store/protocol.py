"""What a memory promises."""

from collections.abc import Iterable
from typing import Protocol

from lmsys_enrich.model.finding import Finding


class FindingStore(Protocol):
    """
    Keeps findings between runs, each under its link's key.

    Both calls may take many at once and block for as long as the disk does.
    What cannot be read is as if it had never been kept.
    """

    def load(self, urls: Iterable[str]) -> dict[str, Finding]:
        """Return what is kept about these links."""
        ...

    def save(self, findings: Iterable[Finding]) -> None:
        """Keep these findings in the place of those there were."""
        ...
