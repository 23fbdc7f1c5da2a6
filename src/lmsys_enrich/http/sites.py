"""Which hosts belong to one registered domain. The only door to the public suffix list."""

from functools import cache

from publicsuffixlist import PublicSuffixList


def site_of(host: str) -> str:
    """Return the registered domain of a host (`docs.bbc.co.uk`: `bbc.co.uk`), else the host itself."""
    name = host.rsplit(":", 1)[0] if not host.startswith("[") else host
    return _list().privatesuffix(name.lower()) or name.lower()


def same_site(host: str, other: str) -> bool:
    """Whether one registrant answers for both hosts."""
    return site_of(host) == site_of(other)


@cache
def _list() -> PublicSuffixList:
    # 30 ms to read: only where somebody asks.
    return PublicSuffixList()
