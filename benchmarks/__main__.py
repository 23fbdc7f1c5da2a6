"""`make bench`, or `make bench ARGS=--rounds=3`: measure everything, and write docs/benchmarks.md."""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Figures, measured, middle
from benchmarks.report import report
from benchmarks.tools import Tool, forget, tools
from benchmarks.work import Work, works

_PAGE = Path("docs/benchmarks.md")


def main() -> None:
    """Run every piece of work with every tool in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    compared = [tool for tool in tools() if tool.is_there]
    missing = [tool.name for tool in tools() if not tool.is_there]
    with tempfile.TemporaryDirectory() as name, _farm() as port:
        folder = Path(name)
        todo = works(folder, port)
        figures = {work.title: _rounds(work, compared, folder, rounds) for work in todo}
        start = _start(folder, rounds)
    _PAGE.write_text(report(todo, figures, start, missing, rounds), encoding="utf-8")
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


def _start(folder: Path, rounds: int) -> dict[str, Figures]:
    """Measure what a user waits for although nothing is asked."""
    program = (sys.executable, "-m", "lmsys_enrich")
    fresh = (*program, "run", "many.yaml", "--quiet", "--allow-private", "--max-change", "100")
    commands = {
        "an empty interpreter": (sys.executable, "-c", "pass"),
        "--version": (*program, "--version"),
        "validate, 10,000 entries": (*program, "validate", "--quiet", "many.yaml"),
        "run, 10,000 links, all fresh": (*fresh, "--out", "out-many", "--cache", "cache-many"),
    }
    return {
        name: middle([measured(command, folder, os.environ) for _ in range(rounds)])
        for name, command in commands.items()
    }


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
