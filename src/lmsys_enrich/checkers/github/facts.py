"""Facts of a repository, read from GraphQL or REST; a field that failed has no value."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from lmsys_enrich.api.json_values import Node, flag, moment, node, nodes, number, text
from lmsys_enrich.checkers.github.links import is_full_name
from lmsys_enrich.model.facts import GITHUB, Release, Repository, RepositoryUpdate
from lmsys_enrich.values import replace


class _Source(NamedTuple):
    """The facts that are read from one field of GitHub's, and how."""

    fields: tuple[str, ...]
    read: Callable[[object], Mapping[str, object]]


def _one(name: str, read: Callable[[object], object]) -> _Source:
    return _Source((name,), lambda value: {name: read(value)})


def _count(value: object) -> int | None:
    count = number(value)
    return count if count is not None and count >= 0 else None


def _full_name(value: object) -> str | None:
    """Return `owner/name`; what cannot be one could command a log, or lead an address elsewhere."""
    name = text(value)
    return name if name is not None and is_full_name(name) else None


def _license(value: object) -> str | None:
    """Return the SPDX id; `other` where GitHub's detector found a file that it cannot classify."""
    if not isinstance(value, dict):
        return None
    spdx = text(value.get("spdxId", value.get("spdx_id")))
    return "other" if spdx in {None, "NOASSERTION"} else spdx


def _branch(value: object) -> Mapping[str, object]:
    target = node(node(value).get("target"))
    return {
        "default_branch": text(node(value).get("name")),
        "last_commit": moment(target.get("committedDate")),
    }


def _release(value: object) -> Release | None:
    release = node(value)
    tag = text(release.get("tagName", release.get("tag_name")))
    if tag is None:
        return None
    return Release(tag, moment(release.get("publishedAt", release.get("published_at"))))


def _topics(value: object) -> tuple[str, ...]:
    names = (text(node(item.get("topic")).get("name")) for item in nodes(node(value).get("nodes")))
    return tuple(name for name in names if name)


def _names(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _is_set(value: object) -> bool:
    return bool(value)


def _language(value: object) -> str | None:
    return text(node(value).get("name"))


_GRAPHQL: Mapping[str, _Source] = {
    "stargazerCount": _one("stars", _count),
    "forkCount": _one("forks", _count),
    "description": _one("description", text),
    "homepageUrl": _one("homepage", text),
    "isArchived": _one("archived", flag),
    "archivedAt": _one("archived_at", moment),
    "isDisabled": _one("disabled", flag),
    "isLocked": _one("locked", flag),
    "isFork": _one("fork", flag),
    "isTemplate": _one("template", flag),
    "isMirror": _one("mirror", flag),
    "isEmpty": _one("empty", flag),
    "createdAt": _one("created_at", moment),
    "pushedAt": _one("pushed_at", moment),
    "primaryLanguage": _one("language", _language),
    "licenseInfo": _one("license", _license),
    "defaultBranchRef": _Source(("default_branch", "last_commit"), _branch),
    "latestRelease": _one("latest_release", _release),
    "repositoryTopics": _one("topics", _topics),
}

_REST: Mapping[str, _Source] = {
    "stargazers_count": _one("stars", _count),
    "forks_count": _one("forks", _count),
    "description": _one("description", text),
    "homepage": _one("homepage", text),
    "archived": _one("archived", flag),
    "disabled": _one("disabled", flag),
    "fork": _one("fork", flag),
    "is_template": _one("template", flag),
    "mirror_url": _one("mirror", _is_set),
    "created_at": _one("created_at", moment),
    "pushed_at": _one("pushed_at", moment),
    "language": _one("language", text),
    "license": _one("license", _license),
    "default_branch": _one("default_branch", text),
    "topics": _one("topics", _names),
}
_NOT_IN_REST = frozenset({"archived_at", "locked", "empty", "last_commit", "latest_release"})


def from_graphql(
    found: Node, failed: Collection[str], now: datetime, forge: str = GITHUB
) -> RepositoryUpdate | None:
    """
    Read a node of GraphQL's type Repository; none where it has no name.

    `failed` names the node's fields below which an error lies: null there is no fact.
    """
    missing_fields: set[str] = set()
    if isinstance(branch := found.get("defaultBranchRef"), dict) and _branch(branch)["last_commit"] is None:
        missing_fields.add("last_commit")  # GitHub could not read the head, but there is one
    identity = (_full_name(found.get("nameWithOwner")), number(found.get("databaseId")))
    return _update(found, _GRAPHQL, failed, identity, missing_fields, now, forge)


def from_rest(found: Node, now: datetime, forge: str = GITHUB) -> RepositoryUpdate | None:
    """Read a body of `GET /repos/{owner}/{name}`, which has fewer facts than GraphQL."""
    identity = (_full_name(found.get("full_name")), number(found.get("id")))
    return _update(found, _REST, (), identity, set(_NOT_IN_REST), now, forge)


def with_last_commit(update: RepositoryUpdate, commits: object, *, empty: bool) -> RepositoryUpdate:
    """Add the result of `GET /repos/{owner}/{name}/commits?per_page=1`, an error for empty repositories."""
    head = next(iter(nodes(commits)), {})
    at = moment(node(node(head.get("commit")).get("committer")).get("date"))
    if at is None and not empty:
        return update
    facts = replace(update.facts, last_commit=at, empty=empty)
    return RepositoryUpdate(facts, update.missing_fields - {"last_commit", "empty"})


def with_latest_release(update: RepositoryUpdate, release: Node | None) -> RepositoryUpdate:
    """Add the result of `GET /repos/{owner}/{name}/releases/latest`; None where there is no release."""
    latest = _release(release)
    return RepositoryUpdate(
        replace(update.facts, latest_release=latest), update.missing_fields - {"latest_release"}
    )


def _update(
    found: Node,
    sources: Mapping[str, _Source],
    failed: Collection[str],
    identity: tuple[str | None, int | None],
    missing_fields: set[str],
    now: datetime,
    forge: str,
) -> RepositoryUpdate | None:
    full_name, identifier = identity
    if full_name is None:
        return None
    values: dict[str, object] = {}
    for key, source in sources.items():
        values |= source.read(found.get(key))
        if key in failed or key not in found:
            missing_fields.update(source.fields)
    facts = Repository(full_name=full_name, id=identifier, forge=forge, fetched_at=now, **values)  # type: ignore[arg-type]  # the tables give each field its type
    return RepositoryUpdate(facts, frozenset(missing_fields))
