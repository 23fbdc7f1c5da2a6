"""Feeds of arXiv, read from any bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.checkers.arxiv.records import ArxivRecord, Feed, is_withdrawn, parse_feed, update_of
from lmsys_enrich.model.facts import Paper, merge
from lmsys_enrich.values import replace
from tests.builders import day
from tests.unit.checkers.arxiv.feeds import error, feed, paper

_MORE = """<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1145/3600006.3613165</arxiv:doi>
<arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">SOSP 2023</arxiv:journal_ref>"""


def test_feed_has_its_papers_without_line_breaks() -> None:
    parsed = parse_feed(
        feed(paper("2309.06180v1", "Efficient Memory\n  Management", more=_MORE), paper("cs/0112019v3"))
    )
    assert parsed is not None
    assert parsed.error is None
    first, second = parsed.records
    assert first == ArxivRecord(
        id="2309.06180",
        version=1,
        title="Efficient Memory Management",
        authors=("Ada Lovelace", "Alan Turing"),
        year=2022,
        summary="We present a system.",
        doi="10.1145/3600006.3613165",
    )
    assert (second.id, second.version) == ("cs/0112019", 3)


def test_error_in_a_feed_is_no_paper() -> None:
    assert parse_feed(feed(error())) == Feed((), "incorrect id format for 0112019")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b"<!DOCTYPE html><html><body>503</body></html>",
        b"<html><body>503</body></html>",
        b"{}",
        feed(paper("2309.06180v1"))[:600],
        b'<!DOCTYPE feed [<!ENTITY a "b">]>' + feed(),
        b'<?xml version="1.0" encoding="no-such-code"?><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<feed xmlns="http://www.w3.org/2005/Atom">' + b"<a>" * 50_000,
        b"\xff\xfe\x00",
    ],
)
def test_anything_else_is_no_feed(body: bytes) -> None:
    assert parse_feed(body) is None


@given(st.binary(max_size=200), st.integers(0, 1500))
def test_any_bytes_are_read(noise: bytes, where: int) -> None:
    whole = feed(paper("2309.06180v1"))
    parse_feed(noise)
    parse_feed(whole[:where] + noise + whole[where:])


@pytest.mark.parametrize(
    ("comment", "summary", "expected"),
    [
        ("This paper has been withdrawn by the author due to an error in Lemma 3", "", True),
        ("Withdrawn", "", True),
        ("withdrawn by the authors", "", True),
        ("", "This submission has been withdrawn by arXiv administrators", True),
        ("This article is temporarily withdrawn", "", True),
        ("The paper has been withdrawn due to an error", "", True),
        ("Paper withdrawn by authors", "", True),
        ("9 pages. Withdrawn: a bug in the proof", "", True),
        ("The authors have withdrawn this paper", "", True),
        ("", "We withdraw this paper, since Lemma 3 is wrong.", True),
        ("arXiv admin note: this version has been removed by arXiv administrators", "", True),
        ("The paper was withdrawn from ICLR and accepted at ICML", "", False),
        ("Withdrawn from ICLR 2023", "", False),
        ("Fixed a bug; this paper is not withdrawn", "", False),
        ("", "Withdrawn submissions show much about peer review.", False),
        ("12 pages; replaces the withdrawn arXiv:0901.0001", "", False),
        ("supersedes a paper that was not withdrawn in time", "", False),
        ("", "We study money withdrawn from banks in a crisis.", False),
        ("", "x" * 300 + " this paper has been withdrawn", False),
    ],
)
def test_withdrawal_is_read_from_comment_and_abstract(comment: str, summary: str, expected: bool) -> None:
    assert (
        is_withdrawn(ArxivRecord(id="2201.12023", version=1, title="T", comment=comment, summary=summary))
        is expected
    )


def test_year_and_venue_of_the_publication_stay() -> None:
    known = Paper(ids={"arxiv": "2309.06180"}, year=2024, venue="SOSP", citations=9, fetched_at=day(1))
    record = ArxivRecord(id="2309.06180", version=2, title="New", year=2023)
    merged = merge(known, update_of(record, known, day(2)))
    assert (merged.year, merged.venue, merged.citations) == (2024, "SOSP", 9)
    assert (merged.title, merged.version, merged.fetched_at) == ("New", 2, day(2))
    assert merged.kept["citations"] == day(1)
    preprint = merge(replace(known, venue=None), update_of(record, replace(known, venue=None), day(2)))
    assert preprint.year == 2023
    fresh = merge(None, update_of(record, None, day(2)))
    assert (fresh.year, fresh.venue) == (2023, None)
