"""Duplicates: reported with both locations, and only those that a maintainer would merge."""

import tracemalloc
from pathlib import Path

from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.report import merged_repositories
from lmsys_enrich.urls import link_key
from tests.builders import catalog, entry, finding, report, repository


def _told(body: str) -> list[str]:
    return [str(remark) for remark in read_markdown(f"# L\n\n## S\n\n{body}", Path("README.md")).duplicates]


def test_duplicates_are_reported_with_both_locations() -> None:
    body = "- [A](https://a.example/x)\n- [B](https://A.example/x#y)\n- [a](https://c.example/)\n"
    assert _told(body) == [
        "README.md:6:7: https://A.example/x#y is also the link of another entry, at README.md:5:7",
        "README.md:7:1: a is listed twice in this section, first at README.md:5:1",
    ]


def test_duplicates_of_a_long_list_are_found_in_little_memory() -> None:
    entries = [entry(f"E{line}", f"https://a.example/{line}", line=line) for line in range(1, 20_001)]
    shown = catalog(*entries, entry("E7", "https://b.example/", line=20_001))
    list(map(link_key, (one.url or "" for one in entries)))  # what a cache holds of them is not the search's
    tracemalloc.start()
    found = [str(remark) for remark in shown.duplicates]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == ["entries.yaml:20001:1: E7 is listed twice in this section, first at entries.yaml:7:1"]
    assert most < 20_000 * 130


def test_same_name_in_two_sections_is_no_duplicate() -> None:
    assert _told("- [A](https://a.example/)\n\n## T\n\n- [A](https://b.example/)\n") == []


def _merged(*listed: tuple[str, Repository]) -> list[str]:
    entries = [entry(f"E{line}", url, line=line) for line, (url, _) in enumerate(listed, 1)]
    findings = {url: finding(url, repository=facts) for url, facts in listed}
    shown = report(catalogs=(catalog(*entries),), findings=findings)
    return [str(remark) for remark in merged_repositories(shown)]


def test_repositories_that_became_one_are_reported_once() -> None:
    renamed = repository("new/x", renamed_from="old/x")
    [remark] = _merged(
        ("https://github.com/new/x", repository("new/x")),
        ("https://github.com/old/x", renamed),
        ("https://github.com/old/x", renamed),
    )
    assert remark == (
        "entries.yaml:2:10: new/x is listed under 2 addresses: https://github.com/new/x (entries.yaml:1:10)"
        " and https://github.com/old/x (entries.yaml:2:10, and 1 more)"
    )


def test_folders_of_one_repository_are_no_duplicates() -> None:
    assert not _merged(
        ("https://github.com/o/x/tree/main/a", repository("o/x")),
        ("https://github.com/o/x/tree/main/b", repository("o/x")),
    )


def test_one_name_on_two_forges_is_no_duplicate() -> None:
    assert not _merged(
        ("https://gitlab.com/o/x", repository("o/x", forge="gitlab.com")),
        ("https://github.com/old/x", repository("o/x", renamed_from="old/x")),
    )
