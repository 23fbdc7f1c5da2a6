"""One list with links to two GitHubs, a GitLab and a model: each has its own facts and token."""

import json
import shutil
from typing import Any

from lmsys_enrich.simulation.forges import Projects, SimulatedForges, SimulatedProject, addresses
from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Received, Response
from lmsys_enrich.simulation.world import SimulatedRepository, World
from lmsys_enrich.values import replace
from tests.journeys.conftest import Serve, ServeGitHub
from tests.journeys.program import Program

HERE, THERE = "https://github.com/acme/tool", "https://ghe.example.org/acme/tool"
GITLAB, MODEL = "https://gitlab.com/acme/tool", "https://huggingface.co/acme/large"
PROJECTS = Projects(
    (
        SimulatedProject(host="gitlab.com", name="acme/tool", id=1, stars=3, license="MIT"),
        SimulatedProject(host="huggingface.co", name="acme/large", id=2, stars=4),
    )
)


class Enterprise:
    """A GitHub Enterprise: its API lies below `/api`."""

    def __init__(self, world: World) -> None:
        self.github = SimulatedGitHub(world)

    async def __call__(self, received: Received) -> Response:
        target = received.target.removeprefix("/api").removeprefix("/v3")
        return await self.github(replace(received, target=target))


def _world(stars: int) -> World:
    return World((SimulatedRepository(name="acme/tool", id=1, stars=stars),), {"acme": "Organization"})


def _stars(program: Program) -> dict[str, Any]:
    content = json.loads((program.folder / "build" / "enriched.json").read_text())
    return {
        entry["url"]: (entry["repository"] or {}).get("stars") or (entry["model"] or {}).get("likes")
        for entry in content["entries"]
    }


def test_every_forge_has_its_own_facts_and_token(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    _, here = serve_github(_world(1))
    there, forges = serve(Enterprise(_world(2))), serve(SimulatedForges(PROJECTS))
    environ = addresses(forges.url)
    program.environ |= {
        **environ,
        "LMSYS_ENRICH_FORGES": f"ghe.example.org={there.url} {environ['LMSYS_ENRICH_FORGES']}",
        "LMSYS_ENRICH_TOKENS": f"ghe.example.org={TOKEN}",
        "GITLAB_TOKEN": "glpat-secret",
        "HF_TOKEN": "hf_secret",
    }
    settings = '[[forge]]\nhost = "ghe.example.org"\nkind = "github"\n'
    (program.folder / "lmsys-enrich.toml").write_text(settings)
    program.write_list(HERE, THERE, GITLAB, MODEL)
    ended = program("run")
    assert ended.code == 0, ended.err
    assert _stars(program) == {HERE: 1, THERE: 2, GITLAB: 3, MODEL: 4}
    assert {one.headers.get("authorization") for one in (*here.log, *there.log)} == {f"Bearer {TOKEN}"}
    sent = {one.target.split("/")[1]: one.headers.get("authorization") for one in forges.log}
    assert sent == {"gitlab.com": "Bearer glpat-secret", "huggingface.co": "Bearer hf_secret"}

    # The outputs last written are the second memory: no forge gets another's facts.
    shutil.rmtree(program.folder / "cache")
    assert program("render").code == 0
    assert _stars(program) == {HERE: 1, THERE: 2, GITLAB: 3, MODEL: 4}


def test_plan_counts_the_requests_to_each_forge(
    program: Program, serve: Serve, serve_github: ServeGitHub
) -> None:
    serve_github(_world(1))
    forges = serve(SimulatedForges(PROJECTS))
    program.environ |= addresses(forges.url)
    program.write_list(HERE, GITLAB, MODEL)
    ended = program("run", "--plan")
    assert "1  for gitlab.com (1 GraphQL request)" in ended.out
    assert "1  for huggingface.co (1 REST request)" in ended.out
    assert forges.log == []


def test_bad_address_of_a_forge_is_a_mistake(program: Program) -> None:
    program.environ["LMSYS_ENRICH_FORGES"] = "gitlab.com=http://[::"
    program.write_list(GITLAB)
    ended = program("run")
    assert ended.code == 2
    assert "LMSYS_ENRICH_FORGES" in ended.err
