"""Identifiers of papers by registry, from any address that names one."""

import re

from lmsys_enrich.papers.addresses import read_address
from lmsys_enrich.papers.arxiv_id import arxiv_id_of_doi, parse_arxiv_link
from lmsys_enrich.papers.doi import acl_id, parse_doi_link

_OPENREVIEW_PATHS = frozenset({"/forum", "/pdf", "/attachment"})
_FORUM = re.compile(r"[A-Za-z0-9_-]{8,32}")  # upper and lower case differ
_S2_PAPER = re.compile(r"/paper/(?:[^/]+/)?(?P<id>[0-9a-f]{40})/?")


def paper_ids(url: str) -> dict[str, str]:
    """Return the identifiers in an address, by registry: `arxiv`, `doi`, `acl`, `s2`; most have none."""
    at_arxiv, doi, s2 = parse_arxiv_link(url), parse_doi_link(url), parse_s2_link(url)
    address = read_address(url)
    acl = acl_id(address) if address is not None else None
    ids = {
        "arxiv": at_arxiv.id if at_arxiv else arxiv_id_of_doi(doi.doi) if doi else None,
        "doi": doi.doi if doi else None,
        "acl": acl.lower() if acl else None,
        "s2": s2,
    }
    return {registry: identifier for registry, identifier in ids.items() if identifier}


def parse_openreview_link(url: str) -> str | None:
    """Return the identifier of a forum at OpenReview; None for notes within one, files and other pages."""
    address = read_address(url)
    if address is None or address.host != "openreview.net" or address.path not in _OPENREVIEW_PATHS:
        return None
    names = dict(part.partition("=")[::2] for part in reversed(address.query.split("&")))
    identifier = names.get("id", "")
    return identifier if _FORUM.fullmatch(identifier) else None


def parse_s2_link(url: str) -> str | None:
    """Return the identifier of a paper at Semantic Scholar, 40 hexadecimal digits."""
    address = read_address(url)
    match = _S2_PAPER.fullmatch(address.path) if address and address.host == "semanticscholar.org" else None
    return match["id"] if match else None
