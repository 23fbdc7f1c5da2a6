"""
Speed of two installations of the program, before and after a change, in one run.

    python -m benchmarks.before_and_after OLD/bin/python NEW/bin/python [--rounds 3] [--rows ABCTGI]

The rows are those of docs/benchmarks.md. In each round both run every row on the same
list, each time in the other order. Prints the medians and their ratio, and the load of the
machine at both ends: figures of a busy machine are worth their ratio alone.
"""

import argparse
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.lists import spread, urls, write
from benchmarks.measure import Figures, measured, middle
from benchmarks.servers import farm
from benchmarks.tools import delete, ours
from benchmarks.work import Ports, Work, works

_FRESH = "living"
_NAMED = "named"
Row = Callable[[str, int, Path], Figures]
"""Measures one row with an interpreter, in a round, in a folder."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", default="ABCTGI")
    arguments = parser.parse_args()
    pythons = {"before": str(arguments.old.absolute()), "after": str(arguments.new.absolute())}
    for python in pythons.values():
        _compile(python)
    print(f"load before: {os.getloadavg()}")
    print("| row | before s | after s | wall | CPU | MB before | MB after |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name, farm(Path(name)) as ports:
        folder = Path(name)
        rows = _rows(works(folder, ports, arguments.rounds))
        named = [f"https://docs-{link.host}.example.org{link.path}" for link in spread(10_000, 500)]
        write(folder, _NAMED, named)  # nothing is requested from them
        if "G" in arguments.rows:
            _fill_caches(folder, ports, pythons)
        for letter in arguments.rows:
            _print_row(letter, _measure(rows[letter], pythons, arguments.rounds, folder))
    print(f"load after: {os.getloadavg()}")


def _compile(python: str) -> None:
    """Compile the program, as an installation does, also where the environment forbids it."""
    code = "import compileall, lmsys_enrich; compileall.compile_dir(*lmsys_enrich.__path__, quiet=1)"
    subprocess.run((python, "-c", code), check=True)  # noqa: S603 - ours


def _rows(todo: Sequence[Work]) -> Mapping[str, Row]:
    """Return the rows by letter: G is a run in which everything is fresh, I reads 10,000 entries."""
    return {**{work.letter: partial(_crawl, work) for work in todo}, "G": _all_fresh, "I": _validate}


def _measure(
    row: Row, pythons: Mapping[str, str], rounds: int, folder: Path
) -> Mapping[str, Sequence[Figures]]:
    seen: dict[str, list[Figures]] = {name: [] for name in pythons}
    for number in range(rounds):
        for name in list(pythons)[:: 1 if number % 2 else -1]:
            seen[name].append(row(pythons[name], number, folder))
    return seen


def _crawl(work: Work, python: str, number: int, folder: Path) -> Figures:
    name = f"{work.name}-{number}"
    delete(folder, name)
    return measured(ours(name, work.concurrency, work.per_host, python), folder, os.environ)


def _fill_caches(folder: Path, ports: Ports, pythons: Mapping[str, str]) -> None:
    """Run once with each interpreter on a list of its own, so that everything is fresh the next time."""
    living = [found for found in spread(11_000, 500) if found.path.startswith("/200/")][:10_000]
    for python in pythons.values():
        write(folder, _fresh_list(python), urls(living, ports.clear))
        measured(ours(_fresh_list(python), 500, 10, python), folder, os.environ)


def _fresh_list(python: str) -> str:
    return f"{_FRESH}-{abs(hash(python))}"


def _all_fresh(python: str, number: int, folder: Path) -> Figures:
    del number
    command = [word for word in ours(_fresh_list(python), 500, 10, python) if word != "--refresh"]
    return measured(command, folder, os.environ)


def _validate(python: str, number: int, folder: Path) -> Figures:
    del number
    command = (python, "-m", "lmsys_enrich", "validate", "--quiet", f"{_NAMED}.yaml")
    return measured(command, folder, os.environ)


def _print_row(letter: str, seen: Mapping[str, Sequence[Figures]]) -> None:
    old, new = middle(seen["before"]), middle(seen["after"])
    print(
        f"| {letter} | {old.wall:.2f} | {new.wall:.2f} | {new.wall / old.wall:.2f} x"
        f" | {new.cpu / old.cpu:.2f} x | {old.store:.0f} | {new.store:.0f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
