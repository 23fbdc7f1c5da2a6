"""Simulated arXiv, whose answers are Atom."""

from xml.sax.saxutils import escape

from lmsys_enrich.papers.arxiv_id import split_version
from lmsys_enrich.simulation.paper_service import parameters
from lmsys_enrich.simulation.papers import Library, SimulatedPaper
from lmsys_enrich.simulation.server import Received, Sent

_ATOM = {"content-type": "application/atom+xml; charset=utf-8"}
_DEFAULT_RESULTS = (
    10  # https://info.arxiv.org/help/api/user-manual.html#paging: more only where more is wanted
)


def respond_as_arxiv(library: Library, received: Received) -> Sent:
    """Return the feed for `id_list`; an identifier that is not well-formed spoils all of it."""
    if received.path != "/api/query":
        return Sent(404, {"content-type": "text/html"}, b"<html><title>404</title></html>")
    asked = parameters(received)
    ids = [one for one in asked.get("id_list", "").split(",") if one]
    papers = library.by_arxiv_id()
    found: list[str] = []
    for one in ids:
        named = split_version(one)
        if named is None:
            return Sent(400, _ATOM, _feed([_error(one)], 1))
        if named[0] in papers:
            found.append(_entry(papers[named[0]]))
    most = int(asked.get("max_results", _DEFAULT_RESULTS))
    return Sent(200, _ATOM, _feed(found[:most], len(ids)))


def _feed(entries: list[str], total: int) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>ArXiv Query</title><id>http://arxiv.org/api/simulated</id>\n"
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>\n{''.join(entries)}</feed>\n"
    ).encode()


def _entry(paper: SimulatedPaper) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    comment = "This paper has been withdrawn by its authors" if paper.withdrawn else "12 pages"
    doi = f"<arxiv:doi>{escape(paper.doi)}</arxiv:doi>" if paper.doi else ""
    return (
        '<entry xmlns:arxiv="http://arxiv.org/schemas/atom">'
        f"<id>http://arxiv.org/abs/{paper.arxiv}v{paper.version}</id>"
        f"<published>{paper.year}-05-01T00:00:00Z</published><updated>{paper.year}-06-01T00:00:00Z</updated>"
        f"<title>{escape(paper.title)}</title><summary>We present a system.</summary>{authors}"
        f"<arxiv:comment>{comment}</arxiv:comment>{doi}</entry>\n"
    )


def _error(identifier: str) -> str:
    message = escape(f"incorrect id format for {identifier}")
    return f"<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>{message}</summary></entry>"
