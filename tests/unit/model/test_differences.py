"""What a list says otherwise than the source, and what only looks so."""

import pytest

from lmsys_enrich.model.catalog import Cell, Entry
from lmsys_enrich.model.enriched_entry import Difference, differences, reasons_to_act
from lmsys_enrich.model.facts import Paper
from lmsys_enrich.values import replace
from tests.builders import day, entry, finding, repository

URL = "https://arxiv.org/abs/2309.06180"
TITLE = "Efficient Memory Management for Large Language Model Serving with PagedAttention"


def listed(name: str = TITLE, **cells: Cell) -> Entry:
    return replace(entry(name, URL), cells=cells)


def paper(**facts: object) -> Paper:
    given: dict[str, object] = {"ids": {"arxiv": "2309.06180"}, "title": TITLE, "year": 2023, "version": 1}
    given |= {"fetched_at": day(1), **facts}
    return Paper(**given)  # type: ignore[arg-type]


def fields(entry: Entry, paper: Paper) -> list[str]:
    return [one.field for one in differences(entry, (finding(URL, paper=paper),))]


def test_another_title_is_a_difference() -> None:
    wrong = listed("Attention Is All You Need")
    (found,) = differences(wrong, (finding(URL, paper=paper()),))
    assert found == Difference("title", "Attention Is All You Need", TITLE, "arxiv.org")


@pytest.mark.parametrize("name", ["vLLM: " + TITLE, TITLE.lower() + ".", "PagedAttention", "vLLM"])
def test_nickname_or_another_spelling_is_no_difference(name: str) -> None:
    assert fields(listed(name), paper()) == []


@pytest.mark.parametrize(
    "name",
    [
        *("Kwon, Li, Zhuang and Stoica (2023)", "Kwon et al., 2023: the paper (PDF)"),
        *("Link to the original paper", "The vLLM paper (SOSP 2023)"),
    ],
)
def test_citation_or_description_is_no_title(name: str) -> None:
    authors = ("Woosuk Kwon", "Zhuohan Li", "Siyuan Zhuang", "Ion Stoica")
    assert fields(listed(name), paper(authors=authors)) == []


def test_year_of_software_beside_its_paper_is_its_own() -> None:
    framework = entry("vLLM", "https://github.com/a/b", URL)
    links = (framework.links[0], replace(framework.links[1], role="paper"))
    known = (finding("https://github.com/a/b"), finding(URL, paper=paper()))
    own = replace(framework, links=links, cells={"year": 2021})
    assert differences(own, known) == ()
    published = replace(own, cells={"year": 2021, "publisher": "SOSP"})
    assert [one.field for one in differences(published, known)] == ["year"]


def test_name_of_software_beside_its_paper_is_no_title() -> None:
    framework = entry("A serving engine of a university", "https://github.com/a/b", URL)
    links = (framework.links[0], replace(framework.links[1], role="paper"))
    known = (finding("https://github.com/a/b"), finding(URL, paper=paper()))
    assert differences(replace(framework, links=links), known) == ()


@pytest.mark.parametrize(
    ("cells", "facts", "expected"),
    [
        ({"year": 2023}, {}, []),  # arXiv's
        ({"year": 2024}, {"year": 2024, "venue": "SOSP"}, []),  # the venue's
        ({"year": 2023}, {"year": 2024, "venue": "SOSP"}, []),  # arXiv's beside the venue's
        ({"year": 2025}, {"year": 2024, "venue": "SOSP"}, []),  # the issue of the next January
        ({"year": 2021}, {"year": 2024, "venue": "SOSP"}, ["year"]),
        ({"year": 2022}, {}, ["year"]),  # before it came to arXiv
        ({"year": 2027}, {}, ["year"]),
        ({"year": 2023, "publisher": "ICLR"}, {}, []),  # in the year of its preprint
        ({"year": 2025, "publisher": "ICLR"}, {}, []),  # the venue may be later, and no source knows it
        ({"year": 2023}, {"year": None}, []),
        ({"year": "2019"}, {}, []),
        ({"year": True}, {}, []),
        ({"year": 2018}, {"ids": {"doi": "10.1145/1"}, "venue": "SOSP"}, ["year"]),
        ({"year": 2022}, {"ids": {"doi": "10.1145/1"}, "venue": "SOSP"}, []),  # proceedings of the year after
    ],
)
def test_year_of_arxiv_or_of_the_venue_is_no_difference(
    cells: dict[str, Cell], facts: dict[str, object], expected: list[str]
) -> None:
    assert fields(replace(listed(), cells=cells), paper(**facts)) == expected


@pytest.mark.parametrize(
    ("publisher", "venue", "expected"),
    [
        ("SOSP", "SOSP", []),
        ("SOSP '23", "Symposium on Operating Systems Principles", []),
        ("NIPS", "NeurIPS", []),
        ("arXiv", "SOSP", ["venue"]),  # now published
        ("OSDI", "SOSP", ["venue"]),
        ("A workshop", "SOSP", []),  # which may be part of it
        ("OSDI", "Journal of Irreproducible Results", []),
        ("OSDI", None, []),
    ],
)
def test_venue_differs_only_from_another_known_venue(
    publisher: str, venue: str | None, expected: list[str]
) -> None:
    assert fields(listed(publisher=publisher), paper(venue=venue)) == expected


@pytest.mark.parametrize(
    ("listed_license", "source", "expected"),
    [
        ("MIT", "Apache-2.0", [Difference("license", "MIT", "Apache-2.0", "github.com")]),
        ("mit", "MIT", []),
        ("GPL-3.0-only", "GPL-3.0", []),
        ("MIT License", "MIT", []),
        ("The MIT License", "MIT", []),
        ("Apache License, Version 2.0", "Apache-2.0", []),
        ("Apache", "Apache-2.0", []),
        ("GPLv3", "GPL-3.0", []),
        ("GNU Lesser General Public License v2.1", "LGPL-2.1", []),
        ("BSD", "BSD-3-Clause", []),
        ("BSD 3", "BSD-3-Clause", []),
        ("CC BY 4.0", "CC-BY-4.0", []),
        ("MIT/Apache-2.0", "Apache-2.0", []),
        ("MIT OR Apache-2.0", "MIT", []),
        ("Llama 2 Community License", "llama2", []),
        ("GPL-2.0", "GPL-3.0", [Difference("license", "GPL-2.0", "GPL-3.0", "github.com")]),
        ("GPL", "LGPL-3.0", [Difference("license", "GPL", "LGPL-3.0", "github.com")]),
        ("CC BY", "CC-BY-NC-4.0", [Difference("license", "CC BY", "CC-BY-NC-4.0", "github.com")]),
        ("MIT", "other", []),
        ("MIT", None, []),
    ],
)
def test_license_of_the_list_beside_the_forges(
    listed_license: str, source: str | None, expected: list[Difference]
) -> None:
    tool = replace(entry("Tool", "https://github.com/a/b"), cells={"license": listed_license})
    known = finding("https://github.com/a/b", repository=repository("a/b", license=source))
    assert list(differences(tool, (known,))) == expected


@pytest.mark.parametrize(
    ("cells", "facts", "expected"),
    [
        ({}, {}, []),
        ({}, {"withdrawn": True, "retracted": True}, ["withdrawn", "retracted"]),
        ({"publisher": "arXiv"}, {"venue": "SOSP", "year": 2023}, ["now published: SOSP 2023"]),
        (
            {"publisher": "arXiv"},
            {"published_as": "10.1145/3600006.3613165"},
            ["now published: https://doi.org/10.1145/3600006.3613165"],
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
