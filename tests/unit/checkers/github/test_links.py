"""Addresses on GitHub: what each names; what the API does not know is not claimed."""

import pytest

from lmsys_enrich.checkers.github.links import (
    PERHAPS_SITE_PAGES,
    Asset,
    Commit,
    Discussion,
    File,
    Issue,
    Name,
    OwnerLink,
    Page,
    RepoResource,
    RepositoryLink,
    Tag,
    parse_link,
)

SERVER = "https://github.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/alpa-projects/alpa",
        "https://github.com/alpa-projects/alpa/",
        "https://github.com/alpa-projects/alpa.git",
        "http://github.com/alpa-projects/alpa",
        "https://www.github.com/alpa-projects/alpa",
        "https://github.com/alpa-projects/alpa?tab=readme-ov-file",
    ],
)
def test_every_spelling_of_a_repository_is_the_repository(url: str) -> None:
    target = parse_link(url, SERVER)
    assert isinstance(target, RepositoryLink)
    assert (target.name, target.resource) == (Name("alpa-projects", "alpa"), None)


def test_names_that_differ_in_case_only_are_one_repository() -> None:
    assert Name("Alpa-Projects", "Alpa").key == Name("alpa-projects", "alpa").key


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("blob/main/docs/README.md", File(("main", "docs", "README.md"), with_path=True)),
        ("blob/main/a%20b.md", File(("main", "a b.md"), with_path=True)),
        ("raw/main/x.py", File(("main", "x.py"), with_path=True)),
        ("blame/main/x.py", File(("main", "x.py"), with_path=True)),
        ("tree/main", File(("main",), with_path=False)),
        ("tree/feature/x/docs", File(("feature", "x", "docs"), with_path=False)),
        ("commits/main", File(("main",), with_path=False)),
        ("commits/main.atom", Page("commits")),
        ("commit/abc123", Commit("abc123")),
        ("commit/abc123.patch", Commit("abc123")),
        ("commit/abc123.diff", Commit("abc123")),
        ("commit/one-of-main", Page("commit")),
        ("pull/12.patch", Issue(12)),
        ("blob/main@%7B2024-01-01%7D/a.py", Page("blob")),
        (f"blob/main{'/d' * 4000}", Page("blob")),
        (f"releases/tag/{'t' * 5000}", Page("releases")),
        (f"issues/{'9' * 5000}", Page("issues")),
        ("issues/12", Issue(12)),
        ("pull/12/files", Issue(12)),
        ("discussions/3", Discussion(3)),
        ("releases/tag/v1.0", Tag("v1.0")),
        ("releases/tag/release/1.0", Tag("release/1.0")),
        ("releases/download/v1.0/alpa.whl", Asset("v1.0", "alpa.whl")),
        ("releases", Page("releases")),
        ("releases/latest", Page("releases")),
        ("releases/tag", Page("releases")),
        ("blob/main", Page("blob")),
        ("issues", Page("issues")),
        ("issues/new", Page("issues")),
        ("wiki/Home", Page("wiki")),
        ("actions", Page("actions")),
        ("compare/a...b", Page("compare")),
        ("stargazers", Page("stargazers")),
    ],
)
def test_resource_of_a_repository_is_distinguished(path: str, resource: RepoResource) -> None:
    target = parse_link(f"https://github.com/octo/hello/{path}", SERVER)
    assert isinstance(target, RepositoryLink)
    assert target.resource == resource
    assert target.at("octo/hello") == f"https://github.com/octo/hello/{path}"


def test_a_raw_file_is_a_file_of_its_repository() -> None:
    target = parse_link("https://raw.githubusercontent.com/octo/hello/main/a/b.py", SERVER)
    assert isinstance(target, RepositoryLink)
    assert target.resource == File(("main", "a", "b.py"), with_path=True)
    assert target.at("new/name") == "https://raw.githubusercontent.com/new/name/main/a/b.py"


@pytest.mark.parametrize(
    ("url", "on_main"),
    [
        ("https://github.com/o/n/blob/master/a/b.md?x=1", "https://github.com/o/n/blob/main/a/b.md?x=1"),
        ("https://github.com/o/n/tree/master", "https://github.com/o/n/tree/main"),
        (
            "https://raw.githubusercontent.com/o/n/master/a.py?token=1",
            "https://raw.githubusercontent.com/o/n/main/a.py?token=1",
        ),
        ("https://github.com/o/n/blob/master//a.md", "https://github.com/o/n/blob/main/a.md"),
    ],
)
def test_a_link_to_another_branch_keeps_all_else(url: str, on_main: str) -> None:
    target = parse_link(url, SERVER)
    assert isinstance(target, RepositoryLink)
    assert target.on_branch("main", slice(0, 1), "renamed").at("o/n") == on_main


def test_only_files_are_on_a_branch() -> None:
    target = parse_link("https://github.com/o/n", SERVER)
    assert isinstance(target, RepositoryLink)
    with pytest.raises(TypeError):
        target.on_branch("main", slice(0, 1), "renamed")


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        ("https://github.com/octocat", OwnerLink("octocat")),
        ("https://github.com/octocat?tab=repositories", OwnerLink("octocat")),
        ("https://github.com/orgs/octo-org", OwnerLink("octo-org")),
        ("https://github.com/orgs/octo-org/repositories", OwnerLink("octo-org", page=True)),
    ],
)
def test_users_and_organisations_are_owners(url: str, owner: OwnerLink) -> None:
    assert parse_link(url, SERVER) == owner


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/",
        "https://github.com/orgs",
        "https://github.com/features/actions",
        "https://github.com/topics/llm",
        "https://github.com/marketplace/actions/x",
        "https://github.com/sponsors/octocat",
        "https://gist.github.com/octocat/1",
        "https://octocat.github.io/hello",
        "https://raw.githubusercontent.com/octo/hello",
        "https://raw.githubusercontent.com/oc to/hello/main/x",
        "https://example.org/octo/hello",
        "https://github.com/oc%20to/hello",
        "https://github.com/-octo",
        "https://github.com/octo/..",
        "https://github.com/octo/hel%2Flo",
        "https://github.com/octo/hello/issues/99999999999",
        "https://github.com/octo/hello/discussions/99999999999",
        "https://github.com:444/octo/hello",
        "mailto:octo@github.com",
        "https://:1/octo/hello",
        "https://github.com/octo/hello.wiki.git",
        "https://raw.githubusercontent.com/wiki/octo/hello/a.png",
        "https://github.com/octo/hello/blob/main/%E9t%E9.md",
        "https://github.com/octo.keys",
        "https://github.com/octo/hello:main",
        "https://github.com/ORGS/octo",
        "https://github.com/users/octo/projects/1",
    ],
)
def test_what_the_api_does_not_know_is_not_claimed(url: str) -> None:
    assert parse_link(url, SERVER) is None


def test_enterprise_server_claims_its_own_links_alone() -> None:
    server = "https://ghe.acme.com:8443"
    target = parse_link("https://ghe.acme.com:8443/octo/hello/wiki", server)
    assert isinstance(target, RepositoryLink)
    assert target.at("new/name") == "https://ghe.acme.com:8443/new/name/wiki"
    assert parse_link("https://github.com/octo/hello", server) is None
    assert parse_link("https://raw.githubusercontent.com/octo/hello/main/x", server) is None


def test_words_of_the_site_are_whole_words() -> None:
    assert {"works-with", "wiki"} <= PERHAPS_SITE_PAGES
    assert not {"o", "t", "s"} & PERHAPS_SITE_PAGES
