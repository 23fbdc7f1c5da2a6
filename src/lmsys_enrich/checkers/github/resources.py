"""Resources of repositories: the GraphQL fields that prove each, and the observations about links to them."""

from collections.abc import Collection, Iterator

from lmsys_enrich.api.json_values import node, nodes, text
from lmsys_enrich.checkers import forges
from lmsys_enrich.checkers.github.links import (
    Asset,
    Commit,
    Discussion,
    File,
    Issue,
    Page,
    RepoResource,
    RepositoryLink,
    Tag,
    parse_link,
)
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.values import Value

# Characters that no ref has, and that git reads as operators: https://git-scm.com/docs/git-check-ref-format
_NOT_IN_REFS = frozenset(":^~?*[\\ ")


class Lookup(Value):
    """A field of a repository: its name, its arguments as (name, type, value), its selection."""

    field: str
    arguments: tuple[tuple[str, str, str | int], ...]
    selection: str


def lookups(resource: RepoResource | None, left_out: Collection[str] = ()) -> tuple[Lookup, ...]:
    """
    Return fields of which any with a value proves the resource; none where no API proves it.

    `left_out` are fields that the server lacks.
    """
    every = () if resource is None else _lookups(resource)
    return tuple(lookup for lookup in every if lookup.field not in left_out) if left_out else every


def _lookups(resource: RepoResource) -> tuple[Lookup, ...]:  # noqa: PLR0911 - one return for each kind
    match resource:
        case Page():
            return ()
        case File():
            return tuple(map(_object, _expressions(resource)))
        case Commit(revision):
            return (_object(revision),)
        case Issue(number):
            selection = "{... on Issue{url} ... on PullRequest{url}}"
            # An issue that became a discussion keeps its number, and its page redirects there:
            # https://docs.github.com/en/discussions/managing-discussions-for-your-community/moderating-discussions#converting-an-issue-to-a-discussion
            return (
                Lookup("issueOrPullRequest", (("number", "Int!", number),), selection),
                Lookup("discussion", (("number", "Int!", number),), "{url}"),
            )
        case Discussion(number):
            return (Lookup("discussion", (("number", "Int!", number),), "{url}"),)
        case Tag(tag):
            return (
                Lookup("release", (("tagName", "String!", tag),), "{url}"),
                Lookup("ref", (("qualifiedName", "String!", f"refs/tags/{tag}"),), "{name}"),
            )
        case Asset(tag, file):
            # The file's name is a filter, so the first result decides.
            selection = "{releaseAssets(first:1 name:%s){nodes{name}}}"
            return (Lookup("release", (("tagName", "String!", tag), ("", "String!", file)), selection),)


def is_there(found: object) -> bool:
    """Return true if a lookup found the resource; a release without the asset is not found."""
    if not isinstance(found, dict):
        return False
    assets = node(found).get("releaseAssets")
    return assets is None or bool(nodes(node(assets).get("nodes")))


def address_of(value: object, server: str) -> str | None:
    """Return the address of a resource, where GitHub gives one of its own: others could lead anywhere."""
    address = text(value)
    is_mine = address is not None and isinstance(parse_link(address, server), RepositoryLink)
    return address if is_mine else None


def _object(expression: str) -> Lookup:
    return Lookup("object", (("expression", "String!", expression),), "{__typename}")


def _expressions(file: File) -> Iterator[str]:
    """Yield `ref:path` for every way to divide the segments: a ref may contain slashes."""
    for count in range(1, len(file.segments) + 1):
        ref, path = "/".join(file.segments[:count]), "/".join(file.segments[count:])
        if _NOT_IN_REFS & set(ref):
            return
        if path:
            yield f"{ref}:{path}"
        elif not file.with_path:
            yield ref


class Gone(Value):
    """A resource that does not exist or is blocked; `status` where REST reported it."""

    reason: str
    status: int | None = None


NO_REPOSITORY = "GitHub shows no such repository: it is gone, private or blocked"
NO_ACCOUNT = "GitHub has no such account"


def dead(task: LinkTask, gone: Gone) -> Observation:
    """Return the observation of a resource that does not exist."""
    return Observation(task.url, Verdict.DEAD, gone.reason, http_status=gone.status)


def of_owner(task: LinkTask, *, page: bool) -> Observation:
    """Return the observation of a user or an organisation that exists."""
    reason = "the account exists; no API covers the page itself" if page else "the account exists"
    return Observation(task.url, Verdict.ALIVE, reason, final_url=task.url)


def of_repository(task: LinkTask, link: RepositoryLink, update: RepositoryUpdate) -> Observation:
    """Return the observation of a repository, with its facts."""
    return forges.of_repository(task, update, str(link.name), link.at)


def of_resource(
    task: LinkTask, link: RepositoryLink, resource: RepoResource, full_name: str, at: str | None
) -> Observation:
    """
    Return the observation of a resource that exists in the repository of that name.

    `at` is its address according to GitHub, if it may have moved to another repository.
    """
    if at is not None and f"/{full_name}/".lower() not in f"{at}/".lower():
        return forges.moved(task, at, f"the {_noun(resource)} was transferred")
    if full_name.lower() != link.name.key:
        return forges.moved(task, link.at(full_name), f"the repository is now {full_name}")
    if link.moved is not None:
        return forges.moved(task, link.at(full_name), link.moved)
    reason = f"the {_noun(resource)} exists"
    if isinstance(resource, Page):
        reason = f"its repository exists; no API covers the page itself ({resource.title})"
    return forges.alive(task, reason)


def missing(resource: RepoResource) -> Gone:
    """Return that a resource is missing from a repository that exists."""
    return Gone(f"the repository exists, but not the {_noun(resource)}")


def _noun(resource: RepoResource) -> str:  # noqa: PLR0911 - a table
    match resource:
        case File(_, True):
            return "file or folder"
        case File():
            return "branch, tag or folder"
        case Commit():
            return "commit"
        case Issue():
            return "issue or pull request"
        case Discussion():
            return "discussion"
        case Tag():
            return "release or tag"
        case Asset():
            return "release's file"
        case Page(title):
            return title
