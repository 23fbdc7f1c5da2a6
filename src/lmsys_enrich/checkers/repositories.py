"""Observations about repositories and their owners, the same for every forge."""

from collections.abc import Callable

from lmsys_enrich.model.facts import ModelUpdate, Repository, RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask, Observation, Suggestion, Verdict
from lmsys_enrich.values import replace

GONE_OR_PRIVATE = "{} shows no such project: it is gone or private"
_FLAGS = ("archived", "disabled", "locked", "empty", "mirror")


def alive(
    task: LinkTask, reason: str, update: RepositoryUpdate | None = None, model: ModelUpdate | None = None
) -> Observation:
    """Return the observation of something that exists at the link's address."""
    return Observation(task.url, Verdict.ALIVE, reason, final_url=task.url, repository=update, model=model)


def moved(
    task: LinkTask,
    url: str,
    why: str,
    update: RepositoryUpdate | None = None,
    model: ModelUpdate | None = None,
) -> Observation:
    """Return the observation of something that exists at another address."""
    return Observation(
        task.url,
        Verdict.MOVED,
        why,
        final_url=url,
        suggestion=Suggestion(url, why),
        repository=update,
        model=model,
    )


def dead(task: LinkTask, reason: str, status: int | None = None) -> Observation:
    """Return the observation of something of which its forge says that it is not there."""
    return Observation(task.url, Verdict.DEAD, reason, http_status=status)


def of_repository(
    task: LinkTask, update: RepositoryUpdate, written: str, address: Callable[[str], str]
) -> Observation:
    """
    Return the observation of a repository, with its facts.

    `written` is its name in the link, `address` gives the link's address for another
    name. The id tells a rename, where the repository has another name, from a takeover,
    where the name has another repository.
    """
    facts = update.facts
    previous = task.previous.repository if task.previous is not None else None
    # An id that outputs alone hold may be anybody's: the forge's word replaces it.
    if previous is not None and task.is_proven and _is_another(previous, facts):
        reason = f"another repository has taken this name: its id is {facts.id}, it was {previous.id}"
        # The list means the one that was there before: its facts stay.
        return alive(task, reason, RepositoryUpdate(replace(previous, taken_over_by=facts.id)))
    if facts.full_name.lower() == written.lower():
        return alive(task, _with_flags("the repository is there", facts), update)
    renamed = replace(update, facts=replace(facts, renamed_from=written))
    return moved(
        task,
        address(facts.full_name),
        _with_flags(f"the repository is now {facts.full_name}", facts),
        renamed,
    )


def _is_another(previous: Repository, new: Repository) -> bool:
    if previous.forge != new.forge:
        return False
    return previous.id is not None and new.id is not None and previous.id != new.id


def _with_flags(reason: str, facts: Repository) -> str:
    return ", ".join((reason, *(flag for flag in _FLAGS if getattr(facts, flag))))
