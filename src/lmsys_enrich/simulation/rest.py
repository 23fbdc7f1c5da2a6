"""REST endpoints of the simulated GitHub and the quotas of its APIs, as in https://docs.github.com/en/rest."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from lmsys_enrich.simulation.server import Received, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World

SERVER = "https://github.com"
_HOUR = 3600
_WITH_TOKEN = 5000
_WITHOUT = 60


@dataclass(slots=True)
class Quota:
    """
    Quota of one client for one resource and hour.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """

    resource: str
    limit: int
    used: int = 0
    reset: int = field(default_factory=lambda: int(time.time()) + _HOUR)

    @property
    def remaining(self) -> int:
        """Points left in this hour."""
        return max(0, self.limit - self.used)

    def take(self, points: int) -> bool:
        """Spend points, unless there are too few left."""
        if self.remaining < points:
            return False
        self.used += points
        return True

    def headers(self) -> dict[str, str]:
        """Return the headers that every reply carries."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(self.reset),
            "x-ratelimit-resource": self.resource,
        }


@dataclass(slots=True)
class Quotas:
    """Quotas of all clients: one for those with the token, one for those without."""

    with_token: int = _WITH_TOKEN
    without: int = _WITHOUT
    _by_client: dict[tuple[bool, str], Quota] = field(default_factory=dict)

    def of(self, resource: str, *, has_token: bool) -> Quota:
        """Return the quota of those with the token, or of those without."""
        limit = self.with_token if has_token else self.without
        return self._by_client.setdefault((has_token, resource), Quota(resource, limit))


_JSON = {"content-type": "application/json; charset=utf-8"}
_NOT_FOUND = {
    "message": "Not Found",
    "documentation_url": "https://docs.github.com/rest",
    "status": "404",
}


def respond(world: World, received: Received, quota: Quota, *, has_token: bool) -> Sent:
    """Respond to a request below the API's address."""
    if received.path == "/rate_limit":
        core = {"limit": quota.limit, "remaining": quota.remaining, "reset": quota.reset, "used": quota.used}
        return _json(200, {"resources": {"core": core}, "rate": core}, quota)
    if not quota.take(1):
        return rate_limited(quota)
    if received.path == "/meta":
        return _json(200, {"verifiable_password_authentication": True}, quota)
    if found := re.fullmatch(r"/users/([^/]+)", received.path):
        login = next((known for known in world.owners if known.lower() == found[1].lower()), None)
        return _json(200, {"login": login}, quota) if login else _json(404, _NOT_FOUND, quota)
    return _repository(world, received, quota, has_token=has_token)


def _repository(world: World, received: Received, quota: Quota, *, has_token: bool) -> Sent:
    """Respond about a repository by number or name, or redirect from its former name to its number."""
    if found := re.fullmatch(r"/repositories/(\d+)(/.*)?", received.path):
        repository = next((r for r in world.repositories if r.id == int(found[1])), None)
        return _about(repository, found[2] or "", quota, has_token=has_token)
    if found := re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", received.path):
        name = unquote(found[1])
        repository = world.repository(name)
        if repository is not None and repository.name.lower() != name.lower():
            return _renamed(repository, received, found[2] or "", quota)
        return _about(repository, found[2] or "", quota, has_token=has_token)
    return _json(404, _NOT_FOUND, quota)


def rate_limited(quota: Quota) -> Sent:
    """Return GitHub's response once an hour's requests are spent."""
    body = {
        "message": "API rate limit exceeded for 127.0.0.1.",
        "documentation_url": "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting",
    }
    return _json(403, body, quota)


def _renamed(repository: SimulatedRepository, received: Received, rest: str, quota: Quota) -> Sent:
    """Redirect to the repository's number, as GitHub does for a former name."""
    location = f"http://{received.headers.get('host', '')}/repositories/{repository.id}{rest}"
    reply = _json(301, {"message": "Moved Permanently", "url": location}, quota)
    return Sent(301, {**reply.headers, "location": location}, reply.body)


