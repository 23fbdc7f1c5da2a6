"""One query for a batch, which the schema that GitHub publishes allows."""

import os
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from lmsys_enrich.checkers.github.batches import BatchItem, RepositoryItem, batch_items, batches, halves
from lmsys_enrich.checkers.github.links import parse_link
from lmsys_enrich.checkers.github.query import Query, query
from lmsys_enrich.model.finding import LinkTask
from tests.unit.checkers.github.api_double import HOME

EVERY_KIND = [
    "octo/hello",
    "octo/hello/wiki",
    "octo/hello/blob/main/docs/a.md",
    "octo/hello/tree/feature/x",
    "octo/hello/commit/abc123",
    "octo/hello/issues/5",
    "octo/hello/pull/6",
    "octo/hello/discussions/7",
    "octo/hello/releases/tag/v1",
    "octo/hello/releases/download/v1/a.whl",
    "octo/other/issues/5",
    "octocat",
    "orgs/octo-org",
]


def found(*paths: str) -> list[BatchItem]:
    urls = [f"{HOME}/{path}" for path in paths]
    links = [(LinkTask(url), parse_link(url, HOME)) for url in urls]
    return batch_items((task, target) for task, target in links if target is not None)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    file = os.environ.get("GITHUB_GRAPHQL_SCHEMA", "")
    if not file:
        pytest.skip("GITHUB_GRAPHQL_SCHEMA names no schema.graphql of npm @octokit/graphql-schema")
    if not Path(file).is_file():
        pytest.skip(f"GITHUB_GRAPHQL_SCHEMA is {file}, which is not there")
    return build_schema(Path(file).read_text(encoding="utf-8"), assume_valid=True)


@pytest.mark.parametrize(
    "paths", [EVERY_KIND, ["octocat"], ["octo/hello/wiki"], [f"octo/r{number}" for number in range(50)]]
)
def test_githubs_published_schema_allows_our_queries(schema: GraphQLSchema, paths: list[str]) -> None:
    assert validate(schema, parse(query(found(*paths)).text)) == []


@pytest.mark.parametrize("paths", [EVERY_KIND, ["octocat"], ["octo/hello/wiki"]])
def test_every_variable_is_declared_given_and_used(paths: list[str]) -> None:
    written = query(found(*paths))
    declared = set(re.findall(r"\$(v\d+):", written.text))
    used = set(re.findall(r"\$(v\d+)[ )]", written.text))
    assert declared == used == set(written.variables)


def test_batches_of_one_shape_have_one_text() -> None:
    first, second = (query(found(f"{owner}/a", f"{owner}/b")) for owner in ("octo", "alpa"))
    assert first.text == second.text
    assert first != second


def test_facts_are_written_once_and_only_where_wanted() -> None:
    assert query(found("octo/a", "octo/b")).text.count("stargazerCount") == 1
    assert "stargazerCount" not in query(found("octo/a/wiki", "octocat")).text
    assert isinstance(query([]), Query)


def weights(*paths: str) -> list[int]:
    return [len(batch) for batch in batches(found(*paths))]


def test_batch_is_fifty_repositories_with_few_lookups() -> None:
    assert weights(*(f"octo/r{number}" for number in range(101))) == [50, 50, 1]
    assert weights(*(f"octo/r{number}/blob/a/b/c/d/e" for number in range(40))) == [25, 15]


def test_repository_with_very_many_links_is_divided() -> None:
    requests = list(batches(found("octo/r", *(f"octo/r/issues/{number}" for number in range(250)))))
    links = [link for batch in requests for item in batch for link in item.links]
    assert [len(batch) for batch in requests] == [1, 1, 1, 1, 1]
    assert len(links) == 251


def test_halves_are_smaller_down_to_one_link() -> None:
    (whole,) = batches(found("octo/a", "octo/b", "octo/c"))
    assert [len(half) for half in halves(whole)] == [2, 1]
    (alone,) = batches(found("octo/a", "octo/a/issues/1", "octo/a/issues/2"))
    kept = [item for half in halves(alone) for item in half]
    assert [len(item.links) for item in kept] == [2, 1]
    assert all(isinstance(item, RepositoryItem) for item in kept)
    assert halves(found("octo/a")) == []
    assert halves(found("octocat")) == []
