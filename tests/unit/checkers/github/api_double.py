"""A GitHub for tests of this package: GraphQL and REST from what a test says is there."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import httpx
from graphql import parse
from graphql.language import FieldNode, OperationDefinitionNode, SelectionSetNode, VariableNode

from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Response
from lmsys_enrich.settings.access import GitHubAccess

HOME = "https://github.com"
API = "https://api.github.com"
GRAPHQL = f"{API}/graphql"
ACCESS = GitHubAccess(token="ghp_secret")  # noqa: S106 - a token for nothing
WITHOUT_TOKEN = GitHubAccess()
DATE = "Mon, 23 Nov 2026 02:00:00 GMT"
DATE_EPOCH = 1_795_399_200
_DATA = Path(__file__).parents[3] / "data" / "github"

Json: TypeAlias = dict[str, object]
Service: TypeAlias = Callable[[httpx.Request], Awaitable[Outcome]]
UNAVAILABLE: Json = {
    "path": ["defaultBranchRef", "target"],
    "extensions": {"code": "SERVICE_UNAVAILABLE"},
}
_ERRORS: Mapping[ErrorKind, Callable[[str], httpx.TransportError]] = {
    ErrorKind.TIMEOUT: httpx.ReadTimeout,
    ErrorKind.RESET: httpx.ReadError,
    ErrorKind.PROTOCOL: httpx.RemoteProtocolError,
    ErrorKind.REFUSED: httpx.ConnectError,
}


def on_httpx(outcome: Outcome) -> httpx.Response:
    """The outcome as httpx has it; network errors are raised."""
    if isinstance(outcome, FetchError):
        raise _ERRORS[outcome.kind](outcome.detail)
    return httpx.Response(outcome.status, headers=dict(outcome.headers), content=outcome.body)


def recorded(name: str, status: int = 200, /, **headers: str) -> Response:
    """A recorded body; header names are written with underscores."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Response(status, {"date": DATE, **named}, (_DATA / name).read_bytes())


def response(body: object, status: int = 200, /, **headers: str) -> Response:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Response(status, {"date": DATE, **named}, json.dumps(body).encode())


def node(full_name: str, **fields: object) -> Json:
    """A repository as GraphQL has it."""
    return {
        "nameWithOwner": full_name,
        "databaseId": 1,
        "stargazerCount": 3000,
        "forkCount": 300,
        "description": "Training and serving",
        "homepageUrl": "https://alpa.ai",
        "isArchived": False,
        "archivedAt": None,
        "isDisabled": False,
        "isLocked": False,
        "isFork": False,
        "isTemplate": False,
        "isMirror": False,
        "isEmpty": False,
        "createdAt": "2021-02-22T09:43:19Z",
        "pushedAt": "2024-01-02T03:04:05Z",
        "primaryLanguage": {"name": "Python"},
        "licenseInfo": {"spdxId": "Apache-2.0"},
        "defaultBranchRef": {"name": "main", "target": {"committedDate": "2023-12-09T01:00:00+01:00"}},
        "latestRelease": {"tagName": "v0.2.3", "publishedAt": "2023-02-20T00:00:00Z"},
        "repositoryTopics": {"nodes": [{"topic": {"name": "llm"}}, {"topic": {"name": "jax"}}]},
        **fields,
    }


def many(count: int) -> tuple[list[str], dict[str, Json]]:
    """Return addresses of repositories, and what GraphQL has about them."""
    names = [f"octo/r{number}" for number in range(count)]
    return [f"{HOME}/{name}" for name in names], {
        name: node(name, databaseId=i) for i, name in enumerate(names)
    }


@dataclass
class GitHub:
    """
    A service that responds as GitHub does.

    `repositories` and `owners` are found by their names, what lies in a
    repository by its field's arguments, as `object main:README.md`. `faults` are
    played before GraphQL responds again, `rest` by address.
    """

    repositories: Mapping[str, Json] = field(default_factory=dict)
    owners: Sequence[str] = ()
    faults: list[Outcome] = field(default_factory=list)
    errors: Mapping[str, Json] = field(default_factory=dict)
    rest: Mapping[str, Outcome] = field(default_factory=dict)
    too_large: int = 10_000
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> Outcome:
        self.requests.append(request)
        if str(request.url) != GRAPHQL:
            return self.rest.get(path_of(request), recorded("rest-not-found.json", 404))
        fields = _fields(request)
        self.sizes.append(len(fields))
        if self.faults:
            return self.faults.pop(0)
        if len(fields) > self.too_large:
            return recorded("graphql-timeout.json", 502)
        return self._response(fields)

    @property
    def rest_paths(self) -> list[str]:
        return [path_of(request) for request in self.requests if request.method == "GET"]

    def _response(self, fields: Sequence["_Field"]) -> Response:
        data: Json = {"rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-11-23T03:00:00Z"}}
        errors: list[Json] = []
        for wanted in fields:
            data[wanted.alias] = self._subject(wanted, errors)
        return response({"data": data, "errors": errors} if errors else {"data": data}, **self.headers)

    def _subject(self, wanted: "_Field", errors: list[Json]) -> Json | None:
        if wanted.name == "repositoryOwner":
            return {"login": wanted.arguments[0]} if wanted.arguments[0] in self.owners else None
        full_name = "/".join(map(str, wanted.arguments)).lower()
        if full_name in self.errors:
            errors.append({**self.errors[full_name], "path": [wanted.alias]})
            return None
        found = self.repositories.get(full_name)
        if found is None:
            errors.append({"type": "NOT_FOUND", "path": [wanted.alias], "message": "Could not resolve"})
            return None
        shown = {key: value for key, value in found.items() if " " not in key and key != "errors"}
        for resource in wanted.parts:
            shown[resource.alias] = found.get(f"{resource.name} {resource.arguments[0]}")
            if shown[resource.alias] is None and resource.name in {"issueOrPullRequest", "discussion"}:
                errors.append(
                    {"type": "NOT_FOUND", "path": [wanted.alias, resource.alias], "message": "none"}
                )
        given = found.get("errors")
        below = given if isinstance(given, list) else []
        errors.extend({**error, "path": [wanted.alias, *error["path"]]} for error in below)
        return shown


@dataclass(frozen=True)
class _Field:
    alias: str
    name: str
    arguments: tuple[object, ...]
    parts: tuple["_Field", ...] = ()


def _fields(request: httpx.Request) -> list[_Field]:
    """The fields of a request, quota aside."""
    sent = json.loads(request.content)
    operation = parse(sent["query"]).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return [f for f in _read(operation.selection_set, sent["variables"]) if f.name != "rateLimit"]


def _read(selections: SelectionSetNode | None, variables: Mapping[str, object]) -> list[_Field]:
    found = []
    for selection in selections.selections if selections is not None else ():
        if isinstance(selection, FieldNode):
            values = [a.value for a in selection.arguments or ()]
            arguments = tuple(variables[v.name.value] for v in values if isinstance(v, VariableNode))
            parts = tuple(f for f in _read(selection.selection_set, variables) if f.arguments)
            alias = selection.alias.value if selection.alias else selection.name.value
            found.append(_Field(alias, selection.name.value, arguments, parts))
    return found


def path_of(request: httpx.Request) -> str:
    """Path and query below the API's address."""
    return str(request.url).removeprefix(API)


def hosts(github: GitHub) -> set[str]:
    """The hosts that were sent the token."""
    return {request.url.host for request in github.requests if "authorization" in request.headers}
