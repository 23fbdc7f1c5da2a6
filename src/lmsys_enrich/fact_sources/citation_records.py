"""Records of papers with their citations, from the JSON of Semantic Scholar and OpenAlex, and their facts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from lmsys_enrich.api.json_values import Node, flag, node, nodes, number, text
from lmsys_enrich.model.paper import Paper, PaperUpdate
from lmsys_enrich.papers.arxiv_id import arxiv_id_of_doi, split_version
from lmsys_enrich.papers.doi import normalize_doi
from lmsys_enrich.papers.venues import short_venue
from lmsys_enrich.values import Value

_YEARS = range(1500, 2200)
_MAX_AUTHORS = 500


class CitationRecord(Value, kw_only=True):
    """A paper as a citation index describes it; `ids` by registry, as in `Paper`."""

    ids: Mapping[str, str]
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    citations: int | None = None
    retracted: bool | None = None


def read_semantic_scholar(body: object) -> Iterator[CitationRecord]:
    """Yield the papers of a batch, in which null stands for one that is not known."""
    for item in body if isinstance(body, list) else ():
        paper = node(item)
        external = node(paper.get("externalIds"))
        ids = {
            "arxiv": _arxiv_id(text(external.get("ArXiv"))),
            "doi": normalize_doi(text(external.get("DOI"))),
            "acl": (text(external.get("ACL")) or "").lower() or None,
            "s2": text(paper.get("paperId")),
        }
        if ids["arxiv"] is None and ids["doi"] is not None:
            ids["arxiv"] = arxiv_id_of_doi(ids["doi"])
        venue = node(paper.get("publicationVenue"))
        names = venue.get("alternate_names")
        others = tuple(filter(None, map(text, names))) if isinstance(names, list) else ()
        record = CitationRecord(
            ids={registry: identifier for registry, identifier in ids.items() if identifier},
            title=_line(paper.get("title")),
            authors=_names(nodes(paper.get("authors"))),
            year=_year(paper.get("year")),
            venue=short_venue(text(venue.get("name")) or text(paper.get("venue")), others),
            citations=_count(paper.get("citationCount")),
        )
        if record.ids:
            yield record


def read_openalex(body: object) -> Iterator[CitationRecord]:
    """Yield the works of a page of results."""
    for work in nodes(node(body).get("results")):
        doi = normalize_doi(text(work.get("doi")))
        if doi is None:
            continue
        arxiv = arxiv_id_of_doi(doi)
        source = node(node(work.get("primary_location")).get("source"))
        yield CitationRecord(
            ids={"doi": doi} if arxiv is None else {"arxiv": arxiv, "doi": doi},
            title=_line(work.get("title")),
            authors=_names(node(item.get("author")) for item in nodes(work.get("authorships"))),
            year=_year(work.get("publication_year")),
            venue=short_venue(text(source.get("display_name"))) if arxiv is None else None,
            citations=_count(work.get("cited_by_count")),
            retracted=flag(work.get("is_retracted")),
        )


def update_of(record: CitationRecord, known: Paper | None, now: datetime) -> PaperUpdate:
    """
    Return the facts that a citation index adds to those of a registry.

    Title and authors are the registry's where it has them. The year of an index is the
    publication's only where it knows the venue: else it is the preprint's, as known.
    """
    values: dict[str, object] = {"citations": record.citations}
    if record.venue is not None:
        values |= {"venue": record.venue, "year": record.year}
    if record.retracted and (known is None or known.retracted is None):  # else the registry has notices
        values["retracted"] = True
    published = record.ids.get("doi")
    if "arxiv" in record.ids and published is not None and arxiv_id_of_doi(published) is None:
        values["published_as"] = published
    if known is None or known.title is None:
        values |= {"title": record.title, "authors": record.authors}
    if known is None or known.year is None:
        values["year"] = record.year
    values = {name: value for name, value in values.items() if value is not None and value != ()}
    facts = Paper(ids=_identifiers(record, known), fetched_at=now, **values)  # type: ignore[arg-type]
    return PaperUpdate(facts, _FACTS - values.keys())


_FACTS = frozenset(Paper.__struct_fields__) - {"ids", "fetched_at", "kept"}


def _identifiers(record: CitationRecord, known: Paper | None) -> dict[str, str]:
    """Return the identifiers, those of the registry first and in its spelling."""
    ids = dict(record.ids)
    if "arxiv" in ids:
        ids.pop("doi", None)  # the publication's, which goes to `published_as`
    return {**(known.ids if known is not None else {}), **ids, **(known.ids if known is not None else {})}


def _arxiv_id(written: str | None) -> str | None:
    named = split_version(written) if written else None
    return named[0] if named else None


def _names(items: Iterable[Node]) -> tuple[str, ...]:
    names = (text(item.get("name")) or text(item.get("display_name")) for item in items)
    return tuple(name for name in names if name)[:_MAX_AUTHORS]


def _line(value: object) -> str | None:
    return " ".join((text(value) or "").split()) or None


def _year(value: object) -> int | None:
    year = number(value)
    return year if year in _YEARS else None


def _count(value: object) -> int | None:
    count = number(value)
    return count if count is not None and count >= 0 else None
