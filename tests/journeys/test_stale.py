"""Repositories without maintenance are listed from what earlier runs found."""

import json

from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import ServeGitHub
from tests.journeys.program import Program

OWNERS = {"acme": "Organization"}


def _stale_world() -> World:
    old = day(1).replace(year=2020)
    return World(
        (
            SimulatedRepository(name="acme/asleep", id=1, stars=1234, committed_at=old),
            SimulatedRepository(name="acme/shut", id=2, committed_at=day(1), archived_at=day(1)),
            SimulatedRepository(name="acme/new", id=3, committed_at=day(1), was=("acme/old",)),
            SimulatedRepository(name="acme/well", id=4, committed_at=day(1)),
        ),
        OWNERS,
    )


def test_stale_shows_what_is_not_maintained(program: Program, serve_github: ServeGitHub) -> None:
    _, server = serve_github(_stale_world())
    program.write_list(*(f"https://github.com/acme/{name}" for name in ("asleep", "shut", "old", "well")))
    program.run()
    asked = len(server.log)
    told = program("stale")
    assert told.code == 0
    assert "2020-11-01   1,234  no recent commit" in told.out
    assert "archived 2026-11-01" in told.out
    assert "renamed to acme/new" in told.out
    assert "acme/well" not in told.out
    rows = json.loads(program("stale", "--json").out)
    assert [row["repository"] for row in rows] == ["acme/asleep", "acme/shut", "acme/new"]
    assert program("stale", "--md").out.startswith("| Entry | Repository |")
    assert "acme/asleep" not in program("stale", "--older-than", "10y").out
    assert len(server.log) == asked


def test_stale_says_when_nothing_is_known_to_be_stale(program: Program) -> None:
    program.write_list("https://github.com/acme/a")
    ended = program("stale")
    assert ended.out == ""
    assert "No known repository is stale" in ended.err
    assert "1 of 1 link not checked yet" in ended.err


def test_stale_shows_repositories_that_are_gone_or_taken_over(
    program: Program, serve_github: ServeGitHub
) -> None:
    first = (SimulatedRepository(name="acme/a", id=1), SimulatedRepository(name="acme/b", id=2))
    github, _ = serve_github(World(first, OWNERS))
    program.write_list("https://github.com/acme/a", "https://github.com/acme/b")
    program.run()
    github.world = World((SimulatedRepository(name="acme/b", id=3),), OWNERS)
    program.night = day(20)
    program.run("--accept-changes")
    rows = json.loads(program("stale", "--json").out)
    assert "gone" in rows[0]["why"]
    assert "taken over" in rows[1]["why"]
