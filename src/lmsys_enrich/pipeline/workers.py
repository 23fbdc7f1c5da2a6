"""All askers at once: questions go out, answers come in as they are found."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from lmsys_enrich.askers.protocol import Asker
from lmsys_enrich.model.finding import Answer, Question
from lmsys_enrich.pipeline.stop import Stop


async def answers(
    assignments: Sequence[tuple[Asker, Sequence[Question]]], stop: Stop
) -> AsyncGenerator[Answer, None]:
    """
    Yield answers in the order of arrival until all askers are done, or until `stop`.

    What an asker had found before the stop is yielded first. An exception from
    an asker is a bug, and ends the others.
    """
    arrived: asyncio.Queue[Answer | None] = asyncio.Queue()
    asking = asyncio.create_task(_ask_all(assignments, arrived))
    stopping = asyncio.create_task(stop.wait())
    for task in (asking, stopping):
        task.add_done_callback(lambda _: arrived.put_nowait(None))
    try:
        while (answer := await arrived.get()) is not None:
            yield answer
    finally:
        asking.cancel()
        stopping.cancel()
        await asyncio.wait({asking, stopping})
    if not asking.cancelled():
        asking.result()


async def _ask_all(
    assignments: Sequence[tuple[Asker, Sequence[Question]]], arrived: asyncio.Queue[Answer | None]
) -> None:
    async with asyncio.TaskGroup() as group:
        for asker, questions in assignments:
            if questions:
                group.create_task(_ask(asker, questions, arrived))


async def _ask(asker: Asker, questions: Sequence[Question], arrived: asyncio.Queue[Answer | None]) -> None:
    async with aclosing(asker.ask(questions)) as stream:
        async for answer in stream:
            arrived.put_nowait(answer)
