"""What a run does while it waits for others: it loads the outputs, and writes early what it can of them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from lmsys_enrich.clock import Clock
from lmsys_enrich.model.report import Report

if TYPE_CHECKING:  # loaded while the run waits
    from lmsys_enrich.outputs.drafts import Drafts

_LOADED = "lmsys_enrich.cli.finish_run"
_PAUSE = 0.02  # seconds
_SHORTEST = 0.001
_LEISURE = 0.5  # of a pause in which we did no more than that, the rest may be had
_MORE_WILL_HAVE_COME = 0.25
_AT_ONCE = 32  # entries: 2 to 4 ms


class Drafting:
    """
    Drafts of the outputs, made in moments in which there is little else to do, if there were any.

    `worked` tells for how many seconds the program has worked, all in all.
    """

    def __init__(self, clock: Clock, worked: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._worked = worked
        self._pause = _PAUSE
        self.drafts: Drafts | None = None

    @asynccontextmanager
    async def of(self, report: Report) -> AsyncGenerator[None, None]:
        """Make drafts of a report in the meantime, in which its findings may grow."""
        task = asyncio.create_task(self._draft(report))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.result()  # a bug of ours is told

    def arrived(self, key: str) -> None:
        """Take note that there is a finding about a link now."""
        if self.drafts is not None:
            self.drafts.arrived(key)

    def close(self) -> None:
        """Let go of the drafts, when all is written."""
        if self.drafts is not None:
            self.drafts.close()

    async def _draft(self, report: Report) -> None:
        await self._wait_for_leisure()
        await asyncio.to_thread(import_module, _LOADED)
        from lmsys_enrich.outputs.registry import drafts_of

        self.drafts = drafts_of(report)
        while True:
            await self._wait_for_leisure()
            if self.drafts.make(_AT_ONCE) < _AT_ONCE:
                await self._clock.sleep(_MORE_WILL_HAVE_COME)

    async def _wait_for_leisure(self) -> None:
        """
        Return after a pause in which the program had little to do: else the network needs us more.

        The less there was to do, the shorter is the next pause.
        """
        while True:
            began, worked = self._clock.monotonic(), self._worked()
            await self._clock.sleep(self._pause)
            share = (self._worked() - worked) / max(self._pause, self._clock.monotonic() - began)
            self._pause = min(_PAUSE, max(_SHORTEST, _PAUSE * share))
            if share <= _LEISURE:
                return
