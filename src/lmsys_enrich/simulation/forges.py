"""Simulated GitLab, Forgejo and Hugging Face: one server for all, each under a path of its own."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lmsys_enrich.checkers.forgejo import parse_link as parse_forgejo_link
from lmsys_enrich.checkers.forges import ForgeLink
from lmsys_enrich.checkers.gitlab.links import parse_link as parse_gitlab_link
from lmsys_enrich.checkers.hugging_face.links import Kind
from lmsys_enrich.checkers.hugging_face.links import parse_link as parse_hub_link
from lmsys_enrich.settings.access import KNOWN_FORGES
from lmsys_enrich.settings.tables import ForgeKind
from lmsys_enrich.simulation.server import Received, Sent, SimulatedService, json_response
from lmsys_enrich.values import Value

_HUB = "huggingface.co"
_OWNED = "made-up"  # a project of an account that a list names
_GRAPHQL = "/api/graphql"
_MOST_PATHS = 50
_COMMITTED = "2026-10-01T08:00:00Z"


class SimulatedProject(Value, kw_only=True):
    """A project of a forge, or a model of the hub; `was` is its former name."""

    host: str
    name: str
    id: int = 0
    stars: int = 0
    forks: int = 0
    description: str | None = None
    license: str | None = None
    archived: bool = False
    committed_at: str = _COMMITTED
    kind: str = "model"
    downloads: int = 0
    gated: bool = False
    was: str = ""


@dataclass(frozen=True)
class Projects:
    """Projects of all forges, found by host, kind and name, or by their former name."""

    every: tuple[SimulatedProject, ...] = ()

    def find(self, host: str, name: str, kind: str = "model") -> SimulatedProject | None:
        """Return a project by its present or former name, or by its number."""
        for one in self.every:
            names = {one.name.lower(), one.was.lower(), str(one.id)} - {"", "0"}
            if one.host == host and one.kind == kind and name.lower() in names:
                return one
        return None

    def has_owner(self, host: str, name: str) -> bool:
        """Return whether a group or user of that name owns a project."""
        return any(one.host == host and one.name.lower().startswith(f"{name.lower()}/") for one in self.every)


def read_projects(tables: Iterable[Mapping[str, Any]]) -> Projects:
    """Read the tables `projects` of a scenario."""
    return Projects(tuple(SimulatedProject(**{"id": n, **table}) for n, table in enumerate(tables, 1)))


def with_projects(known: Projects, urls: Iterable[str]) -> Projects:
    """Add a made-up project for each link to a forge that has none."""
    added: dict[tuple[str, str, str], SimulatedProject] = {}
    for url in urls:
        named = _named(url)
        if named is None or known.find(*named):
            continue
        host, name, kind = named
        chance = int(sha256(name.lower().encode()).hexdigest(), 16)
        added[host, name.lower(), kind] = SimulatedProject(
            host=host, name=name, id=chance % 2**31, stars=chance % 900, downloads=chance % 10**6, kind=kind
        )
    return Projects((*known.every, *added.values()))


def _named(url: str) -> tuple[str, str, str] | None:
    """Return host, name and kind of what a link leads to; an account is there by what it owns."""
    if (on_hub := parse_hub_link(url)) is not None:
        if on_hub.kind is Kind.ACCOUNT:
            return _HUB, f"{on_hub.name}/{_OWNED}", Kind.MODEL
        return (_HUB, unquote(on_hub.name), on_hub.kind) if on_hub.kind is not Kind.PAPER else None
    host = urlsplit(url).hostname or ""
    match KNOWN_FORGES.get(host):
        case ForgeKind.GITLAB:
            link: ForgeLink | None = parse_gitlab_link(url, host)
        case ForgeKind.FORGEJO:
            link = parse_forgejo_link(url, host)
        case _:
            link = None
    if link is None:
        return None
    is_owner = link.prefix or "/" not in link.path
    return host, f"{link.path}/{_OWNED}" if is_owner else link.path, Kind.MODEL


@dataclass(slots=True)
class SimulatedForges(SimulatedService):
    """All forges but GitHub, each below `/HOST`."""

    projects: Projects

    def correct_response(self, received: Received) -> Sent:
        host, _, path = received.target.lstrip("/").partition("/")
        return self._respond(host, f"/{path}", received)

    def _respond(self, host: str, target: str, received: Received) -> Sent:
        parts = urlsplit(target)
        base = f"http://{received.headers.get('host', '')}/{host}"
        if host == _HUB:
            return _hub(self.projects, unquote(parts.path), base)
        if KNOWN_FORGES.get(host) is ForgeKind.FORGEJO:
            return _forgejo(self.projects, host, unquote(parts.path), base)
        if parts.path == _GRAPHQL:
            return _gitlab_graphql(self.projects, host, received.body)
        return _gitlab_rest(self.projects, host, parts.path, parse_qs(parts.query), base)


def addresses(url: str) -> dict[str, str]:
    """Return the environment that leads a program's requests to the server at `url`."""
    forges = " ".join(f"{host}={url}/{host}" for host in KNOWN_FORGES)
    return {"HF_ENDPOINT": f"{url}/{_HUB}", "LMSYS_ENRICH_FORGES": forges}


