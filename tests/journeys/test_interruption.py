"""Ctrl-C, as a user presses it: what was found is kept, and the next run goes on from there."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from anyio.from_thread import BlockingPortal

from lmsys_enrich.simulation.server import Received, Response, Sent
from tests.journeys.conftest import Serve
from tests.journeys.program import Program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_found(
    program: Program, serve: Serve, portal: BlockingPortal, number: signal.Signals
) -> None:
    is_held, go_on = portal.call(asyncio.Event), portal.call(asyncio.Event)

    async def hold_one(received: Received) -> Response:
        if received.path == "/held":
            is_held.set()
            await go_on.wait()
        return Sent(200)

    site = serve(hold_one)
    program.write_list(f"{site.url}/a", f"{site.url}/held")
    with subprocess.Popen(
        [sys.executable, "-m", "lmsys_enrich", "run", "--json", "--allow-private", "--verbose"],
        env={**os.environ, **program.environment},
        cwd=program.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        portal.call(is_held.wait)
        line = running.stderr.readline()
        running.send_signal(number)
        _, rest = running.communicate()
    assert running.returncode == 130
    assert f"{site.url}/a" in line
    assert "Interrupted" in rest
    assert program.verdicts() == {f"{site.url}/a": "alive", f"{site.url}/held": "unchecked"}
    portal.call(go_on.set)
    asked = len(site.log)
    assert program.run().code == 0
    assert {received.path for received in site.log[asked:]} == {"/held"}
