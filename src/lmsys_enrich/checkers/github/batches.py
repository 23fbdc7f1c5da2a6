"""Batches: which links one GraphQL request asks about, and how a batch is divided."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from lmsys_enrich.checkers.github.links import (
    PERHAPS_SITE_PAGES,
    GitHubLink,
    Name,
    OwnerLink,
    RepoResource,
    RepositoryLink,
)
from lmsys_enrich.checkers.github.observations import Gone, dead
from lmsys_enrich.checkers.github.repo_resources import lookups
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.values import Value, replace, value_field

REPOSITORIES_AT_ONCE = 50
"""What a first request asks about: 50 to 100 is what others found to work, and costs one point of quota."""

MOST_AT_ONCE = 100
"""What a request asks about where GitHub answers quickly: more would cost a second point."""

_LOOKUPS_AT_ONCE = 100  # files, issues and the like: each costs GitHub a look into a repository


class RepositoryItem(Value):
    """
    A repository, and the questions about it and what lies in it.

    `again` is true when a field could not be told the first time.
    """

    name: Name
    links: tuple[tuple[LinkTask, RepositoryLink], ...]
    again: bool = False

    @property
    def wants_facts(self) -> bool:
        """Whether one of the links is to the repository itself."""
        return any(link.resource is None for _, link in self.links)

    @property
    def first_segment(self) -> str:
        return self.name.owner.lower()

    @property
    def tasks(self) -> tuple[LinkTask, ...]:
        return tuple(task for task, _ in self.links)


class OwnerItem(Value):
    """A user or an organisation, and the questions about it."""

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
    """Gather the questions, in the order in which each subject first comes up."""
    gathered: dict[str, BatchItem] = {}
    for task, target in links:
        match target:
            case RepositoryLink(name):
                previous = gathered.get(name.key)
                earlier = previous.links if isinstance(previous, RepositoryItem) else ()
                gathered[name.key] = RepositoryItem(name, (*earlier, (task, target)))
            case OwnerLink(login):
                previous = gathered.get(login.lower())
                held = previous.links if isinstance(previous, OwnerItem) else ()
                gathered[login.lower()] = OwnerItem(login, (*held, (task, target)))
    return list(gathered.values())


def halves(batch: Sequence[BatchItem]) -> list[tuple[BatchItem, ...]]:
    """Return two smaller batches, or none if there is nothing left to divide."""
    if len(batch) > 1:
        middle = (len(batch) + 1) // 2
        return [tuple(batch[:middle]), tuple(batch[middle:])]
    match tuple(batch):
        case (RepositoryItem(links=links) as item,) if len(links) > 1:
            middle = (len(links) + 1) // 2
            return [(replace(item, links=links[:middle]),), (replace(item, links=links[middle:]),)]
        case _:
            return []


def batches(found: Iterable[BatchItem], size: int = REPOSITORIES_AT_ONCE) -> Iterator[tuple[BatchItem, ...]]:
    """Yield what to ask in one request: at most `size` subjects, and not too much in them."""
    waiting = pieces(found)
    while waiting:
        yield next_batch(waiting, size)


def next_batch(waiting: deque[BatchItem], size: int) -> tuple[BatchItem, ...]:
    """Take from the front what to ask in one request; `waiting` holds pieces and is not empty."""
    batch = [waiting.popleft()]
    weight = _weight(batch[0])
    while waiting and len(batch) < size and weight + _weight(waiting[0]) <= _LOOKUPS_AT_ONCE:
        weight += _weight(waiting[0])
        batch.append(waiting.popleft())
    return tuple(batch)


def pieces(found: Iterable[BatchItem]) -> deque[BatchItem]:
    """Return the subjects, none with more links than one request may look up."""
    return deque(_split(found))


def _split(found: Iterable[BatchItem]) -> Iterator[BatchItem]:
    """Yield the subjects, those with more links than one request may look up in pieces."""
    for item in found:
        if isinstance(item, OwnerItem) or _weight(item) <= _LOOKUPS_AT_ONCE:
            yield item
            continue
        piece: list[tuple[LinkTask, RepositoryLink]] = []
        weight = 0
        for task, link in item.links:
            more = _lookups(link)
            if piece and weight + more > _LOOKUPS_AT_ONCE:
                yield replace(item, links=tuple(piece))
                piece, weight = [], 0
            piece.append((task, link))
            weight += more
        yield replace(item, links=tuple(piece))


def _weight(item: BatchItem) -> int:
    if isinstance(item, OwnerItem):
        return 0
    return sum(_lookups(link) for _, link in item.links)


def _lookups(link: RepositoryLink) -> int:
    return len(lookups(link.resource)) if link.resource is not None else 0


class AskBatch(Value):
    """Ask GraphQL about these together."""

    batch_items: tuple[BatchItem, ...]


class LookAtSubject(Value):
    """Ask REST about one that GraphQL told nothing about; `openly` without the token."""

    item: BatchItem
    anonymous: bool = False


class LookForPart(Value):
    """Ask REST where something went that is not in its repository."""

    task: LinkTask
    link: RepositoryLink
    resource: RepoResource
    full_name: str


Job: TypeAlias = AskBatch | LookAtSubject | LookForPart


class BatchResult(Value):
    """
    What came of a job.

    `for_web` are questions that only the page itself can answer. `untold` says
    why the rest of the job's questions got no answer. `too_much` is the size of
    the batch where it was more than GitHub could answer at once; `told` is that of
    a batch which was answered whole, in `seconds`.
    """

    observations: list[Observation] = value_field(default_factory=list)
    next: list[Job] = value_field(default_factory=list)
    for_web: list[LinkTask] = value_field(default_factory=list)
    untold: list[str] = value_field(default_factory=list)
    too_much: int = 0
    told: int = 0
    seconds: float = 0.0

    def gone(self, item: BatchItem, gone: Gone) -> None:
        """Answer all of a subject's questions: it is not there, unless it is a page of GitHub's own."""
        if item.first_segment in PERHAPS_SITE_PAGES:
            self.for_web.extend(item.tasks)
        else:
            self.observations.extend(dead(task, gone) for task in item.tasks)


_AT_ONCE = 2  # as many requests as the gate lets through: a batch that waits may have to be smaller
_FEWEST = 10  # batches never get smaller than this because of others that were too much
_MORE = 10
# GitHub ends a query after 10 s (https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#timeouts):
# what is answered in a quarter of that may grow, what takes half of it is too large to be safe.
_QUICK, _SLOW = 2.5, 5.0


async def run_batches(
    found: Iterable[BatchItem], do: Callable[[Job], Awaitable[BatchResult]]
) -> AsyncGenerator[BatchResult, None]:
    """Ask about subjects in batches; yield what each job came to, in the order of arrival, to the last."""
    waiting = _Waiting(found)
    under_way: set[asyncio.Future[BatchResult]] = set()
    try:
        while True:
            while len(under_way) < _AT_ONCE and (job := waiting.take()) is not None:
                under_way.add(asyncio.ensure_future(do(job)))
            if not under_way:
                return
            ended, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                result = task.result()
                waiting.add(result)
                yield result
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


class _Waiting:
    """
    What there is to do: jobs that others led to, then the subjects nobody has asked about yet.

    A batch grows while GitHub answers quickly, up to what costs one point, and
    shrinks when it gets slow. Once one was too much, none is larger than its half.
    """

    def __init__(self, found: Iterable[BatchItem]) -> None:
        self._subjects = pieces(found)
        self._jobs: list[Job] = []
        self._size = REPOSITORIES_AT_ONCE
        self._most = MOST_AT_ONCE

    def add(self, result: BatchResult) -> None:
        self._jobs.extend(reversed(result.next))
        if result.too_much:
            self._most = max(_FEWEST, min(self._most, (result.too_much + 1) // 2))
        elif result.told >= self._size and result.seconds <= _QUICK:
            self._size += _MORE
        elif result.told and result.seconds >= _SLOW:
            self._size = max(_FEWEST, min(self._size, result.told * 3 // 4))
        self._size = min(self._size, self._most)

    def take(self) -> Job | None:
        if not self._jobs:
            return AskBatch(next_batch(self._subjects, self._size)) if self._subjects else None
        job = self._jobs.pop()
        if isinstance(job, AskBatch) and len(job.batch_items) > self._size:
            self._jobs.extend(
                reversed([AskBatch(resource) for resource in batches(job.batch_items, self._size)])
            )
            return self._jobs.pop()
        return job
