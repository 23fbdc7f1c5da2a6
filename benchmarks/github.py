"""
The simulated GitHub in a process of its own: `python -m benchmarks.github REPOSITORIES`.

It takes 300 ms for an answer, and 15 ms more for each repository in it.
"""

import asyncio
import json
import sys
import time
from math import ceil

from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Received, Response, Sent, serving
from lmsys_enrich.simulation.world import SimulatedRepository, World

ANSWER, REPOSITORY = 0.3, 0.015  # seconds
WORK = "/-/work"
"""Address that gives the seconds of processor time spent on responses."""


def link(number: int) -> str:
    """Return the address of a repository that is there."""
    return f"https://github.com/acme/tool-{number}"


def paced(work: float) -> float:
    """
    Return the seconds that our pacing allows for so many seconds of answers, GitHub's time.

    Two requests run at once, with 50 s of GitHub's time in any minute: once those are
    used, after 25 s, nothing is sent until the minute is over. The source of the rule is
    named in `api/rate_limiter.py`.
    """
    full_minutes = max(0, ceil(work / 50) - 1)
    return full_minutes * 60 + (work - full_minutes * 50) / 2


async def _pause(received: Received) -> None:
    await asyncio.sleep(ANSWER + REPOSITORY * received.body.count(b"repository(owner:"))


async def _for_best_of(received: Received) -> Sent | None:
    """Respond to the queries of best-of-generator, which the simulation does not know."""
    if b"since_recent_activity" in received.body:
        variables = json.loads(received.body)["variables"]
        node = _node(f"{variables['owner']}/{variables['repo']}")
        body, kind = json.dumps({"data": {"repository": node}}).encode(), "application/json"
    elif received.path.endswith("/contributors"):
        body, kind = b"[]", "application/json"
    elif received.path.endswith("/network/dependents"):
        body, kind = b"<p>12 Repositories</p>", "text/html"
    else:
        return None
    await asyncio.sleep(ANSWER + REPOSITORY)
    return Sent(200, {"content-type": kind}, body)


def _node(name: str) -> dict[str, object]:
    count, when = {"totalCount": 1}, "2026-11-01T00:00:00Z"
    return {
        "name": name.split("/")[1],
        "nameWithOwner": name,
        "description": "A tool.",
        "url": f"https://github.com/{name}",
        "createdAt": when,
        "updatedAt": when,
        "pushedAt": when,
        "primaryLanguage": {"name": "Python"},
        "licenseInfo": {"spdxId": "MIT"},
        **dict.fromkeys(("stargazers", "pullRequests", "forks", "watchers"), count),
        "masterCommit": {"target": {"committedDate": when, "recent_activity": count, "history": count}},
        "repositoryTopics": {"nodes": []},
        "openIssues": count,
        "closedIssues": count,
        "releases": {"nodes": []},
    }


async def _serve(repositories: int) -> None:
    world = World(
        tuple(
            SimulatedRepository(name=f"acme/tool-{number}", id=number + 1) for number in range(repositories)
        )
    )
    github = SimulatedGitHub(world, pause=_pause)
    work = 0.0

    async def answer(received: Received) -> Response:
        nonlocal work
        if received.path == WORK:
            return Sent(200, {"content-type": "application/json"}, json.dumps(work).encode())
        began = time.monotonic()
        sent = await _for_best_of(received) or await github(received)
        work += time.monotonic() - began
        return sent

    async with serving(answer) as server:
        print(json.dumps({"GITHUB_API_URL": server.url, "GITHUB_TOKEN": TOKEN}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
