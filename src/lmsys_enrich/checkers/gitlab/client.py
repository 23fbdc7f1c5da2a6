"""GitLab's API: GraphQL for many projects at once, REST for those that it does not find."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import count, node, nodes, text
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import Final, Ok, QueryTooLarge, TransientError, Unavailable, unknown_fields
from lmsys_enrich.checkers.gitlab.facts import from_graphql, from_rest, query
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.settings.access import ForgeAccess
from lmsys_enrich.values import Value

BATCH_SIZE = 50
"""Most paths of a query; more are an error: `ProjectsResolver` of https://gitlab.com/gitlab-org/gitlab."""

_OK, _NOT_FOUND = 200, 404
_MOST_FIELDS = 8


class NotThere(Value):
    """GitLab says that there is no such project, group or user, or does not show it."""


class GitLabApi:
    """API of one GitLab, with the token for its host or anonymously."""

    def __init__(self, apis: Apis, forge: ForgeAccess) -> None:
        name = "GitLab" if forge.host == "gitlab.com" else forge.host
        variable = "GITLAB_TOKEN" if forge.host == "gitlab.com" else "LMSYS_ENRICH_TOKENS"
        service = Service(name, f"https://{forge.host}", variable, pace=Pace(in_flight=2))
        self.api = JsonApi(apis, service, forge.url, forge.token)
        self._host = forge.host
        self._unknown: frozenset[str] = frozenset()  # fields that this server lacks
        self.has_graphql = True

    async def projects(
        self, paths: Sequence[str], now: datetime
    ) -> Mapping[str, RepositoryUpdate] | QueryTooLarge | TransientError | Unavailable:
        """Return the projects of a batch that GraphQL finds, by path in small letters."""
        if not self.has_graphql:
            return {}  # REST is asked about each
        for _ in range(_MOST_FIELDS):
            content = {
                "query": query(self._unknown),
                "variables": {"paths": list(paths), "count": len(paths)},
            }
            result = await self.api.post("/api/graphql", json=content)
            if not isinstance(result, Ok):
                return result
            body = node(result.body)
            errors = nodes(body.get("errors"))
            found = node(node(body.get("data")).get("projects")).get("nodes")
            if isinstance(found, list):
                failed = {str(path[3]) for path in map(_path, errors) if len(path) > 3}  # noqa: PLR2004
                updates = (from_graphql(one, self._host, failed, now) for one in nodes(found))
                return {one.facts.full_name.lower(): one for one in updates if one is not None}
            if not (missing := unknown_fields(errors) - self._unknown):
                return self._refused(result, text(next(iter(errors), {}).get("message")))
            self._unknown |= missing
        return TransientError("GraphQL knows none of the fields")

    async def project(self, path: str, now: datetime) -> RepositoryUpdate | NotThere | TransientError:
        """Request a project by its path or id; moves are followed."""
        result = await self.api.get(f"/api/v4/projects/{quote(path, safe='')}", {"license": "true"})
        if isinstance(result, Ok) and result.status == _OK:
            update = from_rest(node(result.body), self._host, now)
            return update if update is not None else TransientError("a response that names no project")
        return _failure(result)

    async def has_group(self, path: str) -> bool | TransientError:
        """Return whether there is a group of that path."""
        group = f"/api/v4/groups/{quote(path, safe='')}"
        return _is_there(await self.api.get(group, {"with_projects": "false"}))

    async def has_user(self, name: str) -> bool | TransientError:
        """Return whether there is a user of that name."""
        result = await self.api.get("/api/v4/users", {"username": name})
        if isinstance(result, Ok) and result.status == _OK and isinstance(result.body, list):
            return any(
                (text(user.get("username")) or "").lower() == name.lower() for user in nodes(result.body)
            )
        return _is_there(result)

    def _refused(self, result: Ok, message: str | None) -> Mapping[str, RepositoryUpdate] | QueryTooLarge:
        if result.status in {_NOT_FOUND, 401, 403}:
            self.has_graphql = False  # an old server, or one that wants a login for it
            return {}
        # Complexity and size are limits of a query; any other error may be about one of its paths.
        return QueryTooLarge(message or f"status {result.status}")


def _path(error: Mapping[str, object]) -> tuple[object, ...]:
    path = error.get("path")
    return tuple(path) if isinstance(path, list) else ()


def _is_there(result: Final) -> bool | TransientError:
    if isinstance(result, Ok) and result.status == _OK and count(node(result.body).get("id")) is not None:
        return True
    failure = _failure(result)
    return False if isinstance(failure, NotThere) else failure


def _failure(result: Final) -> NotThere | TransientError:
    match result:
        case Ok(status, _, body) if status == _NOT_FOUND and _says_not_found(body):
            return NotThere()
        case Ok(status):
            return TransientError(f"status {status}")
        case QueryTooLarge(message) | TransientError(message):
            return TransientError(message)
        case Unavailable():
            return TransientError("")


def _says_not_found(body: object) -> bool:
    """Return whether a 404 is in GitLab's own form; any proxy can send another."""
    return "not found" in (text(node(body).get("message")) or "").lower()
