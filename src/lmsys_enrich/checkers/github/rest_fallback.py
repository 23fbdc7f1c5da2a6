"""Second looks through REST, at what GraphQL could not tell or said is missing."""

from datetime import datetime

from lmsys_enrich.checkers.github import rest
from lmsys_enrich.checkers.github.batch_items import OwnerItem, RepositoryItem
from lmsys_enrich.checkers.github.batch_result import AskBatch, BatchResult, LookAtSubject, LookForPart
from lmsys_enrich.checkers.github.client import Api
from lmsys_enrich.checkers.github.links import File, Issue, Page
from lmsys_enrich.checkers.github.observations import Gone, dead, missing, of_owner, of_part, of_repository
from lmsys_enrich.checkers.github.rest import Look, NoAnswer
from lmsys_enrich.model.repository import RepositoryUpdate


async def look_at_subject(api: Api, job: LookAtSubject, now: datetime) -> BatchResult:
    """Ask REST about a repository or an account."""
    item = job.item
    if isinstance(item, OwnerItem):
        account = await rest.owner(api, item.login)
        if isinstance(account, str):
            return BatchResult([of_owner(task, page=link.page) for task, link in item.links])
        return _unfound(job, account)
    found = await rest.repository(api, item.name, now)
    return tell_repository(item, found) if isinstance(found, RepositoryUpdate) else _unfound(job, found)


def _unfound(job: LookAtSubject, seen: Look) -> BatchResult:
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
            found = await rest.issue(api, job.link.name, number)
            if isinstance(found, str):
                return BatchResult([of_part(job.task, job.link, job.resource, job.full_name, found)])
        case File(segments) if job.link.moved is None:
            found = await rest.branch(api, job.link.name, segments[0])
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
