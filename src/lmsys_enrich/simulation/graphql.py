"""GraphQL endpoint of the simulated GitHub: executes queries with graphql-core."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from lmsys_enrich.simulation.nodes import SERVER, NotThere, graphql_node, moment
from lmsys_enrich.simulation.quota import Quota
from lmsys_enrich.simulation.server import Received, Sent
from lmsys_enrich.simulation.world import World

_JSON = {"content-type": "application/json; charset=utf-8"}


def answer(world: World, received: Received, quota: Quota) -> Sent:
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
        found = world.repository(f"{owner}/{name}")
        if found is None or found.fate == "blocked":
            raise NotThere(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        if found.fate == "sso":
            raise NotThere(
                "Resource protected by organization SAML enforcement. "
                "You must grant your OAuth token access to this organization.",
                "FORBIDDEN",
            )
        return graphql_node(found)

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