def _about(repository: SimulatedRepository | None, rest: str, quota: Quota, *, has_token: bool) -> Sent:
    if repository is None:
        return _json(404, _NOT_FOUND, quota)
    if repository.fate == "blocked":
        block = {
            "reason": "dmca",
            "created_at": "2024-01-01T00:00:00Z",
            "html_url": "https://github.com/github/dmca",
        }
        return _json(451, {"message": "Repository access blocked", "block": block}, quota)
    if repository.fate == "sso" and has_token:
        return _json(403, {"message": "Resource protected by organization SAML enforcement."}, quota)
    for pattern, read in _BELOW.items():
        if found := re.fullmatch(pattern, rest):
            status, body = read(repository, *found.groups())
            return _json(status, body, quota)
    return _json(404, _NOT_FOUND, quota)


_Result = tuple[int, object]


def _itself(repository: SimulatedRepository) -> _Result:
    return 200, rest_body(repository)


def _commits(repository: SimulatedRepository) -> _Result:
    if repository.branch is None:
        return 409, {"message": "Git Repository is empty."}
    return 200, [{"commit": {"committer": {"date": moment(committed_at(repository))}}}]


def _latest(repository: SimulatedRepository) -> _Result:
    release = latest_release(repository)
    return (200, release) if release else (404, _NOT_FOUND)


def _issue(repository: SimulatedRepository, number: str) -> _Result:
    for location, numbers in (("issues", repository.issues), ("pull", repository.pulls)):
        if int(number) in numbers:
            return 200, {"html_url": f"https://github.com/{repository.name}/{location}/{number}"}
    return 404, _NOT_FOUND


def _branch(repository: SimulatedRepository, name: str) -> _Result:
    return (200, {"name": name}) if unquote(name) == repository.branch else (404, _NOT_FOUND)


_BELOW: Mapping[str, Callable[..., _Result]] = {
    "": _itself,
    r"/commits": _commits,
    r"/releases/latest": _latest,
    r"/issues/(\d+)": _issue,
    r"/branches/([^/]+)": _branch,
}


def _json(status: int, body: object, quota: Quota) -> Sent:
    content: dict[str, Any] | object = body
    return Sent(status, {**_JSON, **quota.headers()}, json.dumps(content).encode())


def rest_body(repository: SimulatedRepository) -> dict[str, Any]:
    """Return the body of `GET /repos/{owner}/{name}`."""
    return {
        "id": repository.id,
        "full_name": repository.name,
        "html_url": f"{SERVER}/{repository.name}",
        "private": False,
        "stargazers_count": repository.stars,
        "forks_count": repository.forks,
        "description": repository.description,
        "homepage": repository.homepage,
        "archived": repository.archived_at is not None,
        "disabled": repository.disabled,
        "fork": repository.fork,
        "is_template": repository.template,
        "mirror_url": "https://example.org/mirrored.git" if repository.mirror else None,
        "created_at": moment(repository.created_at),
        "pushed_at": moment(repository.pushed_at),
        "language": repository.language,
        "license": {"spdx_id": repository.license} if repository.license else None,
        "topics": list(repository.topics),
        "default_branch": repository.branch or "main",
    }


def latest_release(repository: SimulatedRepository) -> dict[str, Any] | None:
    """Return the body of `GET /repos/{owner}/{name}/releases/latest`, if there is a release."""
    tag = latest_tag(repository)
    return None if tag is None else {"tag_name": tag, "published_at": moment(repository.releases[tag])}


def committed_at(repository: SimulatedRepository) -> datetime:
    """Return the date of the default branch's head."""
    return repository.committed_at or repository.pushed_at


def latest_tag(repository: SimulatedRepository) -> str | None:
    """Return the tag of the latest release, if there is one."""
    return max(repository.releases, key=lambda tag: repository.releases[tag], default=None)


def moment(at: datetime | None) -> str | None:
    """Return a time as GitHub writes it."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
