"""
Without a token: REST for as many repositories as the quota of 60 an hour allows.

Whose facts are the oldest comes first; everything else is left to the pages.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

from lmsys_enrich.askers.github import rest
from lmsys_enrich.askers.github.answers import Gone
from lmsys_enrich.askers.github.api import Api
from lmsys_enrich.askers.github.looks import tell_repository
from lmsys_enrich.askers.github.steps import Step
from lmsys_enrich.askers.github.subjects import RepositorySubject, Subject
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.model.repository import Learned
from lmsys_enrich.net.exchange import Kind

HOURLY = 60
"""Requests an hour that GitHub allows an address: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


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


async def ask_openly(api: Api, subjects: Sequence[Subject], now: datetime) -> AsyncGenerator[Step, None]:
    """Yield what REST tells, one repository after the other, and leave the rest for the pages."""
    wanted = sorted((s for s in subjects if _wants_facts(s)), key=_facts_from)
    yield Step(for_web=[question for s in subjects if not _wants_facts(s) for question in s.questions])
    for done, subject in enumerate(wanted, start=1):
        if not isinstance(subject, RepositorySubject) or not api.gate.is_open(Kind.REST):
            yield Step(for_web=list(subject.questions))
            continue
        seen = await rest.repository(api, subject.name, now)
        step = Step()
        match seen:
            case Learned():
                yield tell_repository(subject, await _complete(api, seen, len(wanted) - done))
            case Gone():
                step.gone(subject, seen)
                yield step
            case _:
                yield Step(for_web=list(subject.questions))


async def _complete(api: Api, learned: Learned, waiting: int) -> Learned:
    """Add what costs a request more, while that takes none away from those that wait."""
    if api.left is not None and api.left > waiting:
        learned = await rest.last_commit(api, learned)
    if api.left is not None and api.left > 2 * waiting:
        learned = await rest.latest_release(api, learned)
    return learned


def _wants_facts(subject: Subject) -> bool:
    return isinstance(subject, RepositorySubject) and subject.wants_facts


def _facts_from(subject: Subject) -> datetime:
    """Return from when the facts are that are known of a repository."""
    known = (question.known.repository for question in subject.questions if question.known is not None)
    return max((facts.fetched_at for facts in known if facts is not None), default=_NEVER)
