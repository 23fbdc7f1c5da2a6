"""Bad nights of GitHub, through the real command line; `docs/reliability.md` is made from this table."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from lmsys_enrich.model.json_fields import Json
from lmsys_enrich.simulation.server import Fault, Misdeed
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.golden import ROOT
from tests.journeys.conftest import ServeGitHub
from tests.journeys.program import Program
from tests.reliability import github_faults as faults
from tests.reliability.document import assert_documented

_BY_REST = "new, but what only GraphQL has keeps its date"
_NOT_BY_REST = frozenset({"archived_at", "empty", "last_commit", "latest_release", "locked"})
_SECONDS = 5.0
_SAML: dict[str, object] = {
    "type": "FORBIDDEN",
    "extensions": {"saml_failure": True},
    "message": "Resource protected by organization SAML enforcement.",
}
_IP_LIST: dict[str, object] = {
    "type": "FORBIDDEN",
    "message": "the organization has an IP allow list enabled, and your IP address is not permitted",
}
_ERROR: dict[str, object] = {"message": "Something went wrong"}
_COUNT = 4


@dataclass(frozen=True)
class Night:
    """
    A fault, and what must come of it.

    `once` are played one after the other, then `lasting` for ever. `alive` are
    those of the four links found out about; of the others what was known stays,
    and no one is dead. `requests` is the most that may be sent; `kept` are the
    facts that could not be learned of some of the living.
    """

    name: str
    once: list[Fault | None] = field(default_factory=list)
    lasting: Fault | None = None
    alive: int = _COUNT
    code: int = 0
    requests: int = 2
    facts: str = "new"
    kept: frozenset[str] = frozenset()
    patience: str = "0.2s"
    timeout: str = "20"


NIGHTS = [
    Night("nothing is wrong", requests=1),
    Night(
        "the hourly quota is used up (`RATE_LIMITED`)",
        lasting=faults.rate_limited(),
        alive=0,
        code=3,
        requests=1,
    ),
    Night(
        "the other spelling (`RATE_LIMIT`), no `data`, a false count",
        lasting=faults.rate_limit_without_data(),
        alive=0,
        code=3,
        requests=1,
    ),
    Night(
        "the quota ends within a response",
        lasting=faults.rate_limited_with_data(),
        alive=2,
        code=3,
        requests=2,
    ),
    Night(
        "secondary limit with status 403, `retry-after: 1`",
        once=[faults.secondary(retry_after="1")],
        requests=2,
        patience="2s",
    ),
    Night(
        "secondary limit with status 429, without `retry-after`",
        lasting=faults.secondary(429),
        alive=0,
        code=3,
        requests=1,
    ),
    Night("secondary limit with status 200", lasting=faults.secondary(200), alive=0, code=3, requests=1),
    Night("`retry-after: 3600`", lasting=faults.secondary(retry_after="3600"), alive=0, code=3, requests=1),
    Night(
        "`retry-after: 0` in every response",
        lasting=faults.secondary(retry_after="0"),
        alive=0,
        code=3,
        requests=12,
    ),
    Night("the query took too long (502, JSON), once", once=[faults.too_much()], requests=3),
    Night("the query took too long (502, HTML), once", once=[faults.gateway()], requests=3),
    Night("the query took too long (504), once", once=[faults.gateway(504)], requests=3),
    Night("the query took too long (200), once", once=[faults.too_much(200)], requests=3),
    Night("every query takes too long", lasting=faults.too_much(), alive=0, code=3, requests=12),
    Night("an error page (503, HTML), once", once=[faults.unicorn()], requests=2),
    Night("an error page (503, HTML), always", lasting=faults.unicorn(), alive=0, code=3, requests=12),
    Night("the connection is reset, once", once=[faults.misdeed(Misdeed.RESET)], requests=3),
    Night("every connection is reset", lasting=faults.misdeed(Misdeed.RESET), alive=0, code=3, requests=12),
    Night("garbage instead of HTTP", lasting=faults.misdeed(Misdeed.GARBAGE), alive=0, code=3, requests=12),
    Night(
        "no response before the time-out, once",
        once=[faults.misdeed(Misdeed.SILENCE)],
        requests=3,
        timeout="1",
    ),
    Night(
        "HTML instead of JSON",
        lasting=faults.fixed(200, b"<html>Log in to the hotel</html>"),
        alive=0,
        code=3,
        requests=12,
    ),
    Night("truncated JSON, once", once=[faults.truncated()], requests=3),
    Night("JSON of another shape: a list", lasting=faults.fixed(200, []), alive=0, code=3, requests=12),
    Night(
        "JSON of another shape: `data` is a number",
        lasting=faults.fixed(200, {"data": 3}),
        alive=0,
        code=3,
        requests=12,
    ),
    Night(
        "JSON of another shape: an empty object", lasting=faults.fixed(200, {}), alive=0, code=3, requests=12
    ),
    Night(
        "the token is not accepted (401, remaining 0)",
        lasting=faults.bad_credentials(),
        alive=0,
        code=3,
        requests=1,
    ),
    Night("half of the repositories are null, once", once=[faults.nulls((1, 3), error=_ERROR)], requests=3),
    Night(
        "half of them are null without an error, in every response",
        lasting=faults.nulls((1, 3)),
        requests=8,
        facts=_BY_REST,
        kept=_NOT_BY_REST,
    ),
    Night(
        "all of them are null, with an error without a type",
        lasting=faults.nulls(range(_COUNT), error=_ERROR),
        requests=12,
        facts=_BY_REST,
        kept=_NOT_BY_REST,
    ),
    Night(
        "single sign-on excludes the token",
        lasting=faults.nulls(range(_COUNT), error=_SAML),
        requests=1 + 3 * _COUNT,
        facts=_BY_REST,
        kept=_NOT_BY_REST,
    ),
    Night(
        "an IP allow list excludes the token",
        lasting=faults.nulls(range(_COUNT), error=_IP_LIST),
        requests=1 + 3 * _COUNT,
        facts=_BY_REST,
        kept=_NOT_BY_REST,
    ),
    Night(
        "one fact is missing (stars)",
        lasting=faults.no_field("stargazerCount"),
        requests=3,
        facts="new, stars with their earlier date",
        kept=frozenset({"stars"}),
    ),
    Night(
        "this machine's clock is two hours fast", once=[faults.clock_is_off(-7200)], requests=2, patience="5s"
    ),
    Night(
        "this machine's clock is two hours slow", once=[faults.clock_is_off(7200)], requests=2, patience="5s"
    ),
]


def _world(stars: int) -> World:
    repositories = tuple(
        SimulatedRepository(name=f"acme/tool-{n}", id=n, stars=stars, license="MIT", committed_at=day(1))
        for n in range(1, _COUNT + 1)
    )
    return World(repositories, {"acme": "Organization"})


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.name)
def test_a_bad_night_of_github(program: Program, serve_github: ServeGitHub, night: Night) -> None:
    github, server = serve_github(_world(stars=10))
    program.write_list(*(f"https://github.com/acme/tool-{n}" for n in range(1, _COUNT + 1)))
    assert program.run().code == 0
    before = len(server.log)
    github.world, github.faults, github.lasting = _world(stars=20), list(night.once), night.lasting
    program.night = day(20)
    ended = program.run("--patience", night.patience, "--timeout", night.timeout)
    assert ended.code == night.code
    assert ended.summary["dead"] == ended.summary["failing"] == 0
    assert ended.summary["alive"] == night.alive
    assert ended.summary["unchecked"] == _COUNT - night.alive
    assert bool(ended.summary["obstacles"]) == (night.code == 3)
    assert len(server.log) - before <= night.requests
    assert ended.summary["traffic"]["seconds"] <= _SECONDS
    for entry in program.json("enriched.json")["entries"]:
        _assert_facts(night, entry["links"][0], entry["github"])


def _assert_facts(night: Night, link: Json, facts: Json) -> None:
    assert isinstance(link, dict)
    assert isinstance(facts, dict)
    is_new = link["verdict"] == "alive"
    assert facts["license"] == "MIT"
    assert facts["last_commit"] == "2026-11-01T02:00:00Z"
    assert facts["fetched_at"] == ("2026-11-20T02:00:00Z" if is_new else "2026-11-01T02:00:00Z")
    assert facts["stars"] == (20 if is_new and "stars" not in night.kept else 10)
    assert facts["kept"] in ({}, dict.fromkeys(night.kept, "2026-11-01T02:00:00Z") if is_new else {})


def test_limits_in_mid_run_leave_what_was_found_before(program: Program, serve_github: ServeGitHub) -> None:
    count = 120
    world = World(tuple(SimulatedRepository(name=f"acme/t-{n}", id=n) for n in range(count)))
    github, _ = serve_github(world)
    github.faults, github.lasting = [None], faults.rate_limited()
    program.write_list(*(f"https://github.com/acme/t-{n}" for n in range(count)))
    ended = program.run("--patience", "1s")
    assert ended.code == 3
    found = ended.summary["alive"]
    assert 0 < found < count
    assert ended.summary["unchecked"] == count - found
    github.lasting = None
    assert program.run().summary["alive"] == count


def test_missing_repository_is_dead_alone(program: Program, serve_github: ServeGitHub) -> None:
    world = _world(stars=1)
    serve_github(World(world.repositories[1:], world.owners))
    program.write_list(*(f"https://github.com/acme/tool-{n}" for n in range(1, _COUNT + 1)))
    ended = program.run()
    assert (ended.code, ended.summary["dead"], ended.summary["alive"]) == (10, 1, _COUNT - 1)


def test_a_new_night_finds_out_what_the_bad_one_could_not(
    program: Program, serve_github: ServeGitHub
) -> None:
    github, _ = serve_github(_world(stars=10))
    program.write_list("https://github.com/acme/tool-1")
    github.lasting = faults.unicorn()
    assert program.run("--patience", "0.1s").code == 3
    github.lasting = None
    program.night += timedelta(days=1)
    assert program.run().code == 0


def test_document_lists_the_tested_faults() -> None:
    rows = [
        (
            night.name,
            "all four are alive"
            if night.alive == _COUNT
            else f"{night.alive or 'none'} alive, the others unchecked",
            night.facts if night.alive == _COUNT else "all kept, each with its date",
            str(night.code),
            str(night.requests),
        )
        for night in NIGHTS
    ]
    titles = ("GitHub's fault", "Verdicts", "Facts", "Exit code", "Requests at most")
    assert_documented(ROOT / "docs" / "reliability.md", "github", titles, rows)
