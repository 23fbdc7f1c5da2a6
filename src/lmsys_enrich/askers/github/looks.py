"""Second looks through REST, at what GraphQL could not tell or said is missing."""

from datetime import datetime

from lmsys_enrich.askers.github import rest
from lmsys_enrich.askers.github.answers import Gone, dead, missing, of_owner, of_part, of_repository
from lmsys_enrich.askers.github.api import Api
from lmsys_enrich.askers.github.rest import Look, Silent
from lmsys_enrich.askers.github.steps import AskBatch, LookAtSubject, LookForPart, Step
from lmsys_enrich.askers.github.subjects import OwnerSubject, RepositorySubject
from lmsys_enrich.askers.github.targets import File, Issue, Page
from lmsys_enrich.model.repository import Learned


async def look_at_subject(api: Api, job: LookAtSubject, now: datetime) -> Step:
    """Ask REST about a repository or an account."""
    subject = job.subject
    if isinstance(subject, OwnerSubject):
        account = await rest.owner(api, subject.login)
        if isinstance(account, str):
            return Step([of_owner(question, page=link.page) for question, link in subject.links])
        return _unfound(job, account)
    found = await rest.repository(api, subject.name, now)
    return tell_repository(subject, found) if isinstance(found, Learned) else _unfound(job, found)


def _unfound(job: LookAtSubject, seen: Look) -> Step:
    step = Step()
    if isinstance(seen, Gone):
        step.gone(job.subject, seen)
    elif job.openly:
        step.for_web.extend(job.subject.questions)
    else:
        step.untold.append(seen.message)
    return step


def tell_repository(subject: RepositorySubject, learned: Learned) -> Step:
    """Answer what a repository's facts prove; what lies in it only the page can tell."""
    step = Step()
    for question, link in subject.links:
        match link.part:
            case None:
                step.answers.append(of_repository(question, link, learned))
            case Page() as page:
                step.answers.append(of_part(question, link, page, learned.facts.full_name, None))
            case _:
                step.for_web.append(question)
    return step


async def look_for_part(api: Api, job: LookForPart) -> Step:
    """Find out whether an issue was transferred, or a branch renamed; else the part is not there."""
    match job.part:
        case Issue(number):
            found = await rest.issue(api, job.link.name, number)
            if isinstance(found, str):
                return Step([of_part(job.question, job.link, job.part, job.full_name, found)])
        case File(segments) if job.link.moved is None:
            found = await rest.branch(api, job.link.name, segments[0])
            if isinstance(found, str) and found != segments[0]:
                return _on_branch(job, segments[0], found)
        case _:
            found = missing(job.part)
    if isinstance(found, Silent):
        return Step(untold=[found.message])
    return Step([dead(job.question, missing(job.part))])


def _on_branch(job: LookForPart, old: str, new: str) -> Step:
    link = job.link.on_branch(new, f"the branch {old} is now {new}")
    return Step(next=[AskBatch((RepositorySubject(link.name, ((job.question, link),)),))])
