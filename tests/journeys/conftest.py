"""Servers on loopback beside the test, and the program as users start it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Handler, Server, serving
from lmsys_enrich.simulation.world import World
from tests.journeys.program import Program

Serve = Callable[[Handler], Server]
ServeGitHub = Callable[[World], tuple[SimulatedGitHub, Server]]


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """A thread with an event loop, in which servers run while the program has its own."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def serve(portal: BlockingPortal) -> Iterator[Serve]:
    """Starts a server that stops when the test ends."""
    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(portal.wrap_async_context_manager(serving(handler)))


@pytest.fixture
def serve_github(serve: Serve, program: Program) -> ServeGitHub:
    """Starts a simulated GitHub that the program finds in its environment."""

    def start(world: World) -> tuple[SimulatedGitHub, Server]:
        github = SimulatedGitHub(world)
        server = serve(github)
        program.environ |= {
            "GITHUB_API_URL": server.url,
            "GITHUB_GRAPHQL_URL": f"{server.url}/graphql",
            "GITHUB_TOKEN": TOKEN,
        }
        return github, server

    return start


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program in an empty folder, on the first night."""
    folder = tmp_path / "list"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Program(folder)
