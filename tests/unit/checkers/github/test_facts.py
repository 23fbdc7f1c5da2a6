"""Facts from GitHub's responses; anything that is not a fact does not become one."""

from datetime import UTC, datetime

import pytest

from lmsys_enrich.api.json_values import node as json_node
from lmsys_enrich.api.json_values import parse
from lmsys_enrich.checkers.github.query import from_graphql, from_rest
from lmsys_enrich.model.facts import Release, RepositoryUpdate
from tests.fakes import NIGHT
from tests.unit.checkers.github.api_double import node, recorded


def update(**fields: object) -> RepositoryUpdate:
    found = from_graphql(node("octo/hello", **fields), (), NIGHT)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ({"spdxId": "MIT"}, "MIT"),
        ({"spdxId": "NOASSERTION"}, "other"),
        ({"spdxId": None}, "other"),
        ({"key": "no-license", "spdxId": "NONE"}, None),
        (None, None),
    ],
)
def test_a_licence_is_its_spdx_identifier_or_other_or_none(value: object, meant: str | None) -> None:
    found = update(licenseInfo=value)
    assert found.facts.license == meant
    assert "license" not in found.missing_fields


def test_an_empty_repository_has_no_branch_and_that_is_known() -> None:
    found = update(defaultBranchRef=None, isEmpty=True, pushedAt=None)
    facts = found.facts
    assert (facts.default_branch, facts.last_commit, facts.pushed_at, facts.empty) == (None, None, None, True)
    assert not found.missing_fields


@pytest.mark.parametrize(
    "date",
    [None, "0000-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31", 5],
)
def test_a_head_whose_date_cannot_be_read_still_has_one(date: object) -> None:
    found = update(defaultBranchRef={"name": "main", "target": {"committedDate": date}})
    assert found.facts.default_branch == "main"
    assert found.missing_fields == {"last_commit"}


def test_times_are_in_utc() -> None:
    found = update(createdAt="2021-02-22T23:30:00-02:00", pushedAt="2021-02-22T00:00:00")
    assert found.facts.created_at == datetime(2021, 2, 23, 1, 30, tzinfo=UTC)
    assert found.facts.pushed_at == datetime(2021, 2, 22, tzinfo=UTC)


def test_a_field_with_an_error_below_it_is_not_learned() -> None:
    found = from_graphql(node("octo/hello", repositoryTopics=None), {"repositoryTopics"}, NIGHT)
    assert found is not None
    assert found.missing_fields == {"topics"}


def test_field_that_is_absent_is_not_learned() -> None:
    value = node("octo/hello")
    del value["archivedAt"]
    found = from_graphql(value, (), NIGHT)
    assert found is not None
    assert found.missing_fields == {"archived_at"}


def test_without_a_release_there_is_none() -> None:
    assert update(latestRelease=None).facts.latest_release is None
    release = update(latestRelease={"tagName": "v1", "publishedAt": None}).facts.latest_release
    assert release == Release("v1", None)


def test_empty_texts_are_none_and_odd_values_are_nothing() -> None:
    facts = update(description="", homepageUrl=None, stargazerCount=True, isFork="yes").facts
    assert (facts.description, facts.homepage, facts.stars, facts.fork) == (None, None, None, None)


def test_rest_provides_less_and_says_so() -> None:
    found = from_rest(json_node(parse(recorded("rest-repository.json").body)), NIGHT)
    assert found is not None
    facts = found.facts
    assert (facts.full_name, facts.id, facts.stars) == ("octokit-fixture-org/hello-world", 1000, 42)
    assert (facts.license, facts.mirror, facts.topics) == (None, False, ("fixtures", "hello", "hello-world"))
    assert (facts.default_branch, facts.archived) == ("master", False)
    assert found.missing_fields == {"archived_at", "locked", "empty", "last_commit", "latest_release"}


@pytest.mark.parametrize("spdx", ["NOASSERTION", None])
def test_a_licence_that_rest_cannot_classify_is_other(spdx: str | None) -> None:
    found = from_rest({"full_name": "octo/hello", "license": {"key": "other", "spdx_id": spdx}}, NIGHT)
    assert found is not None
    assert found.facts.license == "other"


def test_an_answer_without_a_name_is_about_no_repository() -> None:
    assert from_graphql({}, (), NIGHT) is None
    assert from_rest({"id": 1, "topics": "none"}, NIGHT) is None


@pytest.mark.parametrize("count", [-5, 10**30, True, "7"])
def test_impossible_count_is_no_fact(count: object) -> None:
    assert update(stargazerCount=count).facts.stars is None


@pytest.mark.parametrize("name", ["octo/hello\n::error::x", "octo", "../..", "octo/a/b", "@octo/hello"])
def test_name_that_no_repository_has_is_no_result(name: str) -> None:
    assert from_graphql(node(name), (), NIGHT) is None
    assert from_rest({"full_name": name, "id": 1}, NIGHT) is None
