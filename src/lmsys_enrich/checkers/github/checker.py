"""GitHub checker: checks links through GitHub's API, and defers those that it cannot prove."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.checkers.github.batches import (
    BatchQuery,
    BatchResult,
    ItemLookup,
    Job,
    ResourceLookup,
    batch_items,
    run_batches,
)
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.graphql import query_batch
from lmsys_enrich.checkers.github.links import GitHubLink, RepositoryLink, parse_link
from lmsys_enrich.checkers.github.rest import check_anonymously, facts_kept, look_up_item, look_up_resource
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, TaskQueue
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.github_access import GitHubAccess

_ANONYMOUS_PATIENCE = timedelta(seconds=5)


class GitHubChecker:
    """
    Checks repositories and their resources, users and organisations.

    `fetch` sends API requests. `patience` is the longest wait for a rate limit.
    `spent` receives the points of GitHub's quota that each response cost, and
    those left.
    """

    def __init__(
        self,
        fetch: Fetch,
        access: GitHubAccess,
        clock: Clock,
        *,
        patience: timedelta,
        spent: Callable[[int, int | None], None] = lambda _points, _left: None,
    ) -> None:
        self._access = access
        self._clock = clock
        self._obstacles: list[Obstacle] = []
        self._rate_limiter = RateLimiter(clock, patience)
        self._api = GitHubApi(fetch, access, clock, self._rate_limiter, access.token, spent)
        # Organisations can deny a token (SAML, IP allow list): requested anonymously instead, without
        # waiting for that small quota.
        short = min(patience, _ANONYMOUS_PATIENCE)
        anonymous_limiter = self._rate_limiter if access.token is None else RateLimiter(clock, short)
        self._anonymous_api = GitHubApi(fetch, access, clock, anonymous_limiter, None, spent)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        # Without a token a closed limiter is expected: `facts_kept` reports it.
        closed = self._rate_limiter.obstacles if self._access.token is not None else ()
        return (*closed, *self._obstacles)

    def claims(self, url: str) -> bool:
        return parse_link(url, self._access.server_url) is not None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        deferred: list[LinkTask] = []
        unanswered: list[str] = []
        async with aclosing(self._results(queue.planned)) as stream:
            async for result in stream:
                deferred.extend(result.deferred)
                unanswered.extend(result.unanswered)
                for observation in result.observations:
                    yield observation
                for task in result.deferred:
                    yield Deferred(task)
        self._add_obstacles(deferred, unanswered)

    def _results(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[BatchResult, None]:
        links = [(task, self._target(task)) for task in tasks]
        items = batch_items((task, target) for task, target in links if target is not None)
        if self._access.token is None:
            return check_anonymously(self._anonymous_api, items, self._clock.run_time)
        return run_batches(items, self._run)

    async def _run(self, job: Job) -> BatchResult:
        now = self._clock.run_time
        match job:
            case BatchQuery(batch):
                return await query_batch(self._api, batch, now)
            case ItemLookup(_, anonymous):
                return await look_up_item(self._anonymous_api if anonymous else self._api, job, now)
            case ResourceLookup():
                return await look_up_resource(self._api, job)

    def _add_obstacles(self, deferred: Sequence[LinkTask], unanswered: Sequence[str]) -> None:
        """Report the links without a result from the API."""
        if unanswered:
            why = self._api.without_token(unanswered[0])
            what = f"GitHub's API left {len(unanswered)} questions unanswered ({why})"
            self._obstacles.append(Obstacle(what, "Run again later."))
        if self._access.token is None:
            links = map(self._target, deferred)
            missed = sum(1 for target in links if isinstance(target, RepositoryLink) and not target.resource)
            self._obstacles.extend([facts_kept(missed)] if missed else [])

    def _target(self, task: LinkTask) -> GitHubLink | None:
        return parse_link(task.url, self._access.server_url)
