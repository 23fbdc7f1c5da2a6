"""Batches: the items of each GraphQL request, how batches are divided, grown and queued."""

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from typing import TypeAlias

from lmsys_enrich.api.batches import JobQueue, run_jobs
from lmsys_enrich.api.rate_limiter import MAX_IN_FLIGHT
from lmsys_enrich.checkers.github.links import (
    PERHAPS_SITE_PAGES,
    GitHubLink,
    Name,
    OwnerLink,
    RepoResource,
    RepositoryLink,
)
from lmsys_enrich.checkers.github.resources import Gone, dead, lookups
from lmsys_enrich.checkers.protocol import CheckError
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.values import State, Value, replace, value_field

FIRST_BATCH_SIZE = 50
"""Items of the first batches: 50 to 100 work in practice, and cost one point of quota."""

MAX_BATCH_SIZE = 100
"""Items of a batch where GitHub responds quickly: more would cost a second point."""

_MAX_LOOKUPS = 100  # of files, issues and the like, for each of which GitHub looks into a repository


class RepositoryItem(Value):
    """
    A repository with the links to it and to its resources.

    `again` is true at the second attempt, after a field failed at the first.
    """

    name: Name
    links: tuple[tuple[LinkTask, RepositoryLink], ...]
    again: bool = False

    @property
    def wants_facts(self) -> bool:
        """Return true if one of the links is to the repository itself."""
        return any(link.resource is None for _, link in self.links)

    @property
    def first_segment(self) -> str:
        return self.name.owner.lower()

    @property
    def tasks(self) -> tuple[LinkTask, ...]:
        return tuple(task for task, _ in self.links)


class OwnerItem(Value):
    """A user or an organisation with the links to it."""

    login: str
    links: tuple[tuple[LinkTask, OwnerLink], ...]

    @property
    def first_segment(self) -> str:
        return self.login.lower()

    @property
    def tasks(self) -> tuple[LinkTask, ...]:
        return tuple(task for task, _ in self.links)


BatchItem: TypeAlias = RepositoryItem | OwnerItem


def batch_items(links: Iterable[tuple[LinkTask, GitHubLink]]) -> list[BatchItem]:
    """Group links by repository or owner, in the order in which each first occurs."""
    items: dict[str, BatchItem] = {}
    for task, target in links:
        match target:
            case RepositoryLink(name):
                previous = items.get(name.key)
                earlier = previous.links if isinstance(previous, RepositoryItem) else ()
                items[name.key] = RepositoryItem(name, (*earlier, (task, target)))
            case OwnerLink(login):
                previous = items.get(login.lower())
                held = previous.links if isinstance(previous, OwnerItem) else ()
                items[login.lower()] = OwnerItem(login, (*held, (task, target)))
    return list(items.values())


def halves(batch: Sequence[BatchItem]) -> list[tuple[BatchItem, ...]]:
    """Return two smaller batches, or none where a single link is left."""
    if len(batch) > 1:
        middle = (len(batch) + 1) // 2
        return [tuple(batch[:middle]), tuple(batch[middle:])]
    match tuple(batch):
        case (RepositoryItem(links=links) as item,) if len(links) > 1:
            middle = (len(links) + 1) // 2
            return [(replace(item, links=links[:middle]),), (replace(item, links=links[middle:]),)]
        case _:
            return []


def batches(items: Iterable[BatchItem], size: int = FIRST_BATCH_SIZE) -> Iterator[tuple[BatchItem, ...]]:
    """Yield batches of at most `size` items and a bounded number of lookups."""
    queue = split_items(items)
    while queue:
        yield next_batch(queue, size)


def next_batch(queue: deque[BatchItem], size: int) -> tuple[BatchItem, ...]:
    """Take the next batch from the front of a queue of `split_items`, which is not empty."""
    batch = [queue.popleft()]
    weight = _weight(batch[0])
    while queue and len(batch) < size and weight + _weight(queue[0]) <= _MAX_LOOKUPS:
        weight += _weight(queue[0])
        batch.append(queue.popleft())
    return tuple(batch)


def split_items(items: Iterable[BatchItem]) -> deque[BatchItem]:
    """Return the items, those with more lookups than one request may have divided."""
    return deque(_split(items))


def _split(items: Iterable[BatchItem]) -> Iterator[BatchItem]:
    for item in items:
        if isinstance(item, OwnerItem) or _weight(item) <= _MAX_LOOKUPS:
            yield item
            continue
        links: list[tuple[LinkTask, RepositoryLink]] = []
        weight = 0
        for task, link in item.links:
            more = _lookups(link)
            if links and weight + more > _MAX_LOOKUPS:
                yield replace(item, links=tuple(links))
                links, weight = [], 0
            links.append((task, link))
            weight += more
        yield replace(item, links=tuple(links))


def _weight(item: BatchItem) -> int:
    if isinstance(item, OwnerItem):
        return 0
    return sum(_lookups(link) for _, link in item.links)


