"""Duplicates are told with both locations, and only those that a maintainer would merge."""

from pathlib import Path

from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.mistakes import NamedRepository, duplicates, merged_repositories
from lmsys_enrich.model.catalog import Link, Location


def _told(body: str) -> list[str]:
    return [str(remark) for remark in duplicates(read_markdown(f"# L\n\n## S\n\n{body}", Path("README.md")))]


def test_same_link_and_same_name_are_told_with_both_locations() -> None:
    body = "- [A](https://a.example/x)\n- [B](https://A.example/x#y)\n- [a](https://c.example/)\n"
    assert _told(body) == [
        "README.md:6:7: https://A.example/x#y is the link of another entry too, at README.md:5:7",
        "README.md:7:1: a is listed twice in this section, first at README.md:5:1",
    ]


def test_same_name_in_two_sections_is_no_duplicate() -> None:
    assert _told("- [A](https://a.example/)\n\n## T\n\n- [A](https://b.example/)\n") == []


def _repository(url: str, line: int, name: str, *, is_renamed: bool) -> NamedRepository:
    return NamedRepository(Link(url, "url", Location("e.yaml", line, 1)), name, is_renamed)


def test_repositories_that_became_one_by_a_rename_are_told_once() -> None:
    found = merged_repositories(
        [
            _repository("https://github.com/new/x", 1, "new/x", is_renamed=False),
            _repository("https://github.com/old/x", 2, "new/x", is_renamed=True),
            _repository("https://github.com/old/x", 3, "new/x", is_renamed=True),
        ]
    )
    [told] = map(str, found)
    assert told == (
        "e.yaml:2:1: new/x stands under 2 addresses: https://github.com/new/x (e.yaml:1:1) and"
        " https://github.com/old/x (e.yaml:2:1, and 1 more)"
    )


def test_folders_of_one_repository_are_no_duplicates() -> None:
    found = merged_repositories(
        [
            _repository("https://github.com/o/x/tree/main/a", 1, "o/x", is_renamed=False),
            _repository("https://github.com/o/x/tree/main/b", 2, "o/x", is_renamed=False),
        ]
    )
    assert list(found) == []
