"""Sites: registered domains. The only door to the public suffix list."""

from functools import cache

from publicsuffixlist import PublicSuffixList

from lmsys_enrich.http.addresses import is_address


def site_of(host: str) -> str:
    """Return the registered domain of a host (`docs.bbc.co.uk`: `bbc.co.uk`), else its name."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    name = host.partition(":")[0].lower()
    if is_address(name):  # the list would take 192.0.2.1 and 198.51.2.1 for names under one suffix
        return name
    return _list().privatesuffix(name) or name


def same_site(host: str, other: str) -> bool:
    """Return true if both hosts belong to one registrant."""
    return site_of(host) == site_of(other)


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()  # takes 30 ms: only where it is needed
