"""Facts of a project on GitLab, read from GraphQL or REST, and the query for them."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from lmsys_enrich.api.json_values import Node, count, flag, moment, node, nodes, text, texts
from lmsys_enrich.checkers.gitlab.links import is_path
from lmsys_enrich.model.facts import Release, Repository, RepositoryUpdate

_ID = re.compile(r"gid://gitlab/Project/([0-9]{1,15})")
# Each field of the API with the facts that it tells. `lastCommit` reads git, which costs ten times as much:
# https://docs.gitlab.com/api/graphql/reference/#project
_SELECTIONS: Mapping[str, str] = {
    "starCount": "starCount",
    "forksCount": "forksCount",
    "archived": "archived",
    "createdAt": "createdAt",
    "description": "description",
    "topics": "topics",
    "repository": "repository{empty rootRef tree{lastCommit{committedDate}}}",
    "releases": "releases(first:1){nodes{tagName releasedAt}}",
}
_TELLS: Mapping[str, tuple[str, ...]] = {
    "starCount": ("stars",),
    "forksCount": ("forks",),
    "archived": ("archived",),
    "createdAt": ("created_at",),
    "description": ("description",),
    "topics": ("topics",),
    "repository": ("empty", "default_branch", "last_commit"),
    "releases": ("latest_release",),
}
_LEARNED_BY_REST: Mapping[str, str] = {
    "star_count": "stars",
    "forks_count": "forks",
    "archived": "archived",
    "created_at": "created_at",
    "description": "description",
    "topics": "topics",
    "empty_repo": "empty",
    "default_branch": "default_branch",
    "license": "license",
}
# Facts that GitLab does not tell, or not here: the last push, and what it does not know of at all.
_NEVER_LEARNED = frozenset(
    {"pushed_at", "archived_at", "disabled", "locked", "template", "homepage", "language"}
)
_FACTS = frozenset(
    {"license", "fork", "mirror", *_NEVER_LEARNED, *(name for learned in _TELLS.values() for name in learned)}
)

# GitLab's keys of licences are those of licensee, SPDX identifiers in small letters:
# https://github.com/licensee/licensee
_SPDX = (
    *("0BSD", "AFL-3.0", "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSD-4-Clause", "BSL-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "CECILL-2.1", "ECL-2.0", "EPL-1.0"),
    *("EPL-2.0", "EUPL-1.1", "EUPL-1.2", "GFDL-1.3", "GPL-2.0", "GPL-3.0", "ISC", "LGPL-2.1", "LGPL-3.0"),
    *("LPPL-1.3c", "MIT", "MIT-0", "MPL-2.0", "MS-PL", "MS-RL", "MulanPSL-2.0", "NCSA", "ODbL-1.0"),
    *("OFL-1.1", "OSL-3.0", "PostgreSQL", "UPL-1.0", "Unlicense", "Vim", "WTFPL", "Zlib"),
)
_BY_KEY = {identifier.lower(): identifier for identifier in _SPDX}


def query(left_out: Collection[str]) -> str:
    """Write the query of a batch, without fields that an older server lacks."""
    fields = " ".join(selection for name, selection in _SELECTIONS.items() if name not in left_out)
    return (
        "query($paths:[String!]!,$count:Int!){projects(fullPaths:$paths,first:$count)"
        f"{{nodes{{id fullPath {fields}}}}}}}"
    )


def from_graphql(found: Node, forge: str, failed: Collection[str], now: datetime) -> RepositoryUpdate | None:
    """Read a node of GraphQL's type Project; None where it has no path. `failed` fields have no value."""
    full_path, identifier = text(found.get("fullPath")), _ID.fullmatch(text(found.get("id")) or "")
    if full_path is None or not is_path(full_path):
        return None
    repository = node(found.get("repository"))
    commit = node(node(repository.get("tree")).get("lastCommit"))
    learned = {
        name for field, names in _TELLS.items() if field in found and field not in failed for name in names
    }
    if repository.get("empty") is not True and commit.get("committedDate") is None:
        learned.discard("last_commit")  # a project without public code, or a tree that could not be read
    facts = Repository(
        full_name=full_path,
        id=int(identifier[1]) if identifier else None,
        forge=forge,
        software="gitlab",
        fetched_at=now,
        stars=count(found.get("starCount")),
        forks=count(found.get("forksCount")),
        archived=flag(found.get("archived")),
        created_at=moment(found.get("createdAt")),
        description=text(found.get("description")),
        topics=texts(found.get("topics")),
        empty=flag(repository.get("empty")),
        default_branch=text(repository.get("rootRef")),
        last_commit=moment(commit.get("committedDate")),
        latest_release=_release(found.get("releases")),
    )
    return RepositoryUpdate(facts, _FACTS - learned)


def from_rest(found: Node, forge: str, now: datetime) -> RepositoryUpdate | None:
    """Read a body of `GET /projects/:id?license=true`: https://docs.gitlab.com/api/projects/."""
    full_path = text(found.get("path_with_namespace"))
    if full_path is None or not is_path(full_path):
        return None
    facts = Repository(
        full_name=full_path,
        id=count(found.get("id")),
        forge=forge,
        software="gitlab",
        fetched_at=now,
        stars=count(found.get("star_count")),
        forks=count(found.get("forks_count")),
        archived=flag(found.get("archived")),
        created_at=moment(found.get("created_at")),
        description=text(found.get("description")),
        topics=texts(found.get("topics")),
        empty=flag(found.get("empty_repo")),
        default_branch=text(found.get("default_branch")),
        license=_license(found.get("license")),
    )
    learned = {name for field, name in _LEARNED_BY_REST.items() if field in found}
    return RepositoryUpdate(facts, _FACTS - learned)


def _license(value: object) -> str | None:
    key = text(node(value).get("key"))
    return None if key is None else _BY_KEY.get(key.lower(), "other")


def _release(value: object) -> Release | None:
    release = next(iter(nodes(node(value).get("nodes"))), {})
    tag = text(release.get("tagName"))
    return None if tag is None else Release(tag, moment(release.get("releasedAt")))
