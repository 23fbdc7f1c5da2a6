"""Records of Crossref and DataCite, read from any JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.checkers.doi.records import DoiRecord, read_crossref, read_datacite, update_of
from lmsys_enrich.model.facts import Paper, merge
from lmsys_enrich.model.json_fields import Json
from tests.builders import day
from tests.unit.checkers.doi.answers import datacite, work, works

DOI = "10.1145/3600006.3613165"


def test_work_of_crossref_has_its_facts() -> None:
    assert read_crossref(works(work(DOI.upper()))) == {
        DOI: DoiRecord(
            doi=DOI,
            title="Efficient Memory Management",
            authors=("Ada Lovelace", "A group"),
            year=2023,
            venue="SOSP",
            retracted=False,
        )
    }
    assert (read_crossref({"message": work()}) or {}).keys() == {DOI}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"updated-by": [{"type": "retraction", "DOI": "10.1145/1"}]}, True),
        ({"updated-by": [{"type": "Withdrawal"}]}, True),
        ({"updated-by": [{"type": "correction"}]}, False),
        ({"update-to": [{"type": "retraction", "DOI": "10.1145/1"}]}, False),  # this one is the notice
        ({"title": ["RETRACTED: Efficient Memory"]}, True),
        ({"title": ["[Retracted] Efficient Memory"]}, True),
        ({"title": ["Retracted papers in computing: a study"]}, False),
    ],
)
def test_retraction_is_read_from_notices_and_titles(more: dict[str, Json], expected: bool) -> None:
    assert (read_crossref(works(work(more=more))) or {})[DOI].retracted is expected


@pytest.mark.parametrize(
    ("more", "field", "expected"),
    [
        ({"title": ["Reading &amp;amp; <i>Writing</i>\n fast"]}, "title", "Reading & Writing fast"),
        ({"title": ["A"], "subtitle": ["B"]}, "title", "A: B"),
        ({"title": []}, "title", None),
        ({"issued": {"date-parts": [[None]]}}, "year", None),
        ({"issued": {"date-parts": [[20231]]}}, "year", None),
        ({"event": None}, "venue", "Proceedings of the 29th Symposium on Operating Systems Principles"),
        ({"event": {"name": "A meeting"}, "container-title": []}, "venue", "A meeting"),
        ({"author": "Ada"}, "authors", ()),
    ],
)
def test_odd_fields_of_crossref_are_read(more: dict[str, Json], field: str, expected: object) -> None:
    assert getattr((read_crossref(works(work(more=more))) or {})[DOI], field) == expected


def test_doi_of_datacite_has_its_facts() -> None:
    body: Json = {
        "data": [datacite(), datacite("10.48550/ARXIV.2201.12023"), datacite("10.5072/x", state="draft")]
    }
    found = read_datacite(body)
    assert found is not None
    assert found.keys() == {"10.5281/zenodo.1234", "10.48550/arxiv.2201.12023"}
    assert found["10.5281/zenodo.1234"] == DoiRecord(
        doi="10.5281/zenodo.1234", title="A data set", authors=("Ada Lovelace",), year=2021
    )
    assert found["10.48550/arxiv.2201.12023"].arxiv == "2201.12023"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "items",
                    "DOI",
                    "title",
                    "issued",
                    "date-parts",
                    "author",
                    "data",
                    "attributes",
                    "doi",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read(body: object) -> None:
    read_crossref(body)
    read_datacite(body)


def test_answer_of_another_shape_has_no_records() -> None:
    bodies: tuple[object, ...] = ({}, [], None, {"message": []}, {"data": None}, "text")
    for body in bodies:
        assert read_crossref(body) is None
        assert read_datacite(body) is None
    assert read_crossref({"message": {"items": []}}) == {}
    assert read_datacite({"data": []}) == {}


def test_facts_that_a_registry_lacks_stay() -> None:
    known = Paper(ids={"doi": DOI, "s2": "ab"}, citations=9, venue="SOSP", retracted=True, fetched_at=day(1))
    merged = merge(known, update_of(DoiRecord(doi=DOI, title="T", year=2023), day(2)))
    assert (merged.title, merged.citations, merged.venue, merged.retracted) == ("T", 9, "SOSP", True)
    assert merged.kept["citations"] == day(1)
    assert merged.ids == {"doi": DOI, "s2": "ab"}
