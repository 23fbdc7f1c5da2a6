"""A long list with a fault in one answer of ten: no living link is called dead."""

import asyncio
import os
import random

from lmsys_enrich.simulation.server import Misdeed, Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Program
from tests.reliability import github_faults as faults

LINKS = int(os.environ.get("TORTURE_LINKS", "400"))
_FAULTS: tuple[Response, ...] = (
    Sent(500),
    Sent(502),
    Sent(503, {"retry-after": "0"}),
    Sent(429),
    Sent(403),
    Sent(301),
    Misdeed.RESET,
    Misdeed.GARBAGE,
)


def test_no_living_link_is_called_dead(program: Program, serve: Serve, serve_github: ServeGitHub) -> None:
    chance = random.Random(11)  # noqa: S311 - the same faults each time
    most: dict[str, int] = {}
    under_way: dict[str, int] = {}

    async def answer(received: Received) -> Response:
        host = received.headers["host"]
        under_way[host] = under_way.get(host, 0) + 1
        most[host] = max(most.get(host, 0), under_way[host])
        await asyncio.sleep(0)
        under_way[host] -= 1
        return chance.choice(_FAULTS) if chance.random() < 0.1 else Sent(200)

    sites = [serve(answer) for _ in range(8)]
    repositories = LINKS // 2
    world = World(tuple(SimulatedRepository(name=f"acme/t{n}", id=n, stars=n) for n in range(repositories)))
    github, _ = serve_github(world)
    pages = [f"{sites[n % 8].url}/{n}" for n in range(LINKS // 2)]
    program.write_list(*pages, *(f"https://github.com/acme/t{n}" for n in range(repositories)))
    for night in (1, 2, 3, 4):
        program.night = day(night)
        github.faults = [
            chance.choice([faults.too_much(), faults.gateway(), None]) if chance.random() < 0.3 else None
            for _ in range(1000)
        ]
        ended = program.run("--refresh", "--per-host", "5", "--patience", "2s", "--retries", "1")
        assert ended.code in {0, 3}, ended.err
        assert ended.summary["dead"] == 0
        assert ended.summary["repositories"] == repositories
    stars = [
        entry["github"]["stars"] for entry in program.json("enriched.json")["entries"] if entry["github"]
    ]
    assert stars == list(range(repositories))
    assert max(most.values()) <= 5


def test_repeated_link_is_requested_once(program: Program, serve: Serve, serve_github: ServeGitHub) -> None:
    async def answer(received: Received) -> Response:
        del received
        return Sent(200)

    site = serve(answer)
    _, api = serve_github(World((SimulatedRepository(name="acme/a", id=1),)))
    spellings = ("acme/a", "ACME/a", "acme/a/", "acme/a.git", "acme/a#readme", "acme/a?tab=readme")
    pages = (f"{site.url}/x", f"{site.url}/x#one", f"{site.url}/x#two", f"HTTP://127.0.0.1:{site.port}/x")
    program.write_list(*(f"https://github.com/{path}" for path in spellings), *pages)
    program.run()
    assert [received.method for received in site.log] == ["HEAD"]
    assert len(api.log) == 1
    assert api.log[0].body.count(b"acme") <= 2
