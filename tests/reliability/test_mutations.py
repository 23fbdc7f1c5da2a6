"""Nights on which a service's JSON has any value, or none, in any place: no link dies, no fact is lost."""

import copy
import json
from random import Random
from typing import Any

import pytest

from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.settings.access import Access, GitHubAccess
from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Fault, Received, Response, Sent
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.reliability import test_forges as forges
from tests.reliability import test_papers as papers
from tests.reliability.nights import Ended, a_night
from tests.services import ServiceFetch

SEEDS = range(25)
JUNK: tuple[object, ...] = (
    None,
    "",
    3,
    -1,
    2**70,
    1.5,
    [],
    {},
    True,
    "x" * 300,
    [None],
    {"a": 1},
    "null",
    "<b>",
    "../..",
    "a/b",
)
REPOSITORY, ISSUE, ACCOUNT = (
    f"https://github.com/{path}" for path in ("acme/tool", "acme/tool/issues/5", "acme")
)


def mutated(seed: int) -> Fault:
    """A fault that changes some values of each response, or removes them."""
    random = Random(seed)  # noqa: S311 - the same places each time

    def fault(_: Received, answer: Sent) -> Response:
        try:
            body = json.loads(answer.body)
        except ValueError:
            return answer
        for _number in range(random.choice((1, 1, 2, 3))):
            _mutate(body, random)
        return Sent(answer.status, answer.headers, json.dumps(body).encode())

    return fault


def _mutate(body: Any, random: Random) -> None:  # noqa: ANN401 - any JSON
    places = list(_places(body))
    if not places:
        return
    container, key = random.choice(places)
    if random.random() < 0.75:
        container[key] = copy.deepcopy(random.choice(JUNK))
    else:
        del container[key]


def _places(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Every place of a value, as its container and key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield value, key
        yield from _places(item)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("forge", forges.FORGES)
async def test_changed_json_of_a_forge_loses_nothing(forge: str, seed: int) -> None:
    first, second = await forges.nights(forge, mutated(seed))
    for url in forges.LINKS:
        before, after = first[url], second[url]
        assert after.effective_verdict in {Verdict.ALIVE, Verdict.MOVED}
        if before.repository is not None and after.repository is not None:
            assert after.repository.id is not None
            assert after.repository.stars is not None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("service", papers.SERVICES)
async def test_changed_json_of_a_registry_kills_no_paper(service: str, seed: int) -> None:
    first, second = await papers.nights(service, mutated(seed))
    for url in papers.LINKS:
        assert second[url].effective_verdict is Verdict.ALIVE
        assert (second[url].paper is None) is (first[url].paper is None)


async def a_night_of_github(number: int, first: Ended | None = None, fault: Fault | None = None) -> Ended:
    repository = SimulatedRepository(name="acme/tool", id=7, stars=number, license="MIT", issues=(5,))
    github = SimulatedGitHub(World((repository,), {"acme": "Organization"}))
    github.lasting = fault
    known = first.report.findings if first is not None else {}
    access = Access(github=(GitHubAccess(token=TOKEN),))
    fetch = ServiceFetch({"api.github.com": github})
    return await a_night(number, fetch, access, (REPOSITORY, ISSUE, ACCOUNT), known)


@pytest.mark.parametrize("seed", SEEDS)
async def test_changed_json_of_github_loses_nothing(seed: int) -> None:
    first = await a_night_of_github(1)
    second = await a_night_of_github(9, first, mutated(seed))
    for url in (REPOSITORY, ISSUE, ACCOUNT):
        assert first[url].verdict is Verdict.ALIVE
        assert second[url].effective_verdict in {Verdict.ALIVE, Verdict.MOVED}
        suggestion = second[url].suggestion
        assert suggestion is None or suggestion.url.startswith("https://github.com/")
    facts = second[REPOSITORY].repository
    assert facts is not None
    assert facts.id is not None
    assert facts.stars in {1, 9, 3}
