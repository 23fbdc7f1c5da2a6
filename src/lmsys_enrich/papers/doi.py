"""DOIs, and the addresses that name them: at doi.org, and within those of publishers."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from lmsys_enrich.papers.addresses import PaperAddress, read_address
from lmsys_enrich.values import Value

_MAX_LENGTH = 300
# https://www.doi.org/doi-handbook/HTML/doi-name-syntax.html: prefixes of four to nine digits are in use.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"\\^`{|}]+")
_RESOLVERS = frozenset({"doi.org", "dx.doi.org"})
_ACM_NUMBERS = (
    "10.5555/"  # of ACM's own, registered nowhere: https://www.doi.org reserves the prefix for tests
)

# The software of Atypon, on which these publishers' sites run, has the DOI behind `/doi/` and a form.
_ATYPON = frozenset(
    {
        *("dl.acm.org", "science.org", "onlinelibrary.wiley.com", "tandfonline.com", "journals.sagepub.com"),
        *("pubs.acs.org", "pnas.org", "epubs.siam.org", "annualreviews.org", "royalsocietypublishing.org"),
        *("pubsonline.informs.org", "worldscientific.com", "ascelibrary.org", "liebertpub.com"),
    }
)
_FORM = r"(?:(?:abs|pdf|full|epdf|pdfdirect|pdfplus|epub|fullHtml|reader|book|proceedings|suppl)/)?"
_BEHIND_DOI = re.compile(rf"/doi/{_FORM}(?P<doi>10\..+)")
_SPRINGER = re.compile(r"/(?:article|chapter|book|referencework|content/pdf|epub|protocol)/(?P<doi>10\..+)")
_BIORXIV = re.compile(r"/content/(?P<doi>10\.(?:1101|64898)/[0-9.]+)(?:v[0-9]+)?(?:\.[a-z][a-z.-]*)?/?")
_NATURE = re.compile(r"/articles/(?P<slug>[a-z0-9][a-z0-9.-]{4,60}?)(?:\.pdf)?/?")
_ACL_HOSTS = frozenset({"aclanthology.org", "aclweb.org"})
_ACL = re.compile(
    r"(?:/anthology)?/(?P<id>[A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9]+-[a-z0-9_]+\.[0-9]+)(?:v[0-9]+)?(?:\.pdf)?/?"
)
# What Markdown, citations and downloads leave behind a DOI.
_TAILS = re.compile(r"(?:/|\.pdf|\.full|\.abstract|[.,;:)\]]){1,20}$", re.IGNORECASE)


class DoiLink(Value):
    """
    A link that names a DOI, which is in lower case.

    `is_resolver` is true for links to doi.org, about which its word is final.
    """

    doi: str
    is_resolver: bool


def parse_doi_link(url: str) -> DoiLink | None:
    """Return the DOI that an address names; None where it names none."""
    address = read_address(url)
    if address is None:
        return None
    if address.host in _RESOLVERS:
        # Exactly as written: doi.org knows no other spelling, and cutting would call a wrong link right.
        doi = _plain_doi(address.path.removeprefix("/").removeprefix("doi:"))
        return DoiLink(doi, is_resolver=True) if doi else None
    read = _PUBLISHERS.get(address.host) or (_behind_doi if _is_atypon(address.host) else None)
    doi = normalize_doi(read(address)) if read else None
    if doi is None or doi.startswith(_ACM_NUMBERS):
        return None
    return DoiLink(doi, is_resolver=False)


def normalize_doi(text: str | None) -> str | None:
    """Return a DOI in lower case, without the resolver's address; None for what is none."""
    if not text or len(text) > _MAX_LENGTH:
        return None
    bare = text.strip()
    for start in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"):
        if bare.lower().startswith(start):
            bare = bare[len(start) :]
    return _plain_doi(bare)


def _plain_doi(text: str) -> str | None:
    return text.lower() if len(text) <= _MAX_LENGTH and _DOI.fullmatch(text) and text.isprintable() else None


def _is_atypon(host: str) -> bool:
    return host in _ATYPON or host.endswith(".onlinelibrary.wiley.com")


def _behind_doi(address: PaperAddress) -> str | None:
    return _without_tail(_BEHIND_DOI, address)


def _springer(address: PaperAddress) -> str | None:
    return _without_tail(_SPRINGER, address)


def _without_tail(pattern: re.Pattern[str], address: PaperAddress) -> str | None:
    match = pattern.fullmatch(address.path)
    if match is None:
        return None
    doi = match["doi"]
    tail = _TAILS.search(doi[-40:])
    if tail is None:
        return doi
    # A closing bracket belongs to the DOI where it closes one: `10.1016/s0140-6736(05)67889-0`.
    cut = doi[: len(doi) - len(tail[0])]
    return doi.rstrip("/") if cut.count("(") > cut.count(")") else cut


def _biorxiv(address: PaperAddress) -> str | None:
    match = _BIORXIV.fullmatch(address.path)
    return match["doi"].rstrip(".") if match else None


def _nature(address: PaperAddress) -> str | None:
    match = _NATURE.fullmatch(address.path)
    return f"10.1038/{match['slug']}" if match else None


def _acl(address: PaperAddress) -> str | None:
    identifier = acl_id(address)
    return f"10.18653/v1/{identifier}" if identifier else None


def acl_id(address: PaperAddress) -> str | None:
    """Return the identifier of a paper in the ACL Anthology: `P19-1234` or `2023.acl-long.1`."""
    match = _ACL.fullmatch(address.path) if address.host in _ACL_HOSTS else None
    return match["id"] if match else None


_Reader: TypeAlias = Callable[[PaperAddress], str | None]
_PUBLISHERS: Mapping[str, _Reader] = {
    "link.springer.com": _springer,
    "biorxiv.org": _biorxiv,
    "medrxiv.org": _biorxiv,
    "nature.com": _nature,
    **dict.fromkeys(_ACL_HOSTS, _acl),
}
