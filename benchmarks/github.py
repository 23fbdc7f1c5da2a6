"""
The simulated GitHub in a process of its own: `python -m benchmarks.github REPOSITORIES`.

It takes 300 ms for an answer, and 15 ms more for each repository in it.
"""

import asyncio
import json
import sys

from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Received, serving
from lmsys_enrich.simulation.world import SimulatedRepository, World

ANSWER, REPOSITORY = 0.3, 0.015  # seconds


def link(number: int) -> str:
    """Return the address of a repository that is there."""
    return f"https://github.com/acme/tool-{number}"


def paced(repositories: int, requests: int) -> float:
    """
    Return the seconds that our pacing allows: two at once, and 50 s of GitHub's time in any minute.

    See `askers/github/gate.py` for where that comes from.
    """
    work = requests * ANSWER + repositories * REPOSITORY
    return work / 2 if work <= 50 else 25 + (work - 50) * 60 / 50  # noqa: PLR2004 - as told above


async def _pause(received: Received) -> None:
    await asyncio.sleep(ANSWER + REPOSITORY * received.body.count(b"repository(owner:"))


async def _serve(repositories: int) -> None:
    world = World(
        tuple(
            SimulatedRepository(name=f"acme/tool-{number}", id=number + 1) for number in range(repositories)
        )
    )
    async with serving(SimulatedGitHub(world, pause=_pause)) as server:
        print(json.dumps({"GITHUB_API_URL": server.url, "GITHUB_TOKEN": TOKEN}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
