"""
DOIs in the addresses of publishers and preprint servers.

Each form is one that its site writes itself. Where an address has no DOI (IEEE, Elsevier's
PII, USENIX, PMLR) or only a part of one (MDPI, plain articles of Oxford), none is guessed.
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from lmsys_enrich.values import Value


class PaperAddress(Value):
    """Host without `www.`, path with its escapes decoded, and query without its `?`."""

    host: str
    path: str
    query: str

    def parameter(self, name: str) -> str | None:
        """Return the first value of a parameter of the query, its escapes decoded."""
        pairs = (part.partition("=") for part in self.query.split("&"))
        return next((unquote(value, errors="replace") for key, _, value in pairs if key == name), None)


def publishes(host: str) -> bool:
    """Return true for a site that may have DOIs in its addresses."""
    return host in _BY_HOST or host.endswith(_SOCIETIES)


def doi_in_address(address: PaperAddress) -> str | None:
    """Return the DOI in an address, as written there; it may not be registered."""
    read = _BY_HOST.get(address.host)
    if read is None:
        suffix = next((ending for ending in _SOCIETIES if address.host.endswith(ending)), None)
        read = _BY_SUFFIX[suffix] if suffix is not None else None
    doi = read(address) if read is not None else None
    return None if doi is None or doi.startswith(_ACM_NUMBERS) else doi


def acl_id(address: PaperAddress) -> str | None:
    """Return the identifier of a paper in the ACL Anthology: `P19-1234` or `2023.acl-long.1`."""
    match = _ACL.fullmatch(address.path) if address.host in _ACL_HOSTS else None
    return match["id"] if match else None


_ACM_NUMBERS = (
    "10.5555/"  # of ACM's own, registered nowhere: https://www.doi.org reserves the prefix for tests
)
# What Markdown, citations and downloads leave behind a DOI.
_TAILS = re.compile(
    r"(?:/(?:full|abstract|e?pdf|summary|html|xml|epub|meta|ampdf|fulltext)|/|\.(?:pdf|full|short|abstract)"
    r"|[.,;:)\]]){1,20}$",
    re.IGNORECASE,
)


def _without_tail(doi: str) -> str:
    tail = _TAILS.search(doi[-40:])
    if tail is None:
        return doi
    # A closing bracket belongs to the DOI where it closes one: `10.1016/s0140-6736(05)67889-0`.
    cut = doi[: len(doi) - len(tail[0])]
    return doi.rstrip("/") if cut.count("(") > cut.count(")") else cut


Reader: TypeAlias = Callable[[PaperAddress], str | None]
"""Reads the DOI of an address."""


def _path(pattern: str, form: str = "{doi}") -> Reader:
    """Return a reader of paths that match; `form` makes the DOI of the pattern's groups."""
    compiled = re.compile(pattern)

    def read(address: PaperAddress) -> str | None:
        match = compiled.fullmatch(address.path)
        return _without_tail(form.format(**match.groupdict())) if match else None

    return read


# The software of Atypon, on which these publishers' sites run, has the DOI behind `/doi/` and a form.
_ATYPON = frozenset(
    {
        *("dl.acm.org", "science.org", "onlinelibrary.wiley.com", "tandfonline.com", "journals.sagepub.com"),
        *("pubs.acs.org", "pnas.org", "epubs.siam.org", "annualreviews.org", "royalsocietypublishing.org"),
        *("pubsonline.informs.org", "worldscientific.com", "ascelibrary.org", "liebertpub.com", "nejm.org"),
        *("ahajournals.org", "aip.scitation.org", "arc.aiaa.org", "embopress.org", "journals.asm.org"),
        *("journals.physiology.org", "journals.uchicago.edu", "mitpressjournals.org", "techrxiv.org"),
    }
)
_atypon = _path(
    r"/doi/(?:(?:abs|pdf|full|epdf|pdfdirect|pdfplus|epub|fullHtml|reader|book|proceedings)/)?(?P<doi>10\..+)"
)
# That of Silverchair has it behind `/doi/` too, and behind it its own number of the article.
_SILVERCHAIR = frozenset(
    {
        *("aacrjournals.org", "academic.oup.com", "asmedigitalcollection.asme.org", "direct.mit.edu"),
        *("pubs.aip.org", "pubs.geoscienceworld.org"),
    }
)
_silverchair = _path(
    r"(?:/[^/]+){1,5}/doi/(?P<doi>10\.[^/]+/[^/]+(?:/(?![0-9]{4,}(?:/|$))[^/]+)?)(?:/[0-9]{4,}(?:/.*)?)?/?"
)
# DOIs of Springer's have one slash, those of the European Physical Journal two: what follows is a figure
# or another part.
_springer = _path(
    r"/(?:(?:articles?|chapter|book|referencework|referenceworkentry|content/pdf|epub|protocol)/)?"
    r"(?P<doi>10\.[^/]+/(?:epj[a-z]{1,4}/)?[^/]+)(?:/fulltext\.html)?/?"
)
_biorxiv = _path(r"/content/(?P<doi>10\.(?:1101|64898)/[0-9.]+)(?:v[0-9]+)?(?:\.[a-z][a-z.+-]*)?/?")
_nature = _path(r"/articles/(?P<slug>[a-z0-9][a-z0-9.-]{4,60}?)(?:\.pdf)?/?", "10.1038/{slug}")
_iop = _path(r"/article/(?P<doi>10\.[^/]+/.+)")
_aps = _path(
    r"(?:/[a-z]+/(?:abstract|accepted|cited-by|export|pdf|references|supplemental)|/(?:doi|abstract|pdf))"
    r"/(?P<doi>10\.1103/[^/]+)/?"
)
_frontiers = _path(r"(?:/journals/[^/]+)?/articles?/(?P<doi>10\.3389/[^/]+)(?:/[a-z-]+)?/?")
_elife = _path(
    r"/(?:articles|reviewed-preprints)/(?P<number>[0-9]{5,6})(?:v[0-9]{1,2})?/?", "10.7554/elife.{number}"
)
_joss = _path(r"/papers/(?P<doi>10\.21105/joss\.[0-9]{5})(?:\.pdf)?/?")
_behind_document = _path(r"/(?:document|insight/content)/doi/(?P<doi>10\.[^/]+/[^/]+)(?:/.*)?")
_spie = _path(r"/.+/(?P<doi>10\.1117/[^/]+)")
_research_square = _path(r"/article/(?P<id>rs-[0-9]+/v[0-9]+)/?", "10.21203/rs.3.{id}")
_preprints = _path(
    r"/manuscript/(?P<id>[0-9]{6}\.[0-9]{4})/(?P<version>v[0-9]+)(?:/download)?/?",
    "10.20944/preprints{id}.{version}",
)


