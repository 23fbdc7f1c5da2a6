"""REST: repositories, accounts and resources that GraphQL did not find, or could not."""

from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.api.json_values import node, text
from lmsys_enrich.api.results import Ok, TransientError, Unavailable
from lmsys_enrich.checkers.github.batches import (
    BatchQuery,
    BatchResult,
    ItemLookup,
    OwnerItem,
    RepositoryItem,
    ResourceLookup,
)
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.links import File, Issue, Name, Page, RepositoryLink
from lmsys_enrich.checkers.github.query import from_rest, with_last_commit, with_latest_release
from lmsys_enrich.checkers.github.resources import (
    NO_ACCOUNT,
    NO_REPOSITORY,
    Gone,
    address_of,
    dead,
    missing,
    of_owner,
    of_repository,
    of_resource,
)
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask

_OK = 200
_EMPTY = 409  # commits of an empty repository: https://docs.github.com/en/rest/commits/commits#list-commits
_GONE = frozenset({404, 410})
_FORBIDDEN = 403
_BLOCKED = frozenset({_FORBIDDEN, 451})
_MAX_BRANCHES = 4  # names of branches that are looked up for one missing file; its page knows the rest


Failure: TypeAlias = Gone | TransientError
"""A resource that does not exist, or that could not be checked."""


class Denied(TransientError):
    """The token may not see it, though anonymous requests may: its owner wants SAML or an address."""


async def repository(api: GitHubApi, name: Name, now: datetime) -> RepositoryUpdate | Failure:
    """Request a repository by its name; renames are followed."""
    result = await api.rest(f"/repos/{name}")
    if isinstance(result, Ok) and result.status == _OK:
        update = from_rest(node(result.body), now, api.forge)
        return update if update is not None else TransientError("a response that names no repository")
    return _failure(result, NO_REPOSITORY)


