"""Background writer: saves findings during the run, so that an interrupted run keeps them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

from lmsys_enrich.clock import Clock
from lmsys_enrich.model.finding import Finding

_BATCH_SIZE = 1000
_MAX_DELAY = 0.5  # seconds: at most this much work is lost in a power cut


class FindingStore(Protocol):
    """Storage of findings by their links' keys. Both calls may block as long as the disk does."""

    def load(self, urls: Iterable[str]) -> Mapping[str, Finding]: ...

    def save(self, findings: Iterable[Finding]) -> None: ...


class BackgroundWriter:
    """
    Writes findings to a store in batches, in a thread, since a disk may be slow.

    One batch is written at a time; findings that arrive meanwhile make up the next one.
    """

    def __init__(self, store: FindingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pending: list[Finding] = []
        self._written_at = clock.monotonic()
        self._writing: asyncio.Task[None] | None = None

    def add(self, finding: Finding) -> None:
        """Queue a finding, and start a batch if one is due."""
        self._pending.append(finding)
        due = len(self._pending) >= _BATCH_SIZE or self._clock.monotonic() - self._written_at >= _MAX_DELAY
        if due and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> None:
        """Write all queued findings."""
        if self._writing is not None:
            await self._writing
        if self._pending:
            await self._write()

    async def _write(self) -> None:
        batch, self._pending = self._pending, []
        self._written_at = self._clock.monotonic()
        await asyncio.to_thread(self._store.save, batch)