_PLOS_PATH = re.compile(r"/[a-z]+/article(?:/(?:authors|comments|file|metrics|peerReview))?/?")
_plos_of_old = _path(r"(?:/[a-z]+)?/article/info:?(?:doi/|doi%2F)(?P<doi>10\.1371/[^/]+)/?")


def _plos(address: PaperAddress) -> str | None:
    if _PLOS_PATH.fullmatch(address.path) is None:
        return _plos_of_old(address)
    doi = address.parameter("id")
    return doi if doi is not None and doi.startswith("10.1371/") else None


_PEERJ = re.compile(
    r"/articles/(?:(?P<series>achem|cs|ichem|matsci|ochem|pchem)-)?(?P<number>[0-9]{1,6})(?:\.pdf)?/?"
)


def _peerj(address: PaperAddress) -> str | None:
    match = _PEERJ.fullmatch(address.path)
    if match is None:
        return None
    series = f"-{match['series']}" if match["series"] else ""
    return f"10.7717/peerj{series}.{match['number']}"


_SSRN_NUMBER = re.compile(r"[0-9]{4,9}")
_SSRN_SHORT = re.compile(r"/abstract=(?P<number>[0-9]{4,9})/?")


def _ssrn(address: PaperAddress) -> str | None:
    short = _SSRN_SHORT.fullmatch(address.path)
    is_long = address.path.lower() == "/sol3/papers.cfm"
    number = short["number"] if short else address.parameter("abstract_id") if is_long else None
    return f"10.2139/ssrn.{number}" if number and _SSRN_NUMBER.fullmatch(number) else None


_IJCAI = re.compile(r"/(?:proceedings/)?(?P<year>20[0-9]{2})/0{0,3}(?P<number>[1-9][0-9]{0,3})/?")
_IJCAI_FIRST = 2017  # earlier proceedings have no DOIs


def _ijcai(address: PaperAddress) -> str | None:
    match = _IJCAI.fullmatch(address.path.removesuffix(".pdf"))
    if match is None or int(match["year"]) < _IJCAI_FIRST:
        return None
    return f"10.24963/ijcai.{match['year']}/{match['number']}"


_ACL_HOSTS = frozenset({"aclanthology.org", "aclweb.org"})
_ACL = re.compile(
    r"(?:/anthology)?/(?P<id>[A-Z][0-9]{2}-[0-9]{4}|[0-9]{4}\.[a-z0-9]+-[a-z0-9_]+\.[0-9]+)(?:v[0-9]+)?(?:\.pdf)?/?"
)


def _acl(address: PaperAddress) -> str | None:
    identifier = acl_id(address)
    return f"10.18653/v1/{identifier}" if identifier else None


_BY_HOST: Mapping[str, Reader] = {
    **dict.fromkeys(_ATYPON, _atypon),
    **dict.fromkeys(_SILVERCHAIR, _silverchair),
    **dict.fromkeys(_ACL_HOSTS, _acl),
    "link.springer.com": _springer,
    "biorxiv.org": _biorxiv,
    "medrxiv.org": _biorxiv,
    "nature.com": _nature,
    "iopscience.iop.org": _iop,
    "journals.aps.org": _aps,
    "link.aps.org": _aps,
    "frontiersin.org": _frontiers,
    "journals.plos.org": _plos,
    "plosone.org": _plos,
    "elifesciences.org": _elife,
    "peerj.com": _peerj,
    "joss.theoj.org": _joss,
    "degruyter.com": _behind_document,
    "degruyterbrill.com": _behind_document,
    "emerald.com": _behind_document,
    "spiedigitallibrary.org": _spie,
    "papers.ssrn.com": _ssrn,
    "ssrn.com": _ssrn,
    "researchsquare.com": _research_square,
    "preprints.org": _preprints,
    "ijcai.org": _ijcai,
}
# Each society, and each journal, has a host of its own.
_BY_SUFFIX: Mapping[str, Reader] = {
    ".onlinelibrary.wiley.com": _atypon,
    ".biomedcentral.com": _springer,
    ".springeropen.com": _springer,
}
_SOCIETIES = tuple(_BY_SUFFIX)
