"""
HTTP clients compared: what one link costs with httpx, aiohttp and the client of our own.

    python -m benchmarks.http_clients [--links 2000] [--at-once 200] [--rounds 3]

Each client sends one HEAD for each link to the farm on loopback, over `--links` / 5 hosts:
the price of the client alone, without robots.txt, redirects and retries. Rounds alternate
between the clients; the table has the medians, the start of the interpreter taken off.
aiohttp is measured only where it is installed: the project does not depend on it.
"""

import argparse
import asyncio
import os
import ssl
import sys
import tempfile
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import httpx

from benchmarks.lists import spread, urls
from benchmarks.measure import Figures, measured, middle
from benchmarks.servers import farm
from lmsys_enrich.about import USER_AGENT
from lmsys_enrich.http.client import HttpClient
from lmsys_enrich.http.messages import Request, Response
from lmsys_enrich.http.pool import ConnectionPool
from lmsys_enrich.http.resolver import Resolver, look_up

_TIMEOUT = 10.0
_HEADERS = {"user-agent": USER_AGENT}
Head = Callable[[str], Awaitable[int]]
"""Sends a HEAD request to a URL, and returns the status."""


def main() -> None:
    """Measure every client, or be the client that is measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--links", type=int, default=2_000)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", choices=_CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    addresses = urls(spread(arguments.links, max(1, arguments.links // 5)), arguments.port or 0)
    if arguments.client:
        asyncio.run(_CLIENTS[arguments.client](addresses, arguments.at_once))
    else:
        _compare(arguments.links, arguments.at_once, arguments.rounds)


def _compare(links: int, at_once: int, rounds: int) -> None:
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(Path.cwd()), os.environ.get("PYTHONPATH", ""))),
    }
    names = [name for name in _CLIENTS if name == "ours" or find_spec(name)]
    seen: defaultdict[str, list[Figures]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, farm(Path(name)) as ports:
        for _ in range(rounds):
            for client in names:
                words = ("--client", client, "--links", str(links), "--at-once", str(at_once))
                seen[client].append(_one(words, ports.clear, Path(name), environ))
            seen["start"].append(_one(("--client", "ours", "--links", "0"), ports.clear, Path(name), environ))
    start = middle(seen.pop("start"))
    print("| client | wall s | CPU ms a link | MB |\n| --- | ---: | ---: | ---: |")
    for client, figures in seen.items():
        one = middle(figures)
        title = client if client == "ours" else f"{client} {version(client)}"
        print(f"| {title} | {one.wall:.2f} | {(one.cpu - start.cpu) * 1000 / links:.2f} | {one.store:.0f} |")


def _one(words: Sequence[str], port: int, folder: Path, environ: dict[str, str]) -> Figures:
    command = (sys.executable, "-m", "benchmarks.http_clients", *words, "--port", str(port))
    return measured(command, folder, environ, codes=(0,))


async def _send_all(head: Head, addresses: Sequence[str], at_once: int) -> None:
    waiting = iter(addresses)

    async def worker() -> None:
        for url in waiting:
            await head(url)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def _with_httpx(addresses: Sequence[str], at_once: int) -> None:
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(
        limits=limits, timeout=_TIMEOUT, headers=_HEADERS, trust_env=False
    ) as client:

        async def head(url: str) -> int:
            return (await client.head(url)).status_code

        await _send_all(head, addresses, at_once)


async def _with_aiohttp(addresses: Sequence[str], at_once: int) -> None:
    aiohttp = import_module("aiohttp")
    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector, headers=_HEADERS) as session:

        async def head(url: str) -> int:
            async with session.head(url, allow_redirects=False) as response:
                return int(response.status)

        await _send_all(head, addresses, at_once)


async def _with_ours(addresses: Sequence[str], at_once: int) -> None:
    names = Resolver(look_up, _TIMEOUT)
    pool = ConnectionPool(names, ssl.create_default_context, _TIMEOUT, allow_private=True)
    client = HttpClient(pool, _TIMEOUT)

    async def head(url: str) -> int:
        outcome = await client(Request("HEAD", url))
        if not isinstance(outcome, Response):
            raise TypeError(
                f"{url}: {outcome}"
            )  # the farm answers everything: the figures would be worth nothing
        return outcome.status

    try:
        await _send_all(head, addresses, at_once)
    finally:
        pool.close()
        await names.close()


_CLIENTS = {"httpx": _with_httpx, "aiohttp": _with_aiohttp, "ours": _with_ours}


if __name__ == "__main__":
    main()
