"""Code shared by checkers of forges: a fact that cannot be read counts as missing, so it is not lost."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lmsys_enrich.api.json_values import Node
from lmsys_enrich.checkers import forgejo
from lmsys_enrich.checkers.github import query as github
from lmsys_enrich.checkers.gitlab import client as gitlab
from lmsys_enrich.model.facts import Release, Repository, RepositoryUpdate, merge
from tests.fakes import NIGHT

Read = Callable[[Node], RepositoryUpdate | None]
READERS: dict[str, tuple[dict[str, object], Read]] = {
    "GitHub's GraphQL": (
        {"nameWithOwner": "acme/tool", "databaseId": 1},
        lambda found: github.from_graphql(found, (), NIGHT),
    ),
    "GitHub's REST": (
        {"full_name": "acme/tool", "id": 1},
        lambda found: github.from_rest(found, NIGHT),
    ),
    "GitLab's GraphQL": (
        {"fullPath": "acme/tool", "id": "gid://gitlab/Project/1"},
        lambda found: gitlab.from_graphql(found, "gitlab.com", (), NIGHT),
    ),
    "GitLab's REST": (
        {"path_with_namespace": "acme/tool", "id": 1},
        lambda found: gitlab.from_rest(found, "gitlab.com", NIGHT),
    ),
    "Forgejo": (
        {"full_name": "acme/tool", "id": 1},
        lambda found: forgejo.from_rest(found, "codeberg.org", NIGHT),
    ),
}
FIELDS = (
    *("stargazerCount", "stargazers_count", "starCount", "star_count", "stars_count"),
    *("forkCount", "forks_count", "forksCount", "isArchived", "archived", "isDisabled", "disabled"),
    *("createdAt", "created_at", "isFork", "fork", "isEmpty", "empty", "empty_repo", "topics"),
    *("description", "homepage", "homepageUrl", "website", "language", "primaryLanguage", "license"),
    *("licenseInfo", "licenses", "latestRelease", "releases", "defaultBranchRef", "default_branch"),
    *("repository", "repositoryTopics", "archivedAt", "archived_at", "pushedAt", "pushed_at"),
)
MINE = ("full_name", "id", "forge", "software", "fetched_at", "kept", "renamed_from", "taken_over_by")


def known(forge: str) -> Repository:
    """A repository of which every fact is known."""
    then = datetime(2025, 1, 1, tzinfo=UTC)
    flags = ("archived", "disabled", "locked", "fork", "template", "mirror", "empty")
    times = ("last_commit", "pushed_at", "created_at", "archived_at", "fetched_at")
    texts = ("license", "description", "homepage", "language", "default_branch")
    every: dict[str, Any] = {
        **dict.fromkeys(flags, True),
        **dict.fromkeys(times, then),
        **dict.fromkeys(texts, "text"),
        "topics": ("llm",),
        "latest_release": Release("v1", then),
    }
    return Repository(full_name="acme/tool", id=1, forge=forge, stars=5, forks=6, **every)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("value", [7.5, -1, 2**70, "1e3", True, 0])
def test_value_of_another_type_loses_no_fact(reader: str, value: object) -> None:
    identity, read = READERS[reader]
    update = read({**identity, **dict.fromkeys(FIELDS, value)})
    assert update is not None
    before = known(update.facts.forge)
    after = merge(before, update)
    for name in set(Repository.__struct_fields__) - set(MINE):
        if getattr(before, name) not in (None, ()):
            assert getattr(after, name) not in (None, ()), name


@pytest.mark.parametrize("reader", READERS)
def test_null_loses_no_fact_that_every_repository_has(reader: str) -> None:
    identity, read = READERS[reader]
    update = read({**identity, **dict.fromkeys(FIELDS)})
    assert update is not None
    after = merge(known(update.facts.forge), update)
    assert (after.stars, after.forks, after.created_at) == (5, 6, datetime(2025, 1, 1, tzinfo=UTC))
    assert after.description is None, "null is the fact that there is none"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("identifier", [None, "7", 2**70, -1, 1.5, {}])
def test_id_of_another_type_makes_it_no_other_repository(reader: str, identifier: object) -> None:
    identity, read = READERS[reader]
    name = next(iter(identity))
    update = read({name: identity[name], "databaseId": identifier, "id": identifier})
    assert update is not None
    before = known(update.facts.forge)
    after = merge(before, update)
    assert (after.id, after.stars, after.license) == (before.id, before.stars, before.license)


@pytest.mark.parametrize("reader", READERS)
def test_half_an_answer_loses_no_fact(reader: str) -> None:
    identity, read = READERS[reader]
    update = read(identity)
    assert update is not None
    before = known(update.facts.forge)
    after = merge(before, update)
    assert all(
        getattr(after, name) == getattr(before, name)
        for name in set(Repository.__struct_fields__) - set(MINE)
    )
