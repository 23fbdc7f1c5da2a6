"""Jobs done a few at a time, newest first, so that what was divided is finished before more is begun."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

from lmsys_enrich.checkers.github.batch_items import (
    MOST_AT_ONCE,
    REPOSITORIES_AT_ONCE,
    BatchItem,
    batches,
    next_batch,
    pieces,
)
from lmsys_enrich.checkers.github.batch_result import AskBatch, BatchResult, Job

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
