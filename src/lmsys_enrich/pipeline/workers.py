"""Workers: all checkers at once, observations as they come."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from lmsys_enrich.checkers.protocol import Checker
from lmsys_enrich.model.finding import LinkTask, Observation


class Stop:
    """Set once, with the reason that the links not yet asked about are given."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: str | None = None

    def now(self, reason: str) -> None:
        """Stop asking. The first reason stands."""
        if self.reason is None:
            self.reason = reason
            self._event.set()

    async def wait(self) -> None:
        """Return when the run is told to stop."""
        await self._event.wait()


async def observations(
    assignments: Sequence[tuple[Checker, Sequence[LinkTask]]], stop: Stop
) -> AsyncGenerator[Observation, None]:
    """
    Yield answers in the order of arrival until all askers are done, or until `stop`.

    What an asker had found before the stop is yielded first. An exception from
    an asker is a bug, and ends the others.
    """
    arrived: asyncio.Queue[Observation | None] = asyncio.Queue()
    asking = asyncio.create_task(_ask_all(assignments, arrived))
    stopping = asyncio.create_task(stop.wait())
    for task in (asking, stopping):
        task.add_done_callback(lambda _: arrived.put_nowait(None))
    try:
        while (observation := await arrived.get()) is not None:
            yield observation
    finally:
        asking.cancel()
        stopping.cancel()
        await asyncio.wait({asking, stopping})
    if not asking.cancelled():
        asking.result()


async def _ask_all(
    assignments: Sequence[tuple[Checker, Sequence[LinkTask]]], arrived: asyncio.Queue[Observation | None]
) -> None:
    async with asyncio.TaskGroup() as group:
        for checker, tasks in assignments:
            if tasks:
                group.create_task(_ask(checker, tasks, arrived))


async def _ask(
    checker: Checker, tasks: Sequence[LinkTask], arrived: asyncio.Queue[Observation | None]
) -> None:
    async with aclosing(checker.ask(tasks)) as stream:
        async for observation in stream:
            arrived.put_nowait(observation)
