"""Papers of a simulation, and archived copies of pages: read from a scenario, or made up for links."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from lmsys_enrich.papers.addresses import parse_arxiv_link, parse_doi_link
from lmsys_enrich.papers.identifiers import arxiv_year
from lmsys_enrich.papers.venues import ARXIV, known_venue
from lmsys_enrich.values import Value, value_field

_MOST_CITATIONS = 4000
_YEAR = 2024
_AUTHORS = (
    "Ada Lovelace",
    "Alan Turing",
    "Grace Hopper",
    "Edsger W. Dijkstra",
    "Barbara Liskov",
    "Donald Knuth",
)


class Listed(Value):
    """Title, year and venue that a list gives for a link; the simulated paper has the same."""

    title: str
    year: int | None = None
    venue: str | None = None


class SimulatedPaper(Value, kw_only=True):
    """
    A paper: at arXiv where it has an `arxiv` identifier, published where it has a `doi`.

    `agency` registers the DOI: `crossref`, `datacite`, or `other`, of which doi.org alone
    knows. Citation indexes do not know a paper whose `citations` are None.
    """

    title: str
    arxiv: str | None = None
    doi: str | None = None
    openreview: str | None = None
    agency: str = "crossref"
    authors: tuple[str, ...] = _AUTHORS[:2]
    year: int = 2022
    version: int = 1
    venue: str | None = None
    venue_year: int | None = None
    citations: int | None = None
    withdrawn: bool = False
    retracted: bool = False


class Library(Value):
    """All papers, and the days of the archived copies of each address, as `20210305120000`."""

    papers: tuple[SimulatedPaper, ...] = ()
    snapshots: Mapping[str, tuple[str, ...]] = value_field(default_factory=dict)

    def by_arxiv_id(self) -> Mapping[str, SimulatedPaper]:
        """Return the papers at arXiv."""
        return {paper.arxiv: paper for paper in self.papers if paper.arxiv}

    def by_doi(self, *agencies: str) -> Mapping[str, SimulatedPaper]:
        """Return the papers with a DOI that one of these agencies has registered."""
        return {paper.doi.lower(): paper for paper in self.papers if paper.doi and paper.agency in agencies}


def read_library(content: Mapping[str, Any]) -> Library:
    """Read the tables `papers` and `snapshots` of a scenario."""
    papers = tuple(map(_paper, content.get("papers", ())))
    return Library(papers, {url: tuple(days) for url, days in content.get("snapshots", {}).items()})


def _paper(table: Mapping[str, Any]) -> SimulatedPaper:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return SimulatedPaper(**values)


def with_papers(library: Library, listed: Mapping[str, Listed]) -> Library:
    """Return the library with a paper for each link that names one."""
    arxiv, dois = set(library.by_arxiv_id()), set(library.by_doi("crossref", "datacite", "other"))
    made_up: list[SimulatedPaper] = []
    for url, said in listed.items():
        at_arxiv, doi = parse_arxiv_link(url), parse_doi_link(url)
        if at_arxiv is not None and at_arxiv.id not in arxiv:
            arxiv.add(at_arxiv.id)
            made_up.append(_made_up(said, at_arxiv.id, None))
        elif doi is not None and doi.doi not in dois:
            dois.add(doi.doi)
            made_up.append(_made_up(said, None, doi.doi))
    return Library((*library.papers, *made_up), library.snapshots)


def _made_up(listed: Listed, arxiv: str | None, doi: str | None) -> SimulatedPaper:
    """Invent plausible facts about a paper, always the same ones for an identifier."""
    chance = int(sha256((arxiv or doi or "").encode()).hexdigest(), 16)
    venue = listed.venue if listed.venue and known_venue(listed.venue) != ARXIV else None
    year = (arxiv_year(arxiv) if arxiv else listed.year) or _YEAR
    return SimulatedPaper(
        title=listed.title,
        arxiv=arxiv,
        doi=doi,
        authors=tuple(_AUTHORS[(chance + number) % len(_AUTHORS)] for number in range(2 + chance // 7 % 3)),
        year=year,
        version=1 + chance // 11 % 4,
        venue=venue,
        venue_year=listed.year if venue else None,
        citations=chance // 17 % 100 * (chance // 19 % 100) * _MOST_CITATIONS // 10_000,
    )
