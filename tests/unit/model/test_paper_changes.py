"""Papers that a maintainer acts on."""

import pytest

from lmsys_enrich.model.catalog import Cell
from lmsys_enrich.model.paper_changes import reasons_to_act
from lmsys_enrich.values import replace
from tests.builders import entry
from tests.unit.model.test_differences import URL, paper


@pytest.mark.parametrize(
    ("cells", "facts", "expected"),
    [
        ({}, {}, []),
        ({}, {"withdrawn": True, "retracted": True}, ["withdrawn", "retracted"]),
        ({"publisher": "arXiv"}, {"venue": "SOSP", "year": 2023}, ["published since: SOSP 2023"]),
        (
            {"publisher": "arXiv"},
            {"published_as": "10.1145/3600006.3613165"},
            ["published since: https://doi.org/10.1145/3600006.3613165"],
        ),
        ({"publisher": "SOSP"}, {"venue": "SOSP"}, []),
        ({}, {"venue": "SOSP"}, []),  # the list does not call it a preprint
        ({"publisher": "arXiv"}, {"ids": {"doi": "10.1145/1"}, "venue": "SOSP"}, []),
    ],
)
def test_withdrawn_retracted_and_published_papers_are_to_act_on(
    cells: dict[str, Cell], facts: dict[str, object], expected: list[str]
) -> None:
    assert list(reasons_to_act(replace(entry("A paper", URL), cells=cells), paper(**facts))) == expected
