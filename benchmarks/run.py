"""
Measures whole processes, start and reports included: `make bench`, or `ARGS=--rounds=9`.

Each figure is the median of several rounds, in which the pieces of work take
turns, and stands as a ratio to an empty interpreter started in the same rounds.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from anyio.from_thread import start_blocking_portal

from lmsys_enrich.simulation.github import TOKEN, SimulatedGitHub
from lmsys_enrich.simulation.server import Received, Response, Sent, serving
from lmsys_enrich.simulation.world import SimulatedRepository, World

_PROGRAM = (sys.executable, "-m", "lmsys_enrich")


def main() -> None:
    """Run every piece of work, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        portal = stack.enter_context(start_blocking_portal())
        github = stack.enter_context(
            portal.wrap_async_context_manager(serving(SimulatedGitHub(_world(1000))))
        )
        site = stack.enter_context(portal.wrap_async_context_manager(serving(_answer)))
        environ = {**os.environ, "GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN}
        work = _work(folder, site.url)
        times: dict[str, list[float]] = {name: [] for name in work}
        for _ in range(rounds):
            for name, command in work.items():
                times[name].append(_measured(command, folder, environ))
    _print(times, rounds)


def _work(folder: Path, site: str) -> Mapping[str, Sequence[str]]:
    _write(folder / "large.yaml", [f"https://host-{n % 500}.example/page/{n}" for n in range(10_000)])
    _write(folder / "repositories.yaml", [f"https://github.com/acme/tool-{n}" for n in range(1, 1001)])
    _write(folder / "pages.yaml", [f"{site}/{n}" for n in range(1000)])
    run = (*_PROGRAM, "run", "--quiet", "--refresh", "--allow-private", "--per-host", "50")
    return {
        "an empty interpreter": (sys.executable, "-c", ""),
        "--version": (*_PROGRAM, "--version"),
        "validate, 10,000 entries": (*_PROGRAM, "validate", "--quiet", "large.yaml"),
        "run, 1,000 repositories": (*run, "--out", "repositories", "repositories.yaml"),
        "run, 1,000 pages of one host": (*run, "--out", "pages", "pages.yaml"),
    }


def _measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    return time.perf_counter() - started


def _print(times: Mapping[str, Sequence[float]], rounds: int) -> None:
    base = median(next(iter(times.values())))
    print(f"Medians of {rounds} rounds; {platform.python_implementation()} {platform.python_version()}")
    for name, seconds in times.items():
        middle = median(seconds)
        print(
            f"{name:<30} {middle:7.2f} s  {middle / base:6.1f} x  ({min(seconds):.2f} to {max(seconds):.2f})"
        )


def _write(path: Path, urls: Sequence[str]) -> None:
    entries = "".join(f"      - name: Entry {n}\n        url: {url}\n" for n, url in enumerate(urls))
    path.write_text(f"title: A list\nsections:\n  - title: All\n    entries:\n{entries}", encoding="utf-8")


def _world(count: int) -> World:
    return World(tuple(SimulatedRepository(name=f"acme/tool-{n}", id=n) for n in range(1, count + 1)))


async def _answer(received: Received) -> Response:
    del received
    return Sent(200, {"content-type": "text/html"}, b"<title>A page</title>")


if __name__ == "__main__":
    main()
