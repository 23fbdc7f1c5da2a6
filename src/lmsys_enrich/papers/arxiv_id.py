"""Identifiers of arXiv, and the addresses that name them: https://info.arxiv.org/help/arxiv_identifier.html."""

import re

from lmsys_enrich.papers.addresses import read_address
from lmsys_enrich.values import Value

_HOSTS = frozenset({"arxiv.org", "export.arxiv.org", "browse.arxiv.org"})
_FORMS = frozenset({"abs", "pdf", "html", "format", "src", "e-print", "ps"})
_VERSION = r"(?:v(?P<version>[1-9][0-9]{0,2}))?"
_LINK = re.compile(rf"/(?P<form>[a-z-]{{2,8}})/(?P<id>[A-Za-z0-9./-]{{5,40}}?){_VERSION}(?P<suffix>\.pdf)?/?")
_VERSIONED = re.compile(rf"(?P<id>[A-Za-z0-9./-]{{5,40}}?){_VERSION}")
_NEW = re.compile(r"(?P<year>[0-9]{2})(?P<month>0[1-9]|1[0-2])\.(?P<number>[0-9]{4,5})")
_OLD = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(?P<number>[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3})"
)
# The archives of 1991 to March 2007, those among them that others took in later.
_ARCHIVES = frozenset(
    {
        *("acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn"),
        *("chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex"),
        *("hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th"),
        *("patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "quant-ph", "solv-int", "stat", "supr-con"),
    }
)
_FIRST_NEW, _FIRST_LONG = (7, 4), (15, 1)  # (year, month): new identifiers, then those with five digits
_DOI = re.compile(r"10\.48550/arxiv\.(?P<id>.{5,40})", re.IGNORECASE)


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
    address = read_address(url)
    if address is None or address.host not in _HOSTS:
        return None
    match = _LINK.fullmatch(address.path)
    if match is None or match["form"] not in _FORMS:
        return None
    identifier = normalize_arxiv_id(match["id"])
    if identifier is None:
        return None
    return ArxivLink(identifier, _integer(match["version"]), match["form"], match["suffix"] or "")


def split_version(text: str) -> tuple[str, int | None] | None:
    """Return an identifier in its normal form, and its version, from `2201.12023v3`; None if it is none."""
    match = _VERSIONED.fullmatch(text)
    identifier = normalize_arxiv_id(match["id"]) if match else None
    return (identifier, _integer(match["version"])) if match and identifier else None


def normalize_arxiv_id(text: str) -> str | None:
    """Return a well-formed identifier without its subject class; a malformed one spoils its whole batch."""
    if new := _NEW.fullmatch(text):
        month = (int(new["year"]), int(new["month"]))
        digits = 5 if month >= _FIRST_LONG else 4
        # Those of the nineties have the old form: no identifier begins with 91 to 99.
        return text if month >= _FIRST_NEW and len(new["number"]) == digits else None
    old = _OLD.fullmatch(text)
    return f"{old['archive']}/{old['number']}" if old and old["archive"] in _ARCHIVES else None


def arxiv_id_of_doi(doi: str) -> str | None:
    """Return the paper that a DOI of arXiv names, which it registers at DataCite."""
    match = _DOI.fullmatch(doi)
    parts = split_version(match["id"]) if match else None
    return parts[0] if parts else None


def doi_of_arxiv_id(identifier: str) -> str:
    """Return the DOI under which arXiv registers a paper, in lower case."""
    return f"10.48550/arxiv.{identifier}".lower()


def arxiv_year(identifier: str) -> int | None:
    """Return the year in which a paper came to arXiv, which its identifier tells."""
    digits = identifier.rpartition("/")[2][:2]
    if not digits.isdigit():
        return None
    is_old = "/" in identifier
    return 1900 + int(digits) if is_old and int(digits) > 90 else 2000 + int(digits)  # noqa: PLR2004 - 1991


def _integer(digits: str | None) -> int | None:
    return int(digits) if digits else None
