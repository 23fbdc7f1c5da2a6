"""Checks without a token: REST for as many repositories as the quota allows, pages for the rest."""

import traceback
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime

from lmsys_enrich.api.batches import MAX_FAILURES
from lmsys_enrich.checkers.github.batches import BatchItem, BatchResult, RepositoryItem
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.resources import Gone
from lmsys_enrich.checkers.github.rest import last_commit, latest_release, observe_links, repository
from lmsys_enrich.checkers.protocol import CheckError
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle

HOURLY = 60
"""Anonymous requests an hour that GitHub allows an address: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"""


def advice(repositories: int) -> str | None:
    """Return the advice for a run without a token that has repositories to check."""
    if not repositories:
        return None
    return (
        f"GITHUB_TOKEN is not set: without it GitHub allows {HOURLY} requests an hour, and the list has "
        f"{counted(repositories, 'repository')}. With a token, which needs no permissions, it allows 5,000, "
        f"and one request covers about fifty repositories. Without one, the remaining repositories are "
        f"checked on their pages and keep their known facts."
    )


def facts_kept(repositories: int) -> Obstacle:
    """Return the obstacle of a quota that did not suffice for so many repositories."""
    return Obstacle(
        f"without a token, GitHub gave no new facts about {counted(repositories, 'repository')}: "
        f"only their pages were checked",
        "Set GITHUB_TOKEN. The token needs no permissions.",
    )


def count_requests(repositories: int) -> int:
    """Return how many requests `check_anonymously` sends about repositories that exist, in a new hour."""
    left = HOURLY
    for done in range(1, min(repositories, HOURLY) + 1):
        waiting = repositories - done
        left -= 1
        for enough in (waiting, 2 * waiting):  # as `_complete` decides
            if left > enough:
                left -= 1
    return HOURLY - left


async def check_anonymously(
    api: GitHubApi, items: Sequence[BatchItem], now: datetime
) -> AsyncGenerator[BatchResult, None]:
    """Check repositories by REST, the oldest facts first; defer the rest to their pages."""
    wanted: list[RepositoryItem] = []
    others: list[LinkTask] = []
    for item in items:
        if isinstance(item, RepositoryItem) and item.wants_facts:
            wanted.append(item)
        else:
            others.extend(item.tasks)
    yield BatchResult(deferred=others)
    failures = 0  # in a row: a server that refuses all of them gets no request for each
    for done, item in enumerate(sorted(wanted, key=_facts_date), start=1):
        if failures == MAX_FAILURES or not api.rate_limiter.is_open(RequestKind.REST):
            yield BatchResult(deferred=list(item.tasks))
            continue
        try:
            result = await _check_repository(api, item, len(wanted) - done, now)
            failures = 0 if result.observations else failures + 1
            yield result
        except Exception:  # noqa: BLE001 - whatever the response holds, the other repositories are checked
            trace = traceback.format_exc()
            yield BatchResult(errors=[CheckError(task, trace) for task in item.tasks])


async def _check_repository(api: GitHubApi, item: RepositoryItem, waiting: int, now: datetime) -> BatchResult:
    """Check one repository, while so many others wait for the rest of the quota."""
    seen = await repository(api, item.name, now)
    if isinstance(seen, RepositoryUpdate):
        return observe_links(item, await _complete(api, seen, waiting))
    result = BatchResult()
    if isinstance(seen, Gone) and await api.has_rest():
        result.gone(item, seen)
    else:
        result.deferred.extend(item.tasks)
    return result


async def _complete(api: GitHubApi, update: RepositoryUpdate, waiting: int) -> RepositoryUpdate:
    """Add facts that cost another request, while the quota suffices for the repositories that wait."""
    if api.left is not None and api.left > waiting:
        update = await last_commit(api, update)
    if api.left is not None and api.left > 2 * waiting:
        update = await latest_release(api, update)
    return update


def _facts_date(item: RepositoryItem) -> datetime:
    """Return when the known facts were fetched."""
    previous = (task.previous.repository for task in item.tasks if task.previous is not None)
    return max((facts.fetched_at for facts in previous if facts is not None), default=EPOCH)
