"""Observations about links, made from the results for repositories, owners and resources."""

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
)
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.values import Value


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
    reason = "the account is there; no API proves the page itself" if page else "the account is there"
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
    reason = f"the {_noun(resource)} is there"
    if isinstance(resource, Page):
        reason = f"its repository is there; no API proves the page itself ({resource.title})"
    return forges.alive(task, reason)


def missing(resource: RepoResource) -> Gone:
    """Return that a resource is missing from a repository that exists."""
    return Gone(f"the repository is there, but not the {_noun(resource)}")


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
