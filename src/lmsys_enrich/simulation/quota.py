"""Hourly quotas of GitHub's APIs, and their headers."""

import time
from dataclasses import dataclass, field

_HOUR = 3600
_WITH_TOKEN = 5000
_WITHOUT = 60


@dataclass(slots=True)
class Quota:
    """
    Quota of one client for one resource and hour.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    resource: str
    limit: int
    used: int = 0
    reset: int = field(default_factory=lambda: int(time.time()) + _HOUR)

    @property
    def remaining(self) -> int:
        """Points left in this hour."""
        return max(0, self.limit - self.used)

    def take(self, points: int) -> bool:
        """Spend points, unless there are too few left."""
        if self.remaining < points:
            return False
        self.used += points
        return True

    def headers(self) -> dict[str, str]:
        """Return the headers that every reply carries."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(self.reset),
            "x-ratelimit-resource": self.resource,
        }


@dataclass(slots=True)
class Quotas:
    """Quotas of all clients: one for those with the token, one for those without."""

    with_token: int = _WITH_TOKEN
    without: int = _WITHOUT
    _by_client: dict[tuple[bool, str], Quota] = field(default_factory=dict)

    def of(self, resource: str, *, has_token: bool) -> Quota:
        """Return the quota of those with the token, or of those without."""
        limit = self.with_token if has_token else self.without
        return self._by_client.setdefault((has_token, resource), Quota(resource, limit))
