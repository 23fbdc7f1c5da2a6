"""`python -m lmsys_enrich.simulation`: the simulated GitHub in the foreground, to try the program on."""

import asyncio
from contextlib import suppress

from lmsys_enrich.simulation.internet import simulated_internet


async def _serve() -> None:
    async with simulated_internet() as internet:
        for name, value in internet.environ.items():
            print(f"export {name}={value}", flush=True)  # noqa: T201 - what it is for
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # that is how it ends
        asyncio.run(_serve())
