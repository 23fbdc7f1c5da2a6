"""Observations about links, made from the results for repositories, owners and resources."""

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
from lmsys_enrich.model.finding import LinkTask, Observation, Suggestion, Verdict
from lmsys_enrich.model.repository import Repository, RepositoryUpdate
from lmsys_enrich.values import Value, replace

_FLAGS = ("archived", "disabled", "locked", "empty", "mirror")


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
    """
    Return the observation of a repository, with its facts.

    The database id distinguishes a rename, where the repository has another name,
    from a takeover, where the name has another repository.
    """
    previous = task.previous.repository if task.previous is not None else None
    if previous is not None and _is_another(previous, update.facts):
        return _taken_over(task, previous, update.facts)
    if not _is_renamed(link, update.facts):
        return _alive(task, _with_flags("the repository is there", update.facts), update)
    renamed = replace(update, facts=replace(update.facts, renamed_from=str(link.name)))
    return _moved(task, link.at(update.facts.full_name), _renamed(update.facts), renamed)


def of_resource(
    task: LinkTask, link: RepositoryLink, resource: RepoResource, full_name: str, at: str | None
) -> Observation:
    """
    Return the observation of a resource that exists in the repository of that name.

    `at` is its address according to GitHub, if it may have moved to another repository.
    """
    if at is not None and f"/{full_name}/".lower() not in f"{at}/".lower():
        return _moved(task, at, f"the {_noun(resource)} was transferred")
    if full_name.lower() != link.name.key:
        return _moved(task, link.at(full_name), f"the repository is now {full_name}")
    if link.moved is not None:
        return _moved(task, link.at(full_name), link.moved)
    reason = f"the {_noun(resource)} is there"
    if isinstance(resource, Page):
        reason = f"its repository is there; no API proves the page itself ({resource.title})"
    return _alive(task, reason)


def missing(resource: RepoResource) -> Gone:
    """Return that a resource is missing from a repository that exists."""
    return Gone(f"the repository is there, but not the {_noun(resource)}")


def _alive(task: LinkTask, reason: str, update: RepositoryUpdate | None = None) -> Observation:
    return Observation(task.url, Verdict.ALIVE, reason, final_url=task.url, repository=update)


def _moved(task: LinkTask, url: str, why: str, update: RepositoryUpdate | None = None) -> Observation:
    return Observation(
        task.url,
        Verdict.MOVED,
        why,
        final_url=url,
        suggestion=Suggestion(url, why),
        repository=update,
    )


def _taken_over(task: LinkTask, previous: Repository, new: Repository) -> Observation:
    """Keep the facts of the repository that the list means, and say that the link shows another."""
    reason = f"another repository has taken this name: its id is {new.id}, it was {previous.id}"
    return _alive(task, reason, RepositoryUpdate(replace(previous, taken_over_by=new.id)))


def _is_another(previous: Repository, new: Repository) -> bool:
    return previous.id is not None and new.id is not None and previous.id != new.id


def _is_renamed(link: RepositoryLink, facts: Repository) -> bool:
    return facts.full_name.lower() != link.name.key


def _renamed(facts: Repository) -> str:
    return _with_flags(f"the repository is now {facts.full_name}", facts)


def _with_flags(reason: str, facts: Repository) -> str:
    return ", ".join((reason, *(flag for flag in _FLAGS if getattr(facts, flag))))


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