def _lookups(link: RepositoryLink) -> int:
    return len(lookups(link.resource))


class BatchQuery(Value):
    """A GraphQL query of several items."""

    items: tuple[BatchItem, ...]


class ItemLookup(Value):
    """A REST request for an item without a result from GraphQL; `anonymous` without the token."""

    item: BatchItem
    anonymous: bool = False


class ResourceLookup(Value):
    """A REST request for a resource that is not in its repository: it may have moved."""

    task: LinkTask
    link: RepositoryLink
    resource: RepoResource
    full_name: str


Job: TypeAlias = BatchQuery | ItemLookup | ResourceLookup


class BatchResult(State):
    """
    The result of a job, and the jobs that follow from it.

    `errors` are bugs met on the way. `deferred` are links that only their page can
    prove. `unanswered` has the reason for each link without a result. `too_large` is the
    size of a batch that was too large for GitHub; `completed` that of a complete one,
    which took `seconds`.
    """

    observations: list[Observation] = value_field(default_factory=list)
    errors: list[CheckError] = value_field(default_factory=list)
    next: list[Job] = value_field(default_factory=list)
    deferred: list[LinkTask] = value_field(default_factory=list)
    unanswered: list[str] = value_field(default_factory=list)
    too_large: int = 0
    completed: int = 0
    seconds: float = 0.0

    def gone(self, item: BatchItem, gone: Gone) -> None:
        """Record that an item does not exist, unless its links may be pages of GitHub itself."""
        if item.first_segment in PERHAPS_SITE_PAGES:
            self.deferred.extend(item.tasks)
        else:
            self.observations.extend(dead(task, gone) for task in item.tasks)


_MIN_BATCH_SIZE = 10  # batches never get smaller than this because of others that were too large
_GROWTH = 10  # items
# GitHub ends a query after 10 s (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts):
# batches that take a quarter of that may grow, those that take half of it are too large to be safe.
_QUICK, _SLOW = 2.5, 5.0


async def run_batches(
    items: Iterable[BatchItem], do: Callable[[Job], Awaitable[BatchResult]]
) -> AsyncGenerator[BatchResult, None]:
    """Run the items in batches, and the jobs that follow from them; yield each result as it comes."""
    queue: JobQueue[Job, BatchResult] = _JobQueue(items)
    async with aclosing(run_jobs(queue, do, _failed, MAX_IN_FLIGHT)) as results:
        async for result in results:
            yield result


def count_queries(items: Iterable[BatchItem]) -> int:
    """Return how many queries `run_batches` sends for items that exist, if GitHub responds quickly."""
    queue = _JobQueue(items)
    in_flight: deque[int] = deque()
    count = 0
    while True:
        while len(in_flight) < MAX_IN_FLIGHT and isinstance(job := queue.take(), BatchQuery):
            in_flight.append(len(job.items))
            count += 1
        if not in_flight:
            return count
        queue.add(BatchResult(completed=in_flight.popleft()))


def _failed(job: Job, trace: str) -> BatchResult:
    """Divide a batch that met a bug, until the item that provokes it is alone."""
    if isinstance(job, BatchQuery) and (smaller := halves(job.items)):
        return BatchResult(next=[BatchQuery(half) for half in smaller])
    return BatchResult(errors=[CheckError(task, trace) for task in _tasks(job)])


def _tasks(job: Job) -> Iterator[LinkTask]:
    match job:
        case BatchQuery(items):
            for item in items:
                yield from item.tasks
        case ItemLookup(item):
            yield from item.tasks
        case ResourceLookup(task):
            yield task


class _JobQueue:
    """
    A queue of jobs: those that follow from earlier ones, then new batches.

    The batch size grows while GitHub responds quickly, up to the size that costs one
    point, and shrinks when it gets slow. After a batch that was too large, none is
    larger than its half.
    """

    def __init__(self, items: Iterable[BatchItem]) -> None:
        self._items = split_items(items)
        self._jobs: list[Job] = []
        self._size = FIRST_BATCH_SIZE
        self._max_size = MAX_BATCH_SIZE

    def add(self, result: BatchResult) -> None:
        self._jobs.extend(reversed(result.next))
        if result.too_large:
            self._max_size = max(_MIN_BATCH_SIZE, min(self._max_size, (result.too_large + 1) // 2))
        elif result.completed >= self._size and result.seconds <= _QUICK:
            self._size += _GROWTH
        elif result.completed and result.seconds >= _SLOW:
            self._size = max(_MIN_BATCH_SIZE, min(self._size, result.completed * 3 // 4))
        self._size = min(self._size, self._max_size)

    def take(self) -> Job | None:
        if not self._jobs:
            return BatchQuery(next_batch(self._items, self._size)) if self._items else None
        job = self._jobs.pop()
        if isinstance(job, BatchQuery) and len(job.items) > self._size:
            self._jobs.extend(reversed([BatchQuery(resource) for resource in batches(job.items, self._size)]))
            return self._jobs.pop()
        return job
