"""Facts of a repository, read from GraphQL or REST; a field that failed has no value."""

from collections.abc import Collection, Mapping
from datetime import datetime

from lmsys_enrich.api.json_values import Node, count, flag, moment, node, nodes, text
from lmsys_enrich.checkers.forges import Fact, Identity, fact, read_repository
from lmsys_enrich.checkers.github.links import is_full_name
from lmsys_enrich.model.facts import GITHUB, Release, RepositoryUpdate
from lmsys_enrich.values import replace


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


_GRAPHQL: Mapping[str, Fact] = {
    "stargazerCount": fact("stars", count),
    "forkCount": fact("forks", count),
    "description": fact("description", text),
    "homepageUrl": fact("homepage", text),
    "isArchived": fact("archived", flag),
    "archivedAt": fact("archived_at", moment),
    "isDisabled": fact("disabled", flag),
    "isLocked": fact("locked", flag),
    "isFork": fact("fork", flag),
    "isTemplate": fact("template", flag),
    "isMirror": fact("mirror", flag),
    "isEmpty": fact("empty", flag),
    "createdAt": fact("created_at", moment),
    "pushedAt": fact("pushed_at", moment),
    "primaryLanguage": fact("language", _language),
    "licenseInfo": fact("license", _license),
    "defaultBranchRef": Fact(("default_branch", "last_commit"), _branch),
    "latestRelease": fact("latest_release", _release),
    "repositoryTopics": fact("topics", _topics),
}

_REST: Mapping[str, Fact] = {
    "stargazers_count": fact("stars", count),
    "forks_count": fact("forks", count),
    "description": fact("description", text),
    "homepage": fact("homepage", text),
    "archived": fact("archived", flag),
    "disabled": fact("disabled", flag),
    "fork": fact("fork", flag),
    "is_template": fact("template", flag),
    "mirror_url": fact("mirror", _is_set),
    "created_at": fact("created_at", moment),
    "pushed_at": fact("pushed_at", moment),
    "language": fact("language", text),
    "license": fact("license", _license),
    "default_branch": fact("default_branch", text),
    "topics": fact("topics", _names),
}


def from_graphql(
    found: Node, failed: Collection[str], now: datetime, forge: str = GITHUB
) -> RepositoryUpdate | None:
    """
    Read a node of GraphQL's type Repository; none where it has no name.

    `failed` names the node's fields below which an error lies: null there is no fact.
    """
    full_name = _full_name(found.get("nameWithOwner"))
    if full_name is None:
        return None
    identity = Identity(full_name, count(found.get("databaseId")), forge, "github", now)
    update = read_repository(found, _GRAPHQL, identity, failed)
    if isinstance(found.get("defaultBranchRef"), dict) and update.facts.last_commit is None:
        # GitHub could not read the head, but there is one.
        return replace(update, missing_fields=update.missing_fields | {"last_commit"})
    return update


def from_rest(found: Node, now: datetime, forge: str = GITHUB) -> RepositoryUpdate | None:
    """Read a body of `GET /repos/{owner}/{name}`, which has fewer facts than GraphQL."""
    full_name = _full_name(found.get("full_name"))
    if full_name is None:
        return None
    return read_repository(found, _REST, Identity(full_name, count(found.get("id")), forge, "github", now))


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
