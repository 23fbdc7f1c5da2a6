"""GitLab's API: GraphQL for many projects at once, REST for those that it does not find."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from lmsys_enrich.api.endpoint import Apis, same_host_target
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, count, flag, moment, node, nodes, text, texts
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    REDIRECTS,
    Final,
    Ok,
    QueryTooLarge,
    TransientError,
    Unavailable,
    unknown_fields,
)
from lmsys_enrich.checkers.forges import Account, Fact, Identity, NotThere, fact, read_repository
from lmsys_enrich.checkers.gitlab.links import is_path, is_path_segment, parse_link
from lmsys_enrich.model.facts import Release, RepositoryUpdate
from lmsys_enrich.settings.access import ForgeAccess
from lmsys_enrich.urls import path_of
from lmsys_enrich.values import replace

BATCH_SIZE = 50
"""Most paths of a query; more are an error: `ProjectsResolver` of https://gitlab.com/gitlab-org/gitlab."""

_OK, _NOT_FOUND = 200, 404
_MARKED = re.compile(r"-deletion_scheduled-[0-9]{1,15}(?=/|$)")
_SIGN_IN = "users/sign_in"
_MOST_FIELDS = 8
_FIELD_DEPTH = 3  # an error in a field has the path `projects, nodes, position, field`

_ID = re.compile(r"gid://gitlab/Project/([0-9]{1,15})")
# `lastCommit` reads git, which costs ten times as much as another field:
# https://docs.gitlab.com/api/graphql/reference/#project
_SELECTIONS: Mapping[str, str] = {
    "repository": "{empty rootRef tree{lastCommit{committedDate}}}",
    "releases": "(first:1){nodes{tagName releasedAt}}",
}

# GitLab's licence keys are those of licensee, SPDX identifiers in lower case:
# https://github.com/licensee/licensee
_SPDX = (
    *("0BSD", "AFL-3.0", "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSD-4-Clause", "BSL-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CECILL-2.1", "ECL-2.0", "EPL-1.0"),
    *("EPL-2.0", "EUPL-1.1", "EUPL-1.2", "GFDL-1.3", "GPL-2.0", "GPL-3.0", "ISC", "LGPL-2.1", "LGPL-3.0"),
    *("LPPL-1.3c", "MIT", "MIT-0", "MPL-2.0", "MS-PL", "MS-RL", "MulanPSL-2.0", "NCSA", "ODbL-1.0"),
    *("OFL-1.1", "OSL-3.0", "PostgreSQL", "UPL-1.0", "Unlicense", "Vim", "WTFPL", "Zlib"),
)
_BY_KEY = {identifier.lower(): identifier for identifier in _SPDX}


def _license(value: object) -> str | None:
    key = text(node(value).get("key"))
    return None if key is None else _BY_KEY.get(key.lower(), "other")


def _release(value: object) -> Release | None:
    release = next(iter(nodes(node(value).get("nodes"))), {})
    tag = text(release.get("tagName"))
    return None if tag is None else Release(tag, moment(release.get("releasedAt")))


def _repository(value: object) -> Mapping[str, object]:
    repository = node(value)
    commit = node(node(repository.get("tree")).get("lastCommit"))
    return {
        "empty": flag(repository.get("empty")),
        "default_branch": text(repository.get("rootRef")),
        "last_commit": moment(commit.get("committedDate")),
    }


