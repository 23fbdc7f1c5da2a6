"""`make bench`, or `make bench ARGS=--rounds=3`: measure everything, and write docs/benchmarks.md."""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.github import link, paced
from benchmarks.limit import limit
from benchmarks.lists import one_large_host, spread, urls, write
from benchmarks.measure import Figures, measured, middle
from benchmarks.report import Alone, Large, report
from benchmarks.tools import Tool, forget, tools
from benchmarks.work import Work, works

_PAGE = Path("docs/benchmarks.md")


def main() -> None:
    """Run every piece of work with every tool in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000, help="links of the largest list")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    compared = [tool for tool in tools() if tool.is_there]
    missing = [tool.name for tool in tools() if not tool.is_there]
    with tempfile.TemporaryDirectory() as name, _farm() as port:
        folder = Path(name)
        todo = works(folder, port)
        figures = {work.title: _rounds(work, compared, folder, rounds) for work in todo}
        start = _start(folder, port, rounds)
        large = _large(folder, port, compared, arguments.large)
        alone = [
            _mixed(folder, port, rounds),
            _repositories(folder, arguments.repositories),
        ]
    page = report(todo, figures, start, large, alone, missing, rounds)
    _PAGE.write_text(page, encoding="utf-8")
    print(_PAGE.read_text(encoding="utf-8"))


def _rounds(work: Work, compared: Sequence[Tool], folder: Path, rounds: int) -> dict[str, Figures]:
    seen: defaultdict[str, list[Figures]] = defaultdict(list)
    for number in range(rounds):
        for tool in compared:
            forget(folder, work.name)
            print(f"{work.title}: round {number + 1}, {tool.name}", file=sys.stderr)
            command = tool.start(work.name, work.concurrency, work.per_host)
            seen[tool.name].append(measured(command, folder, os.environ))
    return {name: middle(figures) for name, figures in seen.items()}


def _start(folder: Path, port: int, rounds: int) -> dict[str, Figures]:
    """Measure what a user waits for although nothing is asked."""
    program = (sys.executable, "-m", "lmsys_enrich")
    living = [found for found in spread(11_000, 500) if found.path.startswith("/200/")][:10_000]
    write(folder, "living", urls(living, port))
    run = [word for word in tools()[0].start("living", 500, 10) if word != "--refresh"]
    measured(run, folder, os.environ)  # from now on everything is known
    commands = {
        "an empty interpreter": (sys.executable, "-c", "pass"),
        "--version": (*program, "--version"),
        "validate, 10,000 entries": (*program, "validate", "--quiet", "many.yaml"),
        "run, 10,000 links, all fresh": run,
    }
    return {
        name: middle([measured(command, folder, os.environ) for _ in range(rounds)])
        for name, command in commands.items()
    }


def _large(folder: Path, port: int, compared: Sequence[Tool], count: int) -> Large:
    """Measure the largest list, once with each tool that is not tuned."""
    links = spread(count, count // 5)
    write(folder, "largest", urls(links, port))
    seen = {}
    for tool in compared:
        if tool.name in {"lmsys-enrich", "lychee"}:
            print(f"the largest list: {tool.name}", file=sys.stderr)
            seen[tool.name] = measured(tool.start("largest", 500, 10), folder, os.environ)
    return Large(count, limit(links, 500), seen)


def _mixed(folder: Path, port: int, rounds: int) -> Alone:
    """Measure a list as awesome lists are: 600 of 1,000 links are repositories."""
    links = one_large_host(1000, 0.6, 238)
    pages = iter(urls([found for found in links if found.host], port))
    repositories = iter(map(link, range(600)))
    write(folder, "mixed", [next(pages) if found.host else next(repositories) for found in links])
    with _github(600) as environ:
        seen = []
        for _ in range(rounds):
            forget(folder, "mixed")
            seen.append(measured(tools()[0].start("mixed", 200, 10), folder, environ))
    return Alone(
        "D. 1,000 links, 600 of them repositories, C=200", middle(seen), _traffic(folder, "mixed"), None
    )


def _repositories(folder: Path, count: int) -> Alone:
    """Measure many repositories, cold, once."""
    write(folder, "repositories", list(map(link, range(count))))
    with _github(count) as environ:
        seen = measured(tools()[0].start("repositories", 200, 10), folder, environ)
    traffic = _traffic(folder, "repositories")
    return Alone(f"E. {count:,} repositories, cold", seen, traffic, paced(count, traffic["graphql"]))


def _traffic(folder: Path, name: str) -> dict[str, int]:
    told: dict[str, int] = json.loads((folder / f"out-{name}" / "enriched.json").read_bytes())["traffic"]
    return told


@contextmanager
def _github(repositories: int) -> Iterator[Mapping[str, str]]:
    """Yield the environment in which the simulated GitHub is found."""
    command = (sys.executable, "-m", "benchmarks.github", str(repositories))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as github:  # noqa: S603 - ours
        told = github.stdout.readline() if github.stdout is not None else b"{}"
        try:
            yield {**os.environ, **json.loads(told)}
        finally:
            github.terminate()


@contextmanager
def _farm() -> Iterator[int]:
    """Yield the port of a farm in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "benchmarks.farm", str(port))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as farm:  # noqa: S603 - ours
        if farm.stdout is not None:
            farm.stdout.readline()  # until it is ready
        try:
            yield port
        finally:
            farm.terminate()


if __name__ == "__main__":
    main()
