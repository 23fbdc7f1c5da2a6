"""Batches: items requested together, divided where an API refuses, each bug contained."""

import asyncio
import traceback
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Generic, Protocol, TypeAlias, TypeVar

from lmsys_enrich.api.results import QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.values import Value, value_field

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")
TakenT_co = TypeVar("TakenT_co", covariant=True)
AddedT_contra = TypeVar("AddedT_contra", contravariant=True)
IdT = TypeVar("IdT", bound=Hashable)
FoundT = TypeVar("FoundT")


MAX_FAILURES = 6
"""Failures in a row, beside those while one id of a batch is looked for, after which an API has trouble."""


class JobQueue(Protocol[TakenT_co, AddedT_contra]):
    """Jobs of an engine: `take` returns the next one to start, `add` receives each result."""

    def take(self) -> TakenT_co | None: ...

    def add(self, result: AddedT_contra) -> None: ...


async def run_jobs(
    queue: JobQueue[JobT, ResultT],
    do: Callable[[JobT], Awaitable[ResultT]],
    failed: Callable[[JobT, str], ResultT],
    in_flight: int,
) -> AsyncGenerator[ResultT, None]:
    """
    Run jobs, `in_flight` at once, and those that follow from them; yield each result as it comes.

    An exception of a job is a bug: `failed` makes its result from the traceback, and the
    other jobs go on.
    """

    async def run(job: JobT) -> ResultT:
        try:
            return await do(job)
        except Exception:  # noqa: BLE001 - whatever a response holds, it costs this job alone
            return failed(job, traceback.format_exc())

    running: set[asyncio.Future[ResultT]] = set()
    try:
        while True:
            while len(running) < in_flight and (job := queue.take()) is not None:
                running.add(asyncio.ensure_future(run(job)))
            if not running:
                return
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                result = task.result()
                queue.add(result)
                yield result
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class BatchOutcome(Value, Generic[IdT, FoundT]):
    """
    Result of a batch that is not divided further.

    `found` has the items of the response by id, `missing` the ids that a whole response
    left out. `unanswered` are ids without a result, with the reason in
    `message`, and a bug's traceback in `traceback`.
    """

    found: Mapping[IdT, FoundT] = value_field(default_factory=dict)
    missing: tuple[IdT, ...] = ()
    unanswered: tuple[IdT, ...] = ()
    message: str = ""
    traceback: str | None = None
    rest: tuple[tuple[IdT, ...], ...] = ()


Query: TypeAlias = Callable[
    [Sequence[IdT]], Awaitable[Mapping[IdT, FoundT] | QueryTooLarge | TransientError | Unavailable]
]
"""Requests ids, and returns what the response holds by id, whatever its order."""


async def query_batches(
    ids: Iterable[IdT], size: int, query: Query[IdT, FoundT], in_flight: int = 1
) -> AsyncGenerator[BatchOutcome[IdT, FoundT], None]:
    """
    Request ids in batches of `size`, and yield the results.

    A batch that fails is requested again in halves, down to single ids: the fault may be
    that of one. Where more batches fail in a row than one id explains, no more are
    requested. A response that holds other ids than were requested counts for the others
    alone.
    """
    failures, most, why = 0, size.bit_length() + MAX_FAILURES, ""

    async def do(batch: tuple[IdT, ...]) -> BatchOutcome[IdT, FoundT]:
        nonlocal failures, why
        result = await query(batch) if failures < most else TransientError(why)
        failures = failures + 1 if isinstance(result, QueryTooLarge | TransientError) else 0
        match result:
            case Unavailable():
                return BatchOutcome(unanswered=batch)  # the rate limiter has the obstacle
            case QueryTooLarge(message) | TransientError(message):
                why = message
                if len(batch) == 1 or failures >= most:
                    return BatchOutcome(unanswered=batch, message=message)
                middle = (len(batch) + 1) // 2
                return BatchOutcome(rest=(batch[:middle], batch[middle:]))
            case _:
                found = {one: result[one] for one in batch if one in result}
                return BatchOutcome(found, missing=tuple(one for one in batch if one not in found))

    def failed(batch: tuple[IdT, ...], trace: str) -> BatchOutcome[IdT, FoundT]:
        return BatchOutcome(unanswered=batch, message="a bug in lmsys-enrich", traceback=trace)

    queue = _Queue[IdT, FoundT](ids, size)
    async with aclosing(run_jobs(queue, do, failed, in_flight)) as outcomes:
        async for outcome in outcomes:
            if not outcome.rest:
                yield outcome


class _Queue(Generic[IdT, FoundT]):
    """Batches of one size, those that were divided first."""

    def __init__(self, ids: Iterable[IdT], size: int) -> None:
        every = tuple(dict.fromkeys(ids))
        self._batches = deque(every[start : start + size] for start in range(0, len(every), size))

    def take(self) -> tuple[IdT, ...] | None:
        return self._batches.popleft() if self._batches else None

    def add(self, result: BatchOutcome[IdT, FoundT]) -> None:
        self._batches.extendleft(reversed(result.rest))
