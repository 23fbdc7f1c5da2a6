"""A simulated repository as GitHub's two APIs show it."""

from datetime import UTC, datetime
from typing import Any

from lmsys_enrich.simulation.world import SimulatedRepository

_OID = "0123456789abcdef0123456789abcdef01234567"
SERVER = "https://github.com"


class NotThere(Exception):
    """GraphQL's error for a missing thing, with its `type`."""

    def __init__(self, message: str, kind: str = "NOT_FOUND") -> None:
        super().__init__(message)
        self.kind = kind


def moment(at: datetime | None) -> str | None:
    """Return a time as GitHub writes it."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
        "latestRelease": _release(repository, _latest(repository)),
        "repositoryTopics": lambda _, **__: {
            "nodes": [{"topic": {"name": name}} for name in repository.topics]
        },
        "object": lambda _, expression, **__: _object(repository, expression),
        "ref": lambda _, qualifiedName: _ref(repository, qualifiedName),  # noqa: N803 - GitHub's name
        "release": lambda _, tagName: _release(repository, tagName),  # noqa: N803 - GitHub's name
        "issueOrPullRequest": lambda _, number: _issue(repository, number),
        "discussion": lambda _, number: _discussion(repository, number),
    }


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
    tag = _latest(repository)
    return None if tag is None else {"tag_name": tag, "published_at": moment(repository.releases[tag])}


def committed_at(repository: SimulatedRepository) -> datetime:
    """Return the date of the default branch's head."""
    return repository.committed_at or repository.pushed_at


def _branch(repository: SimulatedRepository) -> dict[str, Any] | None:
    if repository.branch is None:
        return None
    head = {"__typename": "Commit", "oid": _OID, "committedDate": moment(committed_at(repository))}
    return {"name": repository.branch, "target": head}


def _latest(repository: SimulatedRepository) -> str | None:
    return max(repository.releases, key=lambda tag: repository.releases[tag], default=None)


def _release(repository: SimulatedRepository, tag: str | None) -> dict[str, Any] | None:
    if tag is None or tag not in repository.releases:
        return None
    return {
        "tagName": tag,
        "publishedAt": moment(repository.releases[tag]),
        "url": f"{SERVER}/{repository.name}/releases/tag/{tag}",
        "releaseAssets": lambda _, **__: {"nodes": []},
    }


def _object(repository: SimulatedRepository, expression: str) -> dict[str, Any] | None:
    ref, _, path = expression.partition(":")
    if ref not in {repository.branch, "HEAD", *repository.releases}:
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
    found = {**tags, **heads}.get(name)
    return {"name": found, "target": None} if found else None


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
