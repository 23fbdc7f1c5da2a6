"""What a run has asked of others."""

from collections import Counter

from lmsys_enrich.model.report import Traffic
from lmsys_enrich.net.exchange import Kind


class Meter:
    """Counts requests as they are sent."""

    def __init__(self) -> None:
        self._sent: Counter[Kind] = Counter()
        self._retries = 0
        self._points = 0

    def sent(self, kind: Kind) -> None:
        """Count a request."""
        self._sent[kind] += 1

    def retried(self) -> None:
        """Count a request that was sent because an earlier one failed."""
        self._retries += 1

    def spent(self, points: int) -> None:
        """Count points of GitHub's hourly quota."""
        self._points += points

    def traffic(self, *, cached: int, seconds: float) -> Traffic:
        """Return the figures."""
        return Traffic(
            web=self._sent[Kind.WEB],
            graphql=self._sent[Kind.GRAPHQL],
            rest=self._sent[Kind.REST],
            graphql_points=self._points,
            retries=self._retries,
            cached=cached,
            seconds=seconds,
        )