def _gitlab_graphql(projects: Projects, host: str, body: bytes) -> Sent:
    paths = json.loads(body)["variables"]["paths"]
    if len(paths) > _MOST_PATHS:
        message = f"You can only request {_MOST_PATHS} projects at once"
        return json_response({"errors": [{"message": message}], "data": {"projects": None}})
    found = [one for path in paths if (one := projects.find(host, path)) and one.name.lower() == path.lower()]
    return json_response({"data": {"projects": {"nodes": [_gitlab_node(one) for one in reversed(found)]}}})


def _gitlab_node(project: SimulatedProject) -> dict[str, object]:
    return {
        "id": f"gid://gitlab/Project/{project.id}",
        "fullPath": project.name,
        "starCount": project.stars,
        "forksCount": project.forks,
        "archived": project.archived,
        "createdAt": "2020-01-01T00:00:00Z",
        "description": project.description,
        "topics": [],
        "repository": {
            "empty": False,
            "rootRef": "main",
            "tree": {"lastCommit": {"committedDate": project.committed_at}},
        },
        "releases": {"nodes": []},
    }


def _gitlab_rest(projects: Projects, host: str, path: str, query: Mapping[str, list[str]], base: str) -> Sent:
    kind, _, subject = path.removeprefix("/api/v4/").partition("/")
    name = unquote(subject)
    if kind == "users":
        return json_response([])
    if kind == "groups":
        if not projects.has_owner(host, name):
            return json_response({"message": "404 Group Not Found"}, 404)
        return json_response({"id": 1, "full_path": name})
    found = projects.find(host, name) if kind == "projects" else None
    if found is None:
        return json_response({"message": "404 Project Not Found"}, 404)
    if name not in {found.name, str(found.id)}:
        where = f"{base}/api/v4/projects/{found.id}?license=true"
        return Sent(301, {"location": where, "content-type": "text/plain"}, b"Moved")
    body = {
        "id": found.id,
        "path_with_namespace": found.name,
        "star_count": found.stars,
        "forks_count": found.forks,
        "archived": found.archived,
        "description": found.description,
        "default_branch": "main",
        "topics": [],
    }
    if query.get("license"):
        body["license"] = None if found.license is None else {"key": found.license.lower()}
    return json_response(body)


def _forgejo(projects: Projects, host: str, path: str, base: str) -> Sent:
    kind, *names = path.removeprefix("/api/v1/").split("/")
    if kind == "users":
        known = projects.has_owner(host, names[0])
        return json_response({"login": names[0]}) if known else _forgejo_missing("user does not exist", base)
    name = "/".join(names[:2])
    found = projects.find(host, name)
    if found is None:
        return _forgejo_missing("The target couldn't be found.", base)
    if name.lower() != found.name.lower():
        return Sent(307, {"location": f"{base}/api/v1/repos/{found.name}"})
    if names[2:3] == ["branches"]:
        return json_response({"name": "main", "commit": {"timestamp": found.committed_at}})
    return json_response(
        {
            "id": found.id,
            "full_name": found.name,
            "stars_count": found.stars,
            "forks_count": found.forks,
            "archived": found.archived,
            "created_at": "2020-01-01T00:00:00Z",
            "default_branch": "main",
            "description": found.description or "",
            "empty": False,
            "mirror": False,
        }
    )


def _forgejo_missing(message: str, base: str) -> Sent:
    return json_response({"message": message, "url": f"{base}/api/swagger", "errors": []}, 404)


def _hub(projects: Projects, path: str, base: str) -> Sent:
    kind, _, name = path.removeprefix("/api/").partition("/")
    found = projects.find(_HUB, name, kind.removesuffix("s"))
    if found is None:
        if name.endswith("/overview"):
            owner = name.partition("/")[0]
            if kind == "organizations" and projects.has_owner(_HUB, owner):
                return json_response({"name": owner})
            return json_response({"error": "no such account"}, 404)
        missing = json_response({"error": "Repository not found"}, 401)
        return Sent(401, {**missing.headers, "x-error-code": "RepoNotFound"}, missing.body)
    if name.lower() != found.name.lower():
        return Sent(307, {"location": f"{base}/api/{kind}/{found.name}"})
    return json_response(
        {
            "id": found.name,
            "title": found.name,
            "likes": found.stars,
            "downloads": found.downloads,
            "gated": "manual" if found.gated else False,
            "disabled": False,
            "createdAt": "2025-01-01T00:00:00.000Z",
            "lastModified": found.committed_at,
            "cardData": {"license": found.license} if found.license else {},
            "tags": [],
        }
    )
