"""Asks GitHub's API about links on GitHub; what it cannot tell is asked of the pages."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.checkers.github.batches import (
    AskBatch,
    BatchResult,
    Job,
    LookAtSubject,
    LookForPart,
    batch_items,
    run_batches,
)
from lmsys_enrich.checkers.github.client import Api
from lmsys_enrich.checkers.github.graphql import ask_batch
from lmsys_enrich.checkers.github.links import GitHubLink, RepositoryLink, parse_link
from lmsys_enrich.checkers.github.rest import ask_openly, kept_as_known, look_at_subject, look_for_part
from lmsys_enrich.checkers.protocol import CheckResult, Deferred, TaskQueue
from lmsys_enrich.clock import Clock
from lmsys_enrich.http.messages import Fetch
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.github_access import GitHubAccess

_AT_ONCE_OR_NOT = timedelta(seconds=5)


class GitHubChecker:
    """
    Answers for repositories and what is in them, users and organisations.

    `patience` is the longest wait for GitHub to let us ask on. `web` is asked
    about the pages that the API cannot tell about. `spent` is told the points of
    GitHub's quota that each answer has cost.
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
        self._gate = RateLimiter(clock, patience)
        self._api = Api(fetch, access, clock, self._gate, access.token, spent)
        # Whoever is shut out by the token's owner is asked without it, as far as that goes at once.
        open_gate = self._gate if access.token is None else RateLimiter(clock, min(patience, _AT_ONCE_OR_NOT))
        self._open_api = Api(fetch, access, clock, open_gate, None, spent)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        closed = self._gate.obstacles if self._access.token is not None else ()
        return (*closed, *self._obstacles)

    def claims(self, url: str) -> bool:
        return parse_link(url, self._access.server_url) is not None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        deferred: list[LinkTask] = []
        untold: list[str] = []
        async with aclosing(self._steps(queue.planned)) as stream:
            async for result in stream:
                deferred.extend(result.for_web)
                untold.extend(result.untold)
                for observation in result.observations:
                    yield observation
                for task in result.for_web:
                    yield Deferred(task)
        self._tell(deferred, untold)

    def _steps(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[BatchResult, None]:
        links = [(task, self._target(task)) for task in tasks]
        found = batch_items((task, target) for task, target in links if target is not None)
        if self._access.token is None:
            return ask_openly(self._open_api, found, self._clock.run_time)
        return run_batches(found, self._do)

    async def _do(self, job: Job) -> BatchResult:
        now = self._clock.run_time
        match job:
            case AskBatch(batch):
                return await ask_batch(self._api, batch, now)
            case LookAtSubject(_, anonymous):
                return await look_at_subject(self._open_api if anonymous else self._api, job, now)
            case LookForPart():
                return await look_for_part(self._api, job)

    def _tell(self, for_web: Sequence[LinkTask], untold: Sequence[str]) -> None:
        """Say what the API did not tell."""
        if untold:
            why = self._api.without_token(untold[0])
            self._obstacles.append(
                Obstacle(f"GitHub's API left {len(untold)} questions unanswered ({why})", "Run again later.")
            )
        if self._access.token is None:
            links = map(self._target, for_web)
            missed = sum(1 for target in links if isinstance(target, RepositoryLink) and not target.resource)
            self._obstacles.extend([kept_as_known(missed)] if missed else [])

    def _target(self, task: LinkTask) -> GitHubLink | None:
        return parse_link(task.url, self._access.server_url)
