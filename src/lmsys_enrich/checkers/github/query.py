"""
GraphQL query of a batch, and the facts of repositories that it and REST provide.

The query has an alias for each item and variables for all values, so that batches of
one shape have the same text. The facts are in one fragment, because GitHub also limits
the time for reading a query. A field that failed has no value.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from lmsys_enrich.api.json_values import Node, count, flag, moment, node, nodes, text
from lmsys_enrich.checkers.forges import Fact, Identity, fact, read_repository
from lmsys_enrich.checkers.github.batches import BatchItem, OwnerItem, RepositoryItem
from lmsys_enrich.checkers.github.links import is_full_name
from lmsys_enrich.checkers.github.resources import Lookup, lookups
from lmsys_enrich.model.facts import GITHUB, Release, RepositoryUpdate
from lmsys_enrich.values import State, Value, replace, value_field


def _full_name(value: object) -> str | None:
    """Return `owner/name`; what cannot be one could command a log, or lead an address elsewhere."""
    name = text(value)
    return name if name is not None and is_full_name(name) else None


def _license(value: object) -> str | None:
    """
    Return the SPDX id; `other` where GitHub's detector found a file that it cannot classify.

    `NONE` is the detector's word for no licence: https://github.com/licensee/licensee.
    """
    if not isinstance(value, dict):
        return None
    spdx = text(value.get("spdxId", value.get("spdx_id")))
    if spdx == "NONE":
        return None
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

    `failed` names the node's fields below which an error occurred: null there is not a fact.
    """
    full_name = _full_name(found.get("nameWithOwner"))
    if full_name is None:
        return None
    identity = Identity(full_name, count(found.get("databaseId")), forge, "github", now)
    update = read_repository(found, _GRAPHQL, identity, failed)
    if isinstance(found.get("defaultBranchRef"), dict) and update.facts.last_commit is None:
        # GitHub could not read the head, but it exists.
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


_PART = "part"
_IDENTITY = "nameWithOwner databaseId"
# No counts of issues or commits: with them, batches exceed the ten seconds that GitHub allows.
_SELECTIONS: Mapping[str, str] = {
    "primaryLanguage": "{name}",
    "licenseInfo": "{spdxId}",
    "defaultBranchRef": "{name target{... on Commit{committedDate}}}",
    "latestRelease": "{tagName publishedAt}",
    "repositoryTopics": "(first:20){nodes{topic{name}}}",
}


class Query(Value):
    """A GraphQL document and its variables."""

    text: str
    variables: dict[str, str | int]


def alias_of(position: int) -> str:
    """Return the alias of the batch's item at that position."""
    return f"r{position}"


def lookup_alias(link: int, candidate: int) -> str:
    """Return the alias of one lookup of the item's link at that position."""
    return f"{_PART}{link}_{candidate}"


def is_lookup_alias(name: str) -> bool:
    """Return true if a field of a result is a lookup and no fact."""
    return name.startswith(_PART)


def query(batch: Sequence[BatchItem], left_out: Collection[str] = ()) -> Query:
    """Write the query of a batch, without the fields that the server lacks."""
    writer = _QueryWriter(left_out)
    fields = " ".join(f"{alias_of(position)}:{writer.item(item)}" for position, item in enumerate(batch))
    declared = ",".join(f"${name}:{kind}" for name, kind in writer.types.items())
    text = f"query({declared}){{rateLimit{{cost remaining resetAt}} {fields}}}"
    wants_facts = any(isinstance(item, RepositoryItem) and item.wants_facts for item in batch)
    if not wants_facts:
        return Query(text, writer.variables)
    facts = " ".join(f"{name}{_SELECTIONS.get(name, '')}" for name in _GRAPHQL if name not in left_out)
    return Query(f"{text}\nfragment Facts on Repository{{{_IDENTITY} {facts}}}", writer.variables)


class _QueryWriter(State):
    """Writes items, with a variable for each value."""

    left_out: Collection[str]
    variables: dict[str, str | int] = value_field(default_factory=dict)
    types: dict[str, str] = value_field(default_factory=dict)

    def item(self, item: BatchItem) -> str:
        if isinstance(item, OwnerItem):
            return f"repositoryOwner(login:{self._variable('String!', item.login)}){{login}}"
        owner = self._variable("String!", item.name.owner)
        name = self._variable("String!", item.name.name)
        selection = ["...Facts" if item.wants_facts else _IDENTITY]
        for number, (_, link) in enumerate(item.links):
            for candidate, lookup in enumerate(lookups(link.resource, self.left_out)):
                selection.append(f"{lookup_alias(number, candidate)}:{self._lookup(lookup)}")
        return f"repository(owner:{owner} name:{name}){{{' '.join(selection)}}}"

    def _lookup(self, lookup: Lookup) -> str:
        """Write a lookup; an argument without a name goes into its selection."""
        selection = lookup.selection
        arguments: list[str] = []
        for name, kind, value in lookup.arguments:
            variable = self._variable(kind, value)
            if name:
                arguments.append(f"{name}:{variable}")
            else:
                selection = selection % variable
        return f"{lookup.field}({' '.join(arguments)}){selection}"

    def _variable(self, kind: str, value: str | int) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        self.types[name] = kind
        return f"${name}"
