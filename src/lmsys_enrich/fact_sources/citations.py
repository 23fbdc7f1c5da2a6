"""Fact sources for citations, venue and year of papers: Semantic Scholar, and OpenAlex with a key."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from http import HTTPStatus

from lmsys_enrich.api.batches import query_batches
from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, flag, node, nodes, number, text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import Classified, Ok, QueryTooLarge, RateLimited, TransientError, Unavailable
from lmsys_enrich.checkers.batched import estimate_of
from lmsys_enrich.checkers.protocol import Estimate
from lmsys_enrich.checkers.semantic_scholar import BATCH, SemanticScholarApi
from lmsys_enrich.fact_sources.protocol import MONTH, Addition
from lmsys_enrich.http.messages import Outcome, Response
from lmsys_enrich.model.facts import Paper, PaperUpdate
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.papers.addresses import paper_ids
from lmsys_enrich.papers.identifiers import arxiv_id_of_doi, doi_of_arxiv_id, normalize_doi, split_version
from lmsys_enrich.papers.venues import short_venue
from lmsys_enrich.values import Value, replace

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


def read_semantic_scholar(papers: Iterable[Node]) -> Iterator[CitationRecord]:
    """Yield the known papers of a batch; an unknown one is null."""
    for paper in papers:
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
    facts = Paper(ids=_identifiers(record, known), fetched_at=now, **values)  # type: ignore[arg-type]  # as the record has them
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


_S2_FIELDS = "title,year,venue,publicationVenue,authors.name,citationCount,externalIds"
_S2_PREFIXES = {"arxiv": "ARXIV:", "doi": "DOI:", "acl": "ACL:", "s2": ""}
_OPENALEX_BATCH = 100  # values of a filter: https://docs.openalex.org/how-to-use-the-api/get-lists-of-entities/filter-entity-lists
_OPENALEX_FIELDS = "doi,title,publication_year,cited_by_count,is_retracted,primary_location,authorships"
_SIGNS = frozenset("|,+!")  # of OpenAlex's filters

Records = Mapping[str, CitationRecord] | QueryTooLarge | TransientError | Unavailable


class SemanticScholar:
    """Citations, venue and year by Semantic Scholar."""

    name = "semantic_scholar"
    max_age: timedelta | None = MONTH

    def __init__(self, apis: Apis) -> None:
        self._run_time = apis.clock.run_time
        self._api = SemanticScholarApi(apis)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._api.obstacles

    def wants(self, finding: Finding) -> bool:
        return _query_id(finding) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        ids = {identifier for url in urls if (identifier := _s2_id(paper_ids(url))) is not None}
        return self._api.estimate(len(ids))

    async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        async with aclosing(_fetch(findings, _query_id, BATCH, self._records)) as additions:
            async for finding, record in additions:
                yield _addition(finding, record, self._run_time)

    async def _records(self, ids: Sequence[str]) -> Records:
        papers = await self._api.papers(ids, _S2_FIELDS)
        if isinstance(papers, QueryTooLarge | TransientError | Unavailable):
            return papers
        by_id = {
            f"{_S2_PREFIXES[registry]}{identifier}": record
            for record in read_semantic_scholar(papers)
            for registry, identifier in record.ids.items()
        }
        return {identifier: by_id[identifier] for identifier in ids if identifier in by_id}


def classify_openalex(outcome: Outcome, result: Classified) -> Classified:
    """Classify 403, OpenAlex's status for too many requests a second; 429 is for the budget of a day."""
    if isinstance(outcome, Response) and outcome.status == HTTPStatus.FORBIDDEN and isinstance(result, Ok):
        return RateLimited("too many requests a second", 1.0, is_primary=True)
    return result


_OPENALEX = Service(
    name="OpenAlex",
    status_page="https://status.openalex.org",
    token_variable="OPENALEX_API_KEY",  # noqa: S106 - its name
    pace=Pace(in_flight=1, interval=0.2, max_failures=3),
    classify=classify_openalex,
)


