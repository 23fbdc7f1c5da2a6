"""GraphQL endpoint of the simulated GitHub: executes queries with graphql-core on nodes of repositories."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from lmsys_enrich.simulation.rest import SERVER, Quota, committed_at, latest_tag, moment
from lmsys_enrich.simulation.server import Received, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World

_OID = "0123456789abcdef0123456789abcdef01234567"


class NotThere(Exception):
    """GraphQL's error for a missing thing, with its `type`."""

    def __init__(self, message: str, kind: str = "NOT_FOUND") -> None:
        super().__init__(message)
        self.kind = kind


def graphql_node(repository: SimulatedRepository) -> dict[str, Any]:
    """Return the repository as GraphQL's executor reads it: fields with arguments are functions."""
    url = f"{SERVER}/{repository.name}"
    return {
        "nameWithOwner": repository.name,
        "databaseId": repository.id,
        "url": url,
        "stargazerCount": repository.stars,
        "forkCount": repository.forks,
        "description": repository.description,
        "homepageUrl": repository.homepage,
        "isArchived": repository.archived_at is not None,
        "archivedAt": moment(repository.archived_at),
        "isDisabled": repository.disabled,
        "isLocked": repository.locked,
        "isFork": repository.fork,
        "isTemplate": repository.template,
        "isMirror": repository.mirror,
        "isEmpty": repository.branch is None,
        "isPrivate": False,
        "createdAt": moment(repository.created_at),
        "pushedAt": moment(repository.pushed_at),
        "primaryLanguage": {"name": repository.language} if repository.language else None,
        "licenseInfo": {"spdxId": repository.license} if repository.license else None,
        "defaultBranchRef": _branch(repository),
        "latestRelease": _release(repository, latest_tag(repository)),
        "repositoryTopics": lambda _, **__: {
            "nodes": [{"topic": {"name": name}} for name in repository.topics]
        },
        "object": lambda _, expression, **__: _object(repository, expression),
        "ref": lambda _, qualifiedName: _ref(repository, qualifiedName),  # noqa: N803 - GitHub's name
        "release": lambda _, tagName: _release(repository, tagName),  # noqa: N803 - GitHub's name
        "issueOrPullRequest": lambda _, number: _issue(repository, number),
        "discussion": lambda _, number: _discussion(repository, number),
    }


def _branch(repository: SimulatedRepository) -> dict[str, Any] | None:
    if repository.branch is None:
        return None
    head = {"__typename": "Commit", "oid": _OID, "committedDate": moment(committed_at(repository))}
    return {"name": repository.branch, "target": head}


def _release(repository: SimulatedRepository, tag: str | None) -> dict[str, Any] | None:
    if tag is None or tag not in repository.releases:
        return None
    return {
        "tagName": tag,
        "publishedAt": moment(repository.releases[tag]),
        "url": f"{SERVER}/{repository.name}/releases/tag/{tag}",
        "releaseAssets": lambda _, name=None, **__: {
            "nodes": [{"name": file} for file in repository.assets if name in {None, file}]
        },
    }


def _object(repository: SimulatedRepository, expression: str) -> dict[str, Any] | None:
    ref, _, path = expression.partition(":")
    if ref not in {repository.branch, "HEAD", *repository.releases, *repository.refs}:
        return None
    if not path:
        return {"__typename": "Commit", "oid": _OID, "committedDate": moment(committed_at(repository))}
    if path in repository.files:
        return {"__typename": "Blob", "oid": _OID}
    is_folder = any(file.startswith(f"{path.rstrip('/')}/") for file in repository.files)
    return {"__typename": "Tree", "oid": _OID} if is_folder else None


def _ref(repository: SimulatedRepository, name: str) -> dict[str, Any] | None:
    tags = {f"refs/tags/{tag}": tag for tag in repository.releases}
    heads = {f"refs/heads/{repository.branch}": repository.branch}
    commit = {**tags, **heads}.get(name)
    return {"name": commit, "target": None} if commit else None


def _issue(repository: SimulatedRepository, number: int) -> dict[str, Any]:
    for kind, location, numbers in (
        ("Issue", "issues", repository.issues),
        ("PullRequest", "pull", repository.pulls),
    ):
        if number in numbers:
            return {"__typename": kind, "url": f"{SERVER}/{repository.name}/{location}/{number}"}
    raise NotThere(f"Could not resolve to an issue or pull request with the number of {number}.")


def _discussion(repository: SimulatedRepository, number: int) -> dict[str, Any]:
    if number not in repository.discussions:
        raise NotThere(f"Could not resolve to a Discussion with the number of {number}.")
    return {"url": f"{SERVER}/{repository.name}/discussions/{number}"}


_JSON = {"content-type": "application/json; charset=utf-8"}


def respond(world: World, received: Received, quota: Quota) -> Sent:
    """Execute the query of a request; responses as in https://docs.github.com/en/graphql."""
    try:
        request = json.loads(received.body)
        text, variables = str(request["query"]), request.get("variables") or {}
    except (ValueError, TypeError, KeyError):
        return Sent(400, _JSON, b'{"message":"Problems parsing JSON"}')
    if not quota.take(1):
        return rate_limited(quota)
    result = graphql_sync(schema(), text, root_value=_root(world, quota), variable_values=variables)
    body: dict[str, Any] = {}
    if result.data is not None:
        body["data"] = result.data
    if result.errors:
        body["errors"] = [_error_content(error) for error in result.errors]
    return Sent(200, {**_JSON, **quota.headers()}, json.dumps(body).encode())


def rate_limited(quota: Quota) -> Sent:
    """Return GitHub's response once an hour's points are spent: status 200 with an error of its own type."""
    error = {"type": "RATE_LIMIT", "message": "API rate limit already exceeded for user ID 1."}
    return Sent(200, {**_JSON, **quota.headers()}, json.dumps({"errors": [error]}).encode())


@cache
def schema() -> GraphQLSchema:
    """Return the part of GitHub's schema that the simulation knows."""
    text = files("lmsys_enrich").joinpath("simulation", "schema.graphql").read_text(encoding="utf-8")
    return build_schema(text)


def _root(world: World, quota: Quota) -> dict[str, Callable[..., object]]:
    def repository(_: object, owner: str, name: str, **__: object) -> dict[str, Any]:
        repository = world.repository(f"{owner}/{name}")
        if repository is None or repository.fate == "blocked":
            raise NotThere(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        if repository.fate == "sso":
            raise NotThere(
                "Resource protected by organization SAML enforcement. "
                "You must grant your OAuth token access to this organization.",
                "FORBIDDEN",
            )
        return graphql_node(repository)

    def repository_owner(_: object, login: str) -> dict[str, Any] | None:
        kind = next((kind for known, kind in world.owners.items() if known.lower() == login.lower()), None)
        return {"__typename": kind, "login": login, "url": f"{SERVER}/{login}"} if kind else None

    def rate_limit(_: object, **__: object) -> dict[str, Any]:
        return {
            "cost": 1,
            "limit": quota.limit,
            "remaining": quota.remaining,
            "used": quota.used,
            "resetAt": moment(datetime.fromtimestamp(quota.reset, UTC)),
        }

    return {"repository": repository, "repositoryOwner": repository_owner, "rateLimit": rate_limit}


def _error_content(error: GraphQLError) -> dict[str, Any]:
    """Return an error as GitHub sends it: with a `type` beside the message."""
    content: dict[str, Any] = {"message": error.message, **error.formatted}
    if isinstance(error.original_error, NotThere):
        content["type"] = error.original_error.kind
    return content
