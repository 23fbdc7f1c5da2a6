"""Identifiers of a paper by registry, from any address that names one."""

from lmsys_enrich.papers.addresses import read_address
from lmsys_enrich.papers.arxiv_id import arxiv_id_of_doi, parse_arxiv_link
from lmsys_enrich.papers.doi import acl_id, parse_doi_link
from lmsys_enrich.papers.other_ids import parse_s2_link


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