_GRAPHQL = {
    "starCount": fact("stars", count),
    "forksCount": fact("forks", count),
    "archived": fact("archived", flag),
    "createdAt": fact("created_at", moment),
    "description": fact("description", text),
    "topics": fact("topics", texts),
    "repository": Fact(("empty", "default_branch", "last_commit"), _repository),
    "releases": fact("latest_release", _release),
}
# Of `GET /projects/:id?license=true`: https://docs.gitlab.com/api/projects/
_REST = {
    "star_count": fact("stars", count),
    "forks_count": fact("forks", count),
    "archived": fact("archived", flag),
    "created_at": fact("created_at", moment),
    "description": fact("description", text),
    "topics": fact("topics", texts),
    "empty_repo": fact("empty", flag),
    "default_branch": fact("default_branch", text),
    "license": fact("license", _license),
}


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
            return {}  # each is looked up through REST
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
            projects = node(node(body.get("data")).get("projects")).get("nodes")
            if isinstance(projects, list):
                failed = _failed(errors)
                updates = (
                    from_graphql(one, self._host, failed.get(number, ()), now)
                    for number, one in enumerate(nodes(projects))
                )
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

    async def group(self, path: str) -> Account | NotThere | TransientError:
        """Request a group by its path; moves are followed, and known by the other path."""
        result = await self.api.get(f"/api/v4/groups/{quote(path, safe='')}", {"with_projects": "false"})
        body = node(result.body) if isinstance(result, Ok) and result.status == _OK else {}
        if count(body.get("id")) is None:
            return _failure(result)
        full_path = _lasting(text(body.get("full_path")))
        is_known = full_path is not None and all(map(is_path_segment, full_path.split("/")))
        return Account("group", full_path if is_known else None)

    async def user(self, name: str) -> Account | NotThere | TransientError:
        """Request a user by name: a list of one, or of none, where the page may know a new name."""
        result = await self.api.get("/api/v4/users", {"username": name})
        if not isinstance(result, Ok) or result.status != _OK or not isinstance(result.body, list):
            return _failure(result)
        if not result.body:
            return await self._renamed_user(name)
        names = [(text(user.get("username")) or "").lower() for user in nodes(result.body)]
        return Account("user") if name.lower() in names else TransientError("a response about other projects")

    async def _renamed_user(self, name: str) -> Account | NotThere | TransientError:
        """
        Return the account to which the page of a former user leads.

        The API knows present names alone, the page redirects from former ones:
        https://docs.gitlab.com/user/profile/#change-your-username. It leads to a login where
        there is no such user.
        """
        result = await self.api.page(f"/{quote(name)}")
        if not isinstance(result, Ok):
            return _failure(result)
        if result.status == _NOT_FOUND:
            return NotThere()
        target = same_host_target(f"{self.api.url}/{name}", result.headers.get("location", ""))
        if result.status not in REDIRECTS or target is None:
            return TransientError(f"no such user, but a page with status {result.status}")
        path = path_of(target).removeprefix(path_of(self.api.url).rstrip("/")).strip("/")
        if path == _SIGN_IN:
            return NotThere()
        # GitLab's own pages, as a start page of the site, are no accounts.
        link = parse_link(f"https://{self._host}/{path}", self._host)
        is_other = link is not None and link.is_namespace and path.lower() not in {"", name.lower()}
        return Account("user", path) if is_other else TransientError("its page redirects elsewhere")

    def _refused(self, result: Ok, message: str | None) -> Mapping[str, RepositoryUpdate] | QueryTooLarge:
        if result.status in REDIRECTS or result.status in {_NOT_FOUND, 401, 403, 405}:
            self.has_graphql = False  # an old server, or one that wants a login for it
            return {}
        # Complexity and size are limits of a query; any other error may be about one of its paths.
        return QueryTooLarge(message or f"status {result.status}")


def query(left_out: Collection[str]) -> str:
    """Write the query of a batch, without fields that an older server lacks."""
    fields = " ".join(f"{name}{_SELECTIONS.get(name, '')}" for name in _GRAPHQL if name not in left_out)
    return (
        "query($paths:[String!]!,$count:Int!){projects(fullPaths:$paths,first:$count)"
        f"{{nodes{{id fullPath {fields}}}}}}}"
    )


def from_graphql(found: Node, forge: str, failed: Collection[str], now: datetime) -> RepositoryUpdate | None:
    """Read a node of GraphQL's type Project; None where it has no path. `failed` fields have no value."""
    full_path, identifier = text(found.get("fullPath")), _ID.fullmatch(text(found.get("id")) or "")
    if full_path is None or not is_path(full_path):
        return None
    number = int(identifier[1]) if identifier else None
    update = read_repository(found, _GRAPHQL, Identity(full_path, number, forge, "gitlab", now), failed)
    if update.facts.empty is not True and update.facts.last_commit is None:
        # A project without public code, or a tree that could not be read.
        return replace(update, missing_fields=update.missing_fields | {"last_commit"})
    return update


def from_rest(found: Node, forge: str, now: datetime) -> RepositoryUpdate | None:
    """Read a project of the REST API; None where it has no path."""
    full_path = _lasting(text(found.get("path_with_namespace")))
    if full_path is None or not is_path(full_path):
        return None
    return read_repository(found, _REST, Identity(full_path, count(found.get("id")), forge, "gitlab", now))


def _lasting(path: str | None) -> str | None:
    """
    Return a path without the marks of projects and groups that will be deleted in some days.

    They are renamed until then, and get their name back if their owner changes their mind:
    https://docs.gitlab.com/user/project/working_with_projects/#delete-a-project.
    """
    return _MARKED.sub("", path) if path else path


def _failed(errors: Sequence[Node]) -> Mapping[int, Collection[str]]:
    """Return the fields that failed, by the node's position: the fault of one is not that of others."""
    failed: dict[int, set[str]] = {}
    for error in errors:
        path = error.get("path")
        if isinstance(path, list) and len(path) > _FIELD_DEPTH and isinstance(path[_FIELD_DEPTH - 1], int):
            failed.setdefault(path[_FIELD_DEPTH - 1], set()).add(str(path[_FIELD_DEPTH]))
    return failed


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
    """Return whether a 404 is in GitLab's own form, `404 Project Not Found`; any proxy can send another."""
    words = (text(node(body).get("message")) or "").lower()
    return words.startswith("404 ") and words.endswith("not found")
