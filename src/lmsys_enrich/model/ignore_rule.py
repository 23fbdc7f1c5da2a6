"""Exemption rules of the settings, for lists that cannot carry exemptions themselves."""

import re
from datetime import date

from lmsys_enrich.model.catalog import Exemption
from lmsys_enrich.urls import InvalidAddress, link_key
from lmsys_enrich.values import Value


class IgnoreRule(Value):
    """An exemption of the links with an address, or of those that match a regular expression."""

    exemption: Exemption
    url: str | None = None
    pattern: str | None = None

    def matches(self, url: str) -> bool:
        """Return true if the rule is about a link, given by its key."""
        if self.pattern is not None:
            return re.search(self.pattern, url) is not None  # re caches compiled patterns
        return self.url is not None and _key(self.url) == url

    def exempts_links_on(self, day: date, url: str) -> bool:
        """Return true if the rule exempts a link from being checked on a day."""
        return self.exemption.exempts_links_on(day) and self.matches(url)

    def exempts_from_staleness_on(self, day: date, url: str) -> bool:
        """Return true if the rule exempts the repository of a link from being reported as stale."""
        return self.exemption.holds_on(day) and self.matches(url)


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url.strip()
