"""Jobs done a few at a time, newest first, so that what was divided is finished before more is begun."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from lmsys_enrich.askers.github.steps import AskBatch, Job, Step
from lmsys_enrich.askers.github.subjects import REPOSITORIES_AT_ONCE, batches

_AT_ONCE = 2  # as many requests as the gate lets through: a batch that waits may have to be smaller
_FEWEST = 10  # batches never get smaller than this because of others that were too much


async def steps(first: Sequence[Job], do: Callable[[Job], Awaitable[Step]]) -> AsyncGenerator[Step, None]:
    """Yield what each job came to, in the order of arrival, until no step leads to another job."""
    waiting = _Waiting(first)
    under_way: set[asyncio.Future[Step]] = set()
    try:
        while True:
            while len(under_way) < _AT_ONCE and (job := waiting.take()) is not None:
                under_way.add(asyncio.ensure_future(do(job)))
            if not under_way:
                return
            ended, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                step = task.result()
                waiting.add(step)
                yield step
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


class _Waiting:
    """The jobs to be done; once a batch was too much, later ones are as small as its halves."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = list(reversed(jobs))
        self._size = REPOSITORIES_AT_ONCE

    def add(self, step: Step) -> None:
        self._jobs.extend(reversed(step.next))
        if step.too_much:
            self._size = max(_FEWEST, min(self._size, (step.too_much + 1) // 2))

    def take(self) -> Job | None:
        if not self._jobs:
            return None
        job = self._jobs.pop()
        if isinstance(job, AskBatch) and len(job.subjects) > self._size:
            self._jobs.extend(reversed([AskBatch(part) for part in batches(job.subjects, self._size)]))
            return self._jobs.pop()
        return job
