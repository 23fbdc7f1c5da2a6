"""Changes of papers between two runs: what is new to the world, not what is new to us."""

import pytest

from lmsys_enrich.model.changes import Change, Snapshot, changes_between
from lmsys_enrich.model.finding import Finding
from tests.builders import day, finding
from tests.unit.model.test_differences import TITLE, URL, paper

KEY = "arxiv:2309.06180"
ASKED = {"semantic_scholar": day(1)}


def changes(before: Finding, after: Finding) -> list[Change]:
    old, new = Snapshot(day(1), {}, {URL: before}), Snapshot(day(2), {}, {URL: after})
    return list(changes_between(old, new).changes)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"withdrawn": False}, {"withdrawn": True}, [Change("withdrawn", TITLE, KEY)]),
        ({"withdrawn": None}, {"withdrawn": True}, []),
        ({"retracted": False}, {"retracted": True}, [Change("retracted", TITLE, KEY)]),
        ({"retracted": True}, {"retracted": True}, []),
        ({"venue": None}, {"venue": "SOSP"}, [Change("published", TITLE, f"{KEY} at SOSP")]),
        ({"venue": "OSDI"}, {"venue": "SOSP"}, []),
        ({"citations": 1}, {"citations": 9}, []),
    ],
)
def test_papers_taken_back_or_published_are_changes(
    before: dict[str, object], after: dict[str, object], expected: list[Change]
) -> None:
    assert (
        changes(finding(URL, paper=paper(**before), asked=ASKED), finding(URL, paper=paper(**after)))
        == expected
    )


def test_first_answer_of_a_source_is_no_change() -> None:
    before = finding(URL, paper=paper(venue=None, retracted=None))
    assert changes(before, finding(URL, paper=paper(venue="SOSP", retracted=True), asked=ASKED)) == []
