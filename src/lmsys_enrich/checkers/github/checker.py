"""GitHub checker: checks links through GitHub's API, and defers those that the API cannot prove."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import timedelta

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.rate_limiter import Pace, RateLimiter
from lmsys_enrich.checkers.github.anonymous import (
    HOURLY,
    advice,
    check_anonymously,
    count_requests,
    facts_kept,
)
from lmsys_enrich.checkers.github.batches import (
    BatchItem,
    BatchQuery,
    BatchResult,
    ItemLookup,
    Job,
    RepositoryItem,
    ResourceLookup,
    batch_items,
    count_queries,
    run_batches,
)
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.graphql import query_batch
from lmsys_enrich.checkers.github.links import GitHubLink, Page, RepositoryLink, parse_link
from lmsys_enrich.checkers.github.rest import look_up_item, look_up_resource
from lmsys_enrich.checkers.protocol import (
    ApiEstimate,
    Checker,
    CheckResult,
    Deferred,
    Estimate,
    TaskQueue,
)
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.access import GitHubAccess
from lmsys_enrich.urls import host_of

_API, _STATUS_PAGE = "GitHub", "https://www.githubstatus.com"
_ANONYMOUS_PATIENCE = timedelta(seconds=5)
_HOURLY_POINTS = 5000  # of a personal token; that of a GitHub Actions job has 1,000 for its repository
_BATCH = timedelta(seconds=2)
_REQUEST = timedelta(seconds=0.3)
_PART = 20_000  # links; a repository with links in two parts is requested twice


def github_checkers(apis: Apis) -> Iterable[Checker]:
    """Return a checker for each GitHub: github.com, and GitHub Enterprise beside it."""
    return [GitHubChecker(apis, access) for access in apis.access.github]


class GitHubChecker:
    """Checks repositories and their resources, users and organisations of one GitHub."""

    def __init__(self, apis: Apis, access: GitHubAccess) -> None:
        self._access = access
        self._clock = apis.clock
        self._obstacles: list[Obstacle] = []
        self._rate_limiter = apis.rate_limiter(
            access.api_url, access.token, Pace(), api=_API, status_page=_STATUS_PAGE
        )
        self._api = GitHubApi(apis, access, self._rate_limiter, access.token)
        # Organisations can deny a token (SAML, IP allow list): requested anonymously instead, without
        # waiting for that small quota.
        short = min(apis.patience, _ANONYMOUS_PATIENCE)
        impatient = RateLimiter(apis.clock, short, api=_API, status_page=_STATUS_PAGE)
        anonymous = self._rate_limiter if access.token is None else impatient
        self._anonymous_api = GitHubApi(apis, access, anonymous, None)

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        # Without a token a closed limiter is expected: `facts_kept` reports it.
        closed = self._rate_limiter.obstacles if self._access.token is not None else ()
        return (*closed, *self._obstacles)

    def claims(self, url: str) -> bool:
        return parse_link(url, self._access.server_url) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        return estimate(urls, self._access)

    def advice(self, count: int) -> str | None:
        return None if self._access.token is not None else advice(count)

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        deferred: list[LinkTask] = []
        unanswered: list[str] = []
        async with aclosing(self._results(queue.planned)) as stream:
            async for result in stream:
                deferred.extend(result.deferred)
                unanswered.extend(result.unanswered)
                for observation in result.observations:
                    yield observation
                for error in result.errors:
                    yield error
                for task in result.deferred:
                    yield Deferred(task)
        self._add_obstacles(deferred, unanswered)

    async def _results(self, tasks: Sequence[LinkTask]) -> AsyncGenerator[BatchResult, None]:
        if self._access.token is None:
            anonymous = check_anonymously(self._anonymous_api, self._items(tasks), self._clock.run_time)
            async with aclosing(anonymous) as results:
                async for result in results:
                    yield result
            return
        # A very long list is parsed in parts: all tasks with their facts would fill the memory.
        for start in range(0, len(tasks), _PART):
            batches_of_part = run_batches(self._items(tasks[start : start + _PART]), self._run)
            async with aclosing(batches_of_part) as results:
                async for result in results:
                    yield result

    def _items(self, tasks: Iterable[LinkTask]) -> Sequence[BatchItem]:
        links = ((task, self._target(task)) for task in tasks)
        return batch_items((task, target) for task, target in links if target is not None)

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
            requests = counted(len(unanswered), "request")
            what = f"GitHub's API sent no response to {requests} ({why})"
            self._obstacles.append(Obstacle(what, "Run again later."))
        if self._access.token is None:
            links = map(self._target, deferred)
            missed = sum(1 for target in links if isinstance(target, RepositoryLink) and not target.resource)
            self._obstacles.extend([facts_kept(missed)] if missed else [])

    def _target(self, task: LinkTask) -> GitHubLink | None:
        return parse_link(task.url, self._access.server_url)


def estimate(urls: Sequence[str], access: GitHubAccess) -> Estimate:
    """Return the estimate for links that the GitHub checker claims, if no request fails."""
    links = [(LinkTask(url), parse_link(url, access.server_url)) for url in urls]
    found = batch_items((task, target) for task, target in links if target is not None)
    if access.token is not None:
        # https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api:
        # a hundredth for each repository, since it has one connection, and never less than one.
        count = count_queries(found)
        api = ApiEstimate(host_of(access.server_url), count, count * _BATCH, _HOURLY_POINTS, "GraphQL")
        return Estimate((api,))
    wanted = [item for item in found if isinstance(item, RepositoryItem) and item.wants_facts]
    proved = {
        task.url
        for item in wanted[:HOURLY]
        for task, link in item.links
        if link.resource is None or isinstance(link.resource, Page)
    }
    rest = count_requests(len(wanted))
    pages = tuple(url for url in urls if url not in proved)
    return Estimate((ApiEstimate(host_of(access.server_url), rest, rest * _REQUEST, HOURLY),), pages)