def openalex(apis: Apis) -> "OpenAlex | None":
    """Return OpenAlex if there is a key, which it requires."""
    return OpenAlex(apis) if apis.access.openalex.token is not None else None


class OpenAlex:
    """Citations, venue and year by OpenAlex, for papers without citations so far."""

    name = "openalex"
    max_age: timedelta | None = MONTH

    def __init__(self, apis: Apis) -> None:
        access = apis.access.openalex
        self._run_time = apis.clock.run_time
        self._api = JsonApi(apis, _OPENALEX, access.url, access.token)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._api.obstacles

    def wants(self, finding: Finding) -> bool:
        is_known = finding.paper is not None and finding.paper.citations is not None
        return not is_known and _doi(finding) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        dois = {doi for url in urls if (doi := _doi_of(paper_ids(url))) is not None}
        api = estimate_of(self._api, "openalex.org", -(-len(dois) // _OPENALEX_BATCH))
        return Estimate((replace(api, is_most=True),))  # Semantic Scholar may have counted the citations

    async def fetch(self, findings: Sequence[Finding]) -> AsyncGenerator[Addition, None]:
        async with aclosing(_fetch(findings, _doi, _OPENALEX_BATCH, self._records)) as additions:
            async for finding, record in additions:
                yield _addition(finding, record, self._run_time)

    async def _records(self, dois: Sequence[str]) -> Records:
        query = {"filter": f"doi:{'|'.join(dois)}", "per-page": str(len(dois)), "select": _OPENALEX_FIELDS}
        result = await self._api.get("/works", query)
        if not isinstance(result, Ok):
            return result
        if result.status == HTTPStatus.BAD_REQUEST:  # one malformed value fails the whole filter
            return QueryTooLarge("status 400")
        if result.status != HTTPStatus.OK or not isinstance(node(result.body).get("results"), list):
            return TransientError(f"status {result.status} without results")
        return {record.ids["doi"]: record for record in read_openalex(result.body)}


async def _fetch(
    findings: Sequence[Finding],
    identify: Callable[[Finding], str | None],
    size: int,
    query: Callable[[Sequence[str]], Awaitable[Records]],
) -> AsyncGenerator[tuple[Finding, CitationRecord | None], None]:
    """Yield each finding with the record of its paper, None where the source knows none."""
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if (identifier := identify(finding)) is not None:
            groups[identifier].append(finding)
    async with aclosing(query_batches(list(groups), size, query)) as batches:
        async for batch in batches:
            for identifier in (*batch.found, *batch.missing):
                for finding in groups[identifier]:
                    yield finding, batch.found.get(identifier)


def _addition(finding: Finding, record: CitationRecord | None, now: datetime) -> Addition:
    return Addition(finding.url, paper=update_of(record, finding.paper, now) if record is not None else None)


def _ids(finding: Finding) -> Mapping[str, str]:
    return {**paper_ids(finding.url), **(finding.paper.ids if finding.paper is not None else {})}


def _query_id(finding: Finding) -> str | None:
    return _s2_id(_ids(finding))


def _s2_id(ids: Mapping[str, str]) -> str | None:
    """Return a paper's identifier for Semantic Scholar: arXiv's first, which every preprint has."""
    return next(
        (f"{prefix}{ids[registry]}" for registry, prefix in _S2_PREFIXES.items() if registry in ids), None
    )


def _doi(finding: Finding) -> str | None:
    return _doi_of(_ids(finding))


def _doi_of(ids: Mapping[str, str]) -> str | None:
    """Return a paper's DOI, arXiv's own for a preprint; None if it has characters of the filter syntax."""
    doi = doi_of_arxiv_id(ids["arxiv"]) if "arxiv" in ids else ids.get("doi")
    return doi if doi is not None and not _SIGNS.intersection(doi) else None
