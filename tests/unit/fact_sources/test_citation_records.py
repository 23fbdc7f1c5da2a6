"""Records of Semantic Scholar and OpenAlex, read from any JSON."""

from hypothesis import given

from lmsys_enrich.api.json_values import nodes
from lmsys_enrich.fact_sources.citations import (
    CitationRecord,
    read_openalex,
    read_semantic_scholar,
    update_of,
)
from lmsys_enrich.model.facts import Paper, merge
from tests.builders import day
from tests.unit.checkers.doi.test_records import JSON

PAPER = {
    "paperId": "a" * 40,
    "externalIds": {
        "ArXiv": "2309.06180",
        "DOI": "10.1145/3600006.3613165",
        "CorpusId": 261697361,
        "DBLP": "x",
    },
    "title": "Efficient Memory  Management",
    "year": 2023,
    "venue": "Symposium on Operating Systems Principles",
    "publicationVenue": {"name": "Symposium on Operating Systems Principles", "alternate_names": ["SOSP"]},
    "authors": [{"authorId": "1", "name": "Ada Lovelace"}, {"name": None}],
    "citationCount": 1200,
}
WORK = {
    "doi": "https://doi.org/10.48550/arXiv.2309.06180",
    "title": "Efficient Memory Management",
    "publication_year": 2023,
    "cited_by_count": 900,
    "is_retracted": True,
    "primary_location": {"source": {"display_name": "arXiv (Cornell University)"}},
    "authorships": [{"author": {"display_name": "Ada Lovelace"}}],
}


def test_paper_of_semantic_scholar_has_its_facts() -> None:
    assert list(read_semantic_scholar([{}, PAPER])) == [
        CitationRecord(
            ids={"s2": "a" * 40, "arxiv": "2309.06180", "doi": "10.1145/3600006.3613165"},
            title="Efficient Memory Management",
            authors=("Ada Lovelace",),
            year=2023,
            venue="SOSP",
            citations=1200,
        )
    ]


def test_preprint_has_no_venue() -> None:
    (record,) = read_semantic_scholar([{**PAPER, "venue": "arXiv.org", "publicationVenue": None}])
    assert record.venue is None


def test_work_of_openalex_has_its_facts() -> None:
    assert list(read_openalex({"results": [WORK, {"doi": None}, 3]})) == [
        CitationRecord(
            ids={"arxiv": "2309.06180", "doi": "10.48550/arxiv.2309.06180"},
            title="Efficient Memory Management",
            authors=("Ada Lovelace",),
            year=2023,
            citations=900,
            retracted=True,
        )
    ]


@given(JSON)
def test_any_json_is_read(body: object) -> None:
    list(read_semantic_scholar(nodes(body)))
    list(read_openalex(body))


def test_index_adds_to_facts_of_the_registry() -> None:
    known = Paper(
        ids={"arxiv": "2309.06180"}, title="Ours", year=2022, version=2, withdrawn=False, fetched_at=day(1)
    )
    (record,) = read_semantic_scholar([PAPER])
    merged = merge(known, update_of(record, known, day(2)))
    assert (merged.title, merged.version, merged.withdrawn) == ("Ours", 2, False)
    assert (merged.citations, merged.venue, merged.year) == (1200, "SOSP", 2023)
    assert merged.published_as == "10.1145/3600006.3613165"
    assert merged.ids == {"arxiv": "2309.06180", "s2": "a" * 40}
    assert merged.kept["title"] == day(1)


def test_year_of_a_preprint_stays_where_no_venue_is_known() -> None:
    known = Paper(ids={"arxiv": "2309.06180"}, title="Ours", year=2022, fetched_at=day(1))
    record = CitationRecord(ids={"arxiv": "2309.06180"}, year=2024, citations=3)
    merged = merge(known, update_of(record, known, day(2)))
    assert (merged.year, merged.citations, merged.retracted) == (2022, 3, None)


def test_index_alone_provides_title_and_year() -> None:
    (record,) = read_openalex({"results": [WORK]})
    facts = merge(None, update_of(record, None, day(2)))
    assert (facts.title, facts.year, facts.citations, facts.retracted) == (
        "Efficient Memory Management", 2023, 900, True,
    )  # fmt: skip
