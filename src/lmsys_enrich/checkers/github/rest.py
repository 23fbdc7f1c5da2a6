"""REST: what GraphQL cannot tell, and everything where there is no token."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.api.json_values import node, text
from lmsys_enrich.api.results import Ok, RetriesExhausted, Unavailable
from lmsys_enrich.checkers.github.batches import (
    AskBatch,
    BatchItem,
    BatchResult,
    LookAtSubject,
    LookForPart,
    OwnerItem,
    RepositoryItem,
)
from lmsys_enrich.checkers.github.client import Api
from lmsys_enrich.checkers.github.facts import from_rest, with_last_commit, with_latest_release
from lmsys_enrich.checkers.github.links import File, Issue, Name, Page
from lmsys_enrich.checkers.github.observations import (
    NO_ACCOUNT,
    NO_REPOSITORY,
    Gone,
    dead,
    missing,
    of_owner,
    of_part,
    of_repository,
)
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.model.repository import RepositoryUpdate
from lmsys_enrich.values import Value

_OK = 200
_EMPTY = 409  # what GitHub says of the commits of an empty repository
_GONE = frozenset({404, 410})
_BLOCKED = frozenset({403, 451})


class NoAnswer(Value):
    """Nothing was found out."""

    message: str


Look: TypeAlias = Gone | NoAnswer


async def repository(api: Api, name: Name, now: datetime) -> RepositoryUpdate | Look:
    """Look at a repository by its name, renames followed."""
    response = await api.rest(f"/repos/{name}")
    if isinstance(response, Ok) and response.status == _OK:
        update = from_rest(node(response.body), now)
        return update if update is not None else NoAnswer("an answer that names no repository")
    return _unfound(response, NO_REPOSITORY)


async def last_commit(api: Api, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the date of the default branch's head; costs one request."""
    response = await api.rest(f"/repos/{update.facts.full_name}/commits?per_page=1")
    if not isinstance(response, Ok) or response.status not in {_OK, _EMPTY}:
        return update
    return with_last_commit(update, response.body, empty=response.status == _EMPTY)