async def last_commit(api: GitHubApi, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the date of the default branch's head; costs one request."""
    result = await api.rest(f"/repos/{update.facts.full_name}/commits?per_page=1")
    if not isinstance(result, Ok) or result.status not in {_OK, _EMPTY}:
        return update
    return with_last_commit(update, result.body, empty=result.status == _EMPTY)


async def latest_release(api: GitHubApi, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the latest release; costs one request."""
    result = await api.rest(f"/repos/{update.facts.full_name}/releases/latest")
    if not isinstance(result, Ok) or result.status not in {_OK, *_GONE}:
        return update
    return with_latest_release(update, node(result.body) if result.status == _OK else None)


async def owner(api: GitHubApi, login: str) -> str | Failure:
    """Return the login of a user or an organisation; that of another proves nothing."""
    result = await api.rest(f"/users/{login}")
    if isinstance(result, Ok) and result.status == _OK:
        found = text(node(result.body).get("login")) or ""
        return found if found.lower() == login.lower() else TransientError("a response about another account")
    return _failure(result, NO_ACCOUNT)


async def issue(api: GitHubApi, link: RepositoryLink, number: int) -> str | Failure:
    """Return the address of an issue or pull request, which may be in another repository now."""
    result = await api.rest(f"/repos/{link.name}/issues/{number}")
    if isinstance(result, Ok) and result.status == _OK:
        found = address_of(node(result.body).get("html_url"), link.base)
        return found or TransientError("a response without an address")
    return _failure(result, "the repository exists, but not the issue or pull request")


async def branch(api: GitHubApi, name: Name, ref: str) -> str | Failure:
    """
    Return the present name of a branch.

    GitHub redirects from a renamed branch to the new one, in REST as on its pages:
    https://docs.github.com/en/rest/branches/branches#get-a-branch
    """
    result = await api.rest(f"/repos/{name}/branches/{quote(ref, safe='')}")
    if isinstance(result, Ok) and result.status == _OK:
        return text(node(result.body).get("name")) or TransientError("a response without a name")
    return _failure(result, "the repository exists, but not the branch or tag")


def _failure(result: Ok | TransientError | Unavailable, missing: str) -> Failure:
    match result:
        case Ok(status, _, body) if status in _BLOCKED and (reason := _block(body)):
            return Gone(f"GitHub has blocked it: {reason}", status)
        case Ok(451):  # https://www.rfc-editor.org/rfc/rfc7725
            return Gone("GitHub has blocked it for legal reasons", 451)
        case Ok(status) if status in _GONE:
            return Gone(missing, status)
        case Ok(status, _, body):
            message = text(node(body).get("message")) or f"status {status}"
            # https://docs.github.com/en/enterprise-cloud@latest/authentication/authenticating-with-single-sign-on
            return Denied(message) if status == _FORBIDDEN else TransientError(message)
        case TransientError():
            return result
        case Unavailable():
            return TransientError("no more requests are sent")


def _block(body: object) -> str | None:
    """Return the reason why a repository is blocked: `dmca`, `tos` and others."""
    block = node(body).get("block")
    if not isinstance(block, dict):
        return None
    reason = text(block.get("reason")) or "no reason given"
    return reason.upper() if reason == "dmca" else reason


async def look_up_item(api: GitHubApi, job: ItemLookup, now: datetime) -> BatchResult:
    """Request a repository or an account."""
    item = job.item
    if isinstance(item, OwnerItem):
        account = await owner(api, item.login)
        if isinstance(account, str):
            return BatchResult([of_owner(task, page=link.page) for task, link in item.links])
        return _without_result(job, account)
    found = await repository(api, item.name, now)
    return observe_links(item, found) if isinstance(found, RepositoryUpdate) else _without_result(job, found)


def _without_result(job: ItemLookup, seen: Failure) -> BatchResult:
    result = BatchResult()
    if isinstance(seen, Gone):
        result.gone(job.item, seen)
    elif isinstance(seen, Denied) and not job.anonymous:
        result.next.append(ItemLookup(job.item, anonymous=True))
    elif job.anonymous:
        # The quota without a token is small: the page decides instead.
        result.deferred.extend(job.item.tasks)
    else:
        result.unanswered.append(seen.message)
    return result


def observe_links(item: RepositoryItem, update: RepositoryUpdate) -> BatchResult:
    """Observe the links that a repository's facts prove; its resources are deferred to their pages."""
    result = BatchResult()
    for task, link in item.links:
        match link.resource:
            case None:
                result.observations.append(of_repository(task, link, update))
            case Page() as page:
                result.observations.append(of_resource(task, link, page, update.facts.full_name, None))
            case _:
                result.deferred.append(task)
    return result


async def look_up_resource(api: GitHubApi, job: ResourceLookup) -> BatchResult:
    """Find an issue that was transferred or a branch that was renamed; else the resource is missing."""
    match job.resource:
        case Issue(number):
            found = await issue(api, job.link, number)
            if isinstance(found, str):
                return BatchResult([of_resource(job.task, job.link, job.resource, job.full_name, found)])
        case File() as file if job.link.moved is None:
            return await _look_up_branch(api, job, file)
        case _:
            found = missing(job.resource)
    if isinstance(found, TransientError):
        return _unsettled(job.task, found)
    return BatchResult([dead(job.task, missing(job.resource))])


async def _look_up_branch(api: GitHubApi, job: ResourceLookup, file: File) -> BatchResult:
    """Look for the file on the branch that was renamed; only GitHub knows which segments name it."""
    gone = BatchResult([dead(job.task, missing(file))])
    if file.segments[:2] == ("refs", "tags"):
        return gone
    start = 2 if file.segments[:2] == ("refs", "heads") else 0
    last = len(file.segments) - file.with_path
    for end in range(start + 1, min(last, start + _MAX_BRANCHES) + 1):
        old = "/".join(file.segments[start:end])
        new = await branch(api, job.link.name, old)
        if isinstance(new, TransientError):
            return _unsettled(job.task, new)
        if new == old:  # git has no branch below another one
            is_folder = not file.with_path and end < len(file.segments)
            return await _look_up_submodule(api, job, file, end) if is_folder else gone
        if isinstance(new, str):
            link = job.link.on_branch(new, slice(start, end), f"the branch {old} is now {new}")
            return BatchResult(next=[BatchQuery((RepositoryItem(link.name, ((job.task, link),)),))])
    return gone if last <= start + _MAX_BRANCHES else BatchResult(deferred=[job.task])


async def _look_up_submodule(api: GitHubApi, job: ResourceLookup, file: File, end: int) -> BatchResult:
    """
    Look for a folder that is a submodule, of which GraphQL has no object.

    The first `end` segments are the branch.
    """
    path, ref = quote("/".join(file.segments[end:])), quote("/".join(file.segments[:end]), safe="")
    result = await api.rest(f"/repos/{job.link.name}/contents/{path}?ref={ref}")
    if isinstance(result, Ok) and result.status == _OK:
        return BatchResult([of_resource(job.task, job.link, file, job.full_name, None)])
    seen = _failure(result, missing(file).reason)
    if isinstance(seen, TransientError):
        return _unsettled(job.task, seen)
    return BatchResult([dead(job.task, missing(file))])


def _unsettled(task: LinkTask, failure: TransientError) -> BatchResult:
    """Leave what the token may not see to its page; report any other failure."""
    is_denied = isinstance(failure, Denied)
    return BatchResult(deferred=[task]) if is_denied else BatchResult(unanswered=[failure.message])
