"""Identifiers of papers in their normal form: arXiv's, and DOIs."""

import re

VERSION = r"(?:v(?P<version>[1-9][0-9]{0,2}))?"
"""Pattern of a version behind an arXiv identifier."""

# https://info.arxiv.org/help/arxiv_identifier.html
_VERSIONED = re.compile(rf"(?P<id>[A-Za-z0-9./-]{{5,40}}?){VERSION}")
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
_NINETIES = (91, 1)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(?P<id>.{5,40})", re.IGNORECASE)
_MAX_LENGTH = 300
# https://www.doi.org/doi-handbook/HTML/doi-name-syntax.html: prefixes of four to nine digits are in use.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"\\^`{|}]+")


def split_version(text: str) -> tuple[str, int | None] | None:
    """Return an identifier in its normal form, and its version, from `2201.12023v3`; else None."""
    match = _VERSIONED.fullmatch(text)
    identifier = normalize_arxiv_id(match["id"]) if match else None
    return (identifier, integer(match["version"])) if match and identifier else None


def normalize_arxiv_id(text: str) -> str | None:
    """Return a well-formed identifier without its subject class; a malformed one spoils its whole batch."""
    if new := _NEW.fullmatch(text):
        month = (int(new["year"]), int(new["month"]))
        digits = 5 if month >= _FIRST_LONG else 4
        # Those of the nineties have the old form: no identifier begins with 91 to 99.
        return text if _FIRST_NEW <= month < _NINETIES and len(new["number"]) == digits else None
    old = _OLD.fullmatch(text)
    return f"{old['archive']}/{old['number']}" if old and old["archive"] in _ARCHIVES else None


def arxiv_id_of_doi(doi: str) -> str | None:
    """Return the paper that a DOI of arXiv names, which it registers at DataCite."""
    match = _ARXIV_DOI.fullmatch(doi)
    parts = split_version(match["id"]) if match else None
    return parts[0] if parts else None


def doi_of_arxiv_id(identifier: str) -> str:
    """Return the DOI under which arXiv registers a paper, in lower case."""
    return f"10.48550/arxiv.{identifier}".lower()


def arxiv_year(identifier: str) -> int | None:
    """Return the year in which a paper came to arXiv, from its identifier."""
    digits = identifier.rpartition("/")[2][:2]
    if not digits.isdigit():
        return None
    is_old = "/" in identifier
    return 1900 + int(digits) if is_old and int(digits) > 90 else 2000 + int(digits)  # noqa: PLR2004 - 1991


def normalize_doi(text: str | None) -> str | None:
    """Return a DOI in lower case, without the resolver's address; None if it is not a DOI."""
    if not text or len(text) > _MAX_LENGTH:
        return None
    bare = text.strip()
    for start in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/", "doi:"):
        if bare.lower().startswith(start):
            bare = bare[len(start) :]
    return plain_doi(bare)


def plain_doi(text: str) -> str | None:
    """Return a DOI in lower case; None for any other text, the resolver's address before a DOI too."""
    return text.lower() if len(text) <= _MAX_LENGTH and _DOI.fullmatch(text) and text.isprintable() else None


def integer(digits: str | None) -> int | None:
    """Return the number of a version's digits."""
    return int(digits) if digits else None
