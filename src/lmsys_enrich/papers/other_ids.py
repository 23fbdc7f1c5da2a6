"""Identifiers of OpenReview and Semantic Scholar, and the addresses that name them."""

import re

from lmsys_enrich.papers.addresses import read_address

_OPENREVIEW_PATHS = frozenset({"/forum", "/pdf", "/attachment"})
_FORUM = re.compile(r"[A-Za-z0-9_-]{8,32}")  # upper and lower case differ
_S2_PAPER = re.compile(r"/paper/(?:[^/]+/)?(?P<id>[0-9a-f]{40})/?")


def parse_openreview_link(url: str) -> str | None:
    """Return the identifier of a forum at OpenReview; None for notes within one, files and other pages."""
    address = read_address(url)
    if address is None or address.host != "openreview.net" or address.path not in _OPENREVIEW_PATHS:
        return None
    names = dict(part.partition("=")[::2] for part in reversed(address.query.split("&")))
    identifier = names.get("id", "")
    return identifier if _FORUM.fullmatch(identifier) else None


def is_openreview(url: str) -> bool:
    """Return whether an address is a page of OpenReview, which turns robots away from all of them."""
    address = read_address(url)
    return address is not None and address.host == "openreview.net"


def parse_s2_link(url: str) -> str | None:
    """Return the identifier of a paper at Semantic Scholar, 40 hexadecimal digits."""
    address = read_address(url)
    match = _S2_PAPER.fullmatch(address.path) if address and address.host == "semanticscholar.org" else None
    return match["id"] if match else None
