"""Findings reach the memory while the run goes on, so that no end of it loses them."""

import asyncio

from lmsys_enrich.clock import Clock
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.store.protocol import FindingStore

_ENOUGH = 1000
_LONG_ENOUGH = 0.5  # seconds: the most that a power cut may cost


class BackgroundWriter:
    """
    Gives findings to a memory in batches, in a thread, since a disk may take its time.

    One batch at a time: while the disk is slow, findings gather here.
    """

    def __init__(self, store: FindingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[Finding] = []
        self._since = clock.monotonic()
        self._writing: asyncio.Task[None] | None = None

    def add(self, finding: Finding) -> None:
        """Take a finding; it is kept soon."""
        self._waiting.append(finding)
        due = len(self._waiting) >= _ENOUGH or self._clock.monotonic() - self._since >= _LONG_ENOUGH
        if due and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Return when everything taken is kept."""
        if self._writing is not None:
            await self._writing
        if self._waiting:
            await self._write()

    async def _write(self) -> None:
        batch, self._waiting = self._waiting, []
        self._since = self._clock.monotonic()
        await asyncio.to_thread(self._store.save, batch)
