"""How a run is told to stop asking: by its deadline, or by the user."""

import asyncio


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
