"""All askers at once: questions go out, answers come in as they are found."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from lmsys_enrich.checkers.protocol import Checker
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.pipeline.stop import Stop


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
