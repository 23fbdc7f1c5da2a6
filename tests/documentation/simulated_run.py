"""`lmsys-enrich run` as in the documentation, with a simulated internet."""

import asyncio
import os
import sys
from argparse import Namespace
from urllib.parse import urlsplit

from lmsys_enrich.cli.flags import lists_of, settings_of
from lmsys_enrich.cli.main import build_parser
from lmsys_enrich.cli.run import RunRequest, execute_run
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import EnrichError
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.simulation.demonstration import listed_links
from lmsys_enrich.simulation.internet import simulated_internet
from lmsys_enrich.simulation.world import SCENARIO, read_world


async def run(arguments: Namespace, terminal: Terminal) -> int:
    """Do what `run` does; what is on hosts that the scenario does not have is there, and well."""
    settings = settings_of(arguments, terminal.environ)
    lists = lists_of(arguments, settings)
    simulated = read_world(SCENARIO).sites
    listed = listed_links(read_as_set(settings, lists)).items()
    others = {url: said for url, said in listed if urlsplit(url).hostname not in simulated}
    async with simulated_internet(listed=others) as internet:
        environ = {**terminal.environ, **internet.environ}
        job = RunRequest(lists, settings, environ, arguments.plan, through=internet.through)
        return await execute_run(job, terminal)


if __name__ == "__main__":
    arguments = build_parser(["run"]).parse_args()
    terminal = Terminal(sys.stdout, sys.stderr, os.environ)
    try:
        sys.exit(asyncio.run(run(arguments, terminal)))
    except EnrichError as problem:
        sys.exit(terminal.fail(problem))
