"""Addresses that name a paper: at arXiv, at doi.org, at publishers, and at indexes."""

import re
from functools import lru_cache
from urllib.parse import unquote

from lmsys_enrich.papers.identifiers import (
    VERSION,
    arxiv_id_of_doi,
    integer,
    normalize_arxiv_id,
    normalize_doi,
    plain_doi,
    split_version,
)
from lmsys_enrich.papers.publishers import PaperAddress, acl_id, doi_in_address, publishes
from lmsys_enrich.urls import InvalidAddress, has_userinfo, path_of, query_of, server_of
from lmsys_enrich.values import Value

_PORTS = frozenset({("http", 80), ("https", 443)})

_ARXIV_HOSTS = frozenset({"arxiv.org", "export.arxiv.org", "browse.arxiv.org"})
_ARXIV_FORMS = frozenset({"abs", "pdf", "html", "format", "src", "e-print", "ps"})
_ARXIV = re.compile(rf"/(?P<form>[a-z-]{{2,8}})/(?P<id>[A-Za-z0-9./-]{{5,40}}?){VERSION}(?P<suffix>\.pdf)?/?")

_RESOLVERS = frozenset({"doi.org", "dx.doi.org"})
_OPENREVIEW_PATHS = frozenset({"/forum", "/pdf", "/attachment"})
_FORUM = re.compile(r"[A-Za-z0-9_-]{8,32}")  # upper and lower case differ
# Sites that show papers of arXiv; they prove nothing, but say which paper a link is about.
_READERS = frozenset(
    {"ar5iv.org", "ar5iv.labs.arxiv.org", "alphaxiv.org", "huggingface.co", "semanticscholar.org"}
)
_READER = re.compile(r"/(?:abs|html|pdf|overview|papers|arxiv)/(?P<id>[A-Za-z0-9./-]{5,40}?)(?:\.pdf)?/?")
_S2_PAPER = re.compile(r"/paper/(?:[^/]+/)?(?P<id>[0-9a-f]{40})/?")


@lru_cache(maxsize=64)  # each checker and source of papers reads the same address, one after the other
def _read_address(url: str) -> PaperAddress | None:
    """Return the parts; None for other hosts, for ports that are not the web's, and where a user is named."""
    try:
        scheme, name, port = server_of(url)
        host = name.removeprefix("www.")
        # Most links of most lists end here.
        if not (host in _HOSTS or publishes(host)) or (scheme, port) not in _PORTS or has_userinfo(url):
            return None
        path, query = unquote(path_of(url), errors="replace"), query_of(url)
    except InvalidAddress:
        return None
    return PaperAddress(host, path, query.removeprefix("?")) if path.isprintable() else None


def paper_ids(url: str) -> dict[str, str]:
    """Return the identifiers in an address, by registry: `arxiv`, `doi`, `acl`, `s2`; most have none."""
    address = _read_address(url)
    if address is None:
        return {}
    at_arxiv, doi, s2 = parse_arxiv_link(url), parse_doi_link(url), parse_s2_link(url)
    acl = acl_id(address)
    shown = _shown_arxiv_id(address)
    ids = {
        "arxiv": at_arxiv.id if at_arxiv else arxiv_id_of_doi(doi.doi) if doi else shown,
        "doi": doi.doi if doi else None,
        "acl": acl.lower() if acl else None,
        "s2": s2,
    }
    return {registry: identifier for registry, identifier in ids.items() if identifier}


def _shown_arxiv_id(address: PaperAddress) -> str | None:
    match = _READER.fullmatch(address.path) if address.host in _READERS else None
    named = split_version(match["id"]) if match else None
    return named[0] if named else None


class ArxivLink(Value):
    """
    A link to a paper at arXiv.

    `id` has neither version nor subject class (`2201.12023`, `math/0309136`). `form` is
    the first segment of the path. `suffix` is `.pdf` where the address ends so.
    """

    id: str
    version: int | None
    form: str
    suffix: str = ""

    @property
    def is_listed(self) -> bool:
        """
        True where arXiv's API proves the address: each paper has an abstract page and a PDF.

        HTML and sources are there for some papers only, and an abstract page has no `.pdf`.
        """
        return self.form == "pdf" or (self.form == "abs" and not self.suffix)


def parse_arxiv_link(url: str) -> ArxivLink | None:
    """Return the paper that an address at arXiv names; None for any other page."""
    address = _read_address(url)
    if address is None or address.host not in _ARXIV_HOSTS:
        return None
    match = _ARXIV.fullmatch(address.path)
    if match is None or match["form"] not in _ARXIV_FORMS:
        return None
    identifier = normalize_arxiv_id(match["id"])
    if identifier is None:
        return None
    return ArxivLink(identifier, integer(match["version"]), match["form"], match["suffix"] or "")


class DoiLink(Value):
    """
    A link that names a DOI, which is in lower case.

    `is_resolver` is true for links to doi.org, about which its word is final.
    """

    doi: str
    is_resolver: bool


def parse_doi_link(url: str) -> DoiLink | None:
    """Return the DOI that an address names; None where it names none."""
    address = _read_address(url)
    if address is None:
        return None
    if address.host in _RESOLVERS:
        # Exactly as written: doi.org knows no other spelling, and cutting would call a wrong link right.
        doi = plain_doi(address.path.removeprefix("/").removeprefix("doi:"))
        return DoiLink(doi, is_resolver=True) if doi else None
    doi = normalize_doi(doi_in_address(address))
    return DoiLink(doi, is_resolver=False) if doi else None


_HOSTS = frozenset({*_ARXIV_HOSTS, *_RESOLVERS, *_READERS, "openreview.net"})


def parse_openreview_link(url: str) -> str | None:
    """Return the identifier of a forum at OpenReview; None for notes within one, files and other pages."""
    address = _read_address(url)
    if address is None or address.host != "openreview.net" or address.path not in _OPENREVIEW_PATHS:
        return None
    names = dict(part.partition("=")[::2] for part in reversed(address.query.split("&")))
    identifier = names.get("id", "")
    return identifier if _FORUM.fullmatch(identifier) else None


def parse_s2_link(url: str) -> str | None:
    """Return the identifier of a paper at Semantic Scholar, 40 hexadecimal digits."""
    address = _read_address(url)
    match = _S2_PAPER.fullmatch(address.path) if address and address.host == "semanticscholar.org" else None
    return match["id"] if match else None