async def latest_release(api: Api, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the latest release; costs one request."""
    response = await api.rest(f"/repos/{update.facts.full_name}/releases/latest")
    if not isinstance(response, Ok) or response.status not in {_OK, *_GONE}:
        return update
    return with_latest_release(update, node(response.body) if response.status == _OK else None)


async def owner(api: Api, login: str) -> str | Look:
    """Return what a user or an organisation is called."""
    response = await api.rest(f"/users/{login}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("login")) or login
    return _unfound(response, NO_ACCOUNT)


async def issue(api: Api, name: Name, number: int) -> str | Look:
    """Return the address of an issue or pull request, which may have gone to another repository."""
    response = await api.rest(f"/repos/{name}/issues/{number}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("html_url")) or NoAnswer("an answer without an address")
    return _unfound(response, "the repository is there, but not the issue or pull request")


async def branch(api: Api, name: Name, ref: str) -> str | Look:
    """
    Return what a branch is called now.

    GitHub leads from a renamed branch to the new one, in REST as on its pages:
    https://docs.github.com/en/rest/branches/branches#get-a-branch
    """
    response = await api.rest(f"/repos/{name}/branches/{quote(ref, safe='')}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("name")) or NoAnswer("an answer without a name")
    return _unfound(response, "the repository is there, but not the branch or tag")


def _unfound(response: Ok | RetriesExhausted | Unavailable, missing: str) -> Look:
    match response:
        case Ok(status, _, body) if status in _BLOCKED and (reason := _block(body)):
            return Gone(f"GitHub shows it to nobody (blocked: {reason})", status)
        case Ok(451):
            return Gone("GitHub shows it to nobody for legal reasons", 451)
        case Ok(status) if status in _GONE:
            return Gone(missing, status)
        case Ok(status, _, body):
            return NoAnswer(text(node(body).get("message")) or f"status {status}")
        case RetriesExhausted(message):
            return NoAnswer(message)
        case Unavailable():
            return NoAnswer("the gate is closed")


def _block(body: object) -> str | None:
    """Return why a repository is blocked: `dmca`, `tos` and others."""
    block = node(body).get("block")
    if not isinstance(block, dict):
        return None
    reason = text(block.get("reason")) or "no reason given"
    return reason.upper() if reason == "dmca" else reason


async def look_at_subject(api: Api, job: LookAtSubject, now: datetime) -> BatchResult:
    """Ask REST about a repository or an account."""
    item = job.item
    if isinstance(item, OwnerItem):
        account = await owner(api, item.login)
        if isinstance(account, str):
            return BatchResult([of_owner(task, page=link.page) for task, link in item.links])
        return _unresolved(job, account)
    found = await repository(api, item.name, now)
    return tell_repository(item, found) if isinstance(found, RepositoryUpdate) else _unresolved(job, found)


def _unresolved(job: LookAtSubject, seen: Look) -> BatchResult:
    result = BatchResult()
    if isinstance(seen, Gone):
        result.gone(job.item, seen)
    elif job.anonymous:
        result.for_web.extend(job.item.tasks)
    else:
        result.untold.append(seen.message)
    return result


def tell_repository(item: RepositoryItem, update: RepositoryUpdate) -> BatchResult:
    """Answer what a repository's facts prove; what lies in it only the page can tell."""
    result = BatchResult()
    for task, link in item.links:
        match link.resource:
            case None:
                result.observations.append(of_repository(task, link, update))
            case Page() as page:
                result.observations.append(of_part(task, link, page, update.facts.full_name, None))
            case _:
                result.for_web.append(task)
    return result


async def look_for_part(api: Api, job: LookForPart) -> BatchResult:
    """Find out whether an issue was transferred, or a branch renamed; else the part is not there."""
    match job.resource:
        case Issue(number):
            found = await issue(api, job.link.name, number)
            if isinstance(found, str):
                return BatchResult([of_part(job.task, job.link, job.resource, job.full_name, found)])
        case File(segments) if job.link.moved is None:
            found = await branch(api, job.link.name, segments[0])
            if isinstance(found, str) and found != segments[0]:
                return _on_branch(job, segments[0], found)
        case _:
            found = missing(job.resource)
    if isinstance(found, NoAnswer):
        return BatchResult(untold=[found.message])
    return BatchResult([dead(job.task, missing(job.resource))])


def _on_branch(job: LookForPart, old: str, new: str) -> BatchResult:
    link = job.link.on_branch(new, f"the branch {old} is now {new}")
    return BatchResult(next=[AskBatch((RepositoryItem(link.name, ((job.task, link),)),))])


HOURLY = 60
"""Requests an hour that GitHub allows an address: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""


def advice(repositories: int) -> str | None:
    """Return what to tell at the start of a run without a token that has repositories to ask about."""
    if not repositories:
        return None
    return (
        f"No GITHUB_TOKEN: GitHub answers {HOURLY} questions an hour, and there are {repositories:,} "
        f"repositories to ask about. With a token, which needs no rights at all, it answers about fifty "
        f"in one question and 5,000 questions an hour; without one, the rest are checked by their pages "
        f"and keep the facts known so far."
    )


def kept_as_known(repositories: int) -> Obstacle:
    """Return what to tell when the quota did not suffice for the facts of so many."""
    return Obstacle(
        f"without a token GitHub told nothing new about {repositories:,} repositories: only their pages "
        f"were looked at",
        "Set GITHUB_TOKEN; a token without any rights is enough.",
    )


async def ask_openly(
    api: Api, batch_items: Sequence[BatchItem], now: datetime
) -> AsyncGenerator[BatchResult, None]:
    """Yield what REST tells, one repository after the other, and leave the rest for the pages."""
    wanted = sorted((s for s in batch_items if _wants_facts(s)), key=_facts_from)
    yield BatchResult(for_web=[task for s in batch_items if not _wants_facts(s) for task in s.tasks])
    for done, item in enumerate(wanted, start=1):
        if not isinstance(item, RepositoryItem) or not api.rate_limiter.is_open(RequestKind.REST):
            yield BatchResult(for_web=list(item.tasks))
            continue
        seen = await repository(api, item.name, now)
        result = BatchResult()
        match seen:
            case RepositoryUpdate():
                yield tell_repository(item, await _complete(api, seen, len(wanted) - done))
            case Gone():
                result.gone(item, seen)
                yield result
            case _:
                yield BatchResult(for_web=list(item.tasks))


async def _complete(api: Api, update: RepositoryUpdate, waiting: int) -> RepositoryUpdate:
    """Add what costs a request more, while that takes none away from those that wait."""
    if api.left is not None and api.left > waiting:
        update = await last_commit(api, update)
    if api.left is not None and api.left > 2 * waiting:
        update = await latest_release(api, update)
    return update


def _wants_facts(item: BatchItem) -> bool:
    return isinstance(item, RepositoryItem) and item.wants_facts


def _facts_from(item: BatchItem) -> datetime:
    """Return from when the facts are that are known of a repository."""
    previous = (task.previous.repository for task in item.tasks if task.previous is not None)
    return max((facts.fetched_at for facts in previous if facts is not None), default=EPOCH)
