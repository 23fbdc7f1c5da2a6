"""
Without a token: REST for as many repositories as the quota of 60 an hour allows.

Whose facts are the oldest comes first; everything else is left to the pages.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from lmsys_enrich.checkers.github import rest
from lmsys_enrich.checkers.github.batch_items import BatchItem, RepositoryItem
from lmsys_enrich.checkers.github.batch_result import BatchResult
from lmsys_enrich.checkers.github.client import Api
from lmsys_enrich.checkers.github.observations import Gone
from lmsys_enrich.checkers.github.rest_fallback import tell_repository
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.model.repository import RepositoryUpdate

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
        seen = await rest.repository(api, item.name, now)
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
        update = await rest.last_commit(api, update)
    if api.left is not None and api.left > 2 * waiting:
        update = await rest.latest_release(api, update)
    return update


def _wants_facts(item: BatchItem) -> bool:
    return isinstance(item, RepositoryItem) and item.wants_facts


def _facts_from(item: BatchItem) -> datetime:
    """Return from when the facts are that are known of a repository."""
    previous = (task.previous.repository for task in item.tasks if task.previous is not None)
    return max((facts.fetched_at for facts in previous if facts is not None), default=EPOCH)
