"""
`make bench`, or `make bench ARGS="--rounds 3 --rows A H"`: measure, and write docs/benchmarks.md.

Each section of the page is written as soon as it is measured. A tool that fails, sends too
few requests or judges wrongly ends it: the later sections stay as they were, with their dates.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.report import conditions, with_section
from benchmarks.rows import Bench
from benchmarks.servers import farm
from benchmarks.tools import tools
from benchmarks.work import works

_PAGE = Path("docs/benchmarks.md")


def main() -> None:
    """Measure every section, or those of `--rows`."""
    arguments = _arguments()
    compared = [tool for tool in tools() if tool.is_there]
    # A tool that does not run ends it here.
    versions = [tool.version() for tool in compared if tool.name != "lychee, tuned"]
    with tempfile.TemporaryDirectory() as name, farm(Path(name)) as ports:
        bench = Bench(Path(name), ports.clear, compared, arguments.rounds)
        of_tools = {
            work.letter: partial(bench.of_tools, work) for work in works(bench.folder, ports, bench.rounds)
        }
        sections: Mapping[str, Callable[[], str]] = {
            **of_tools,
            "H": partial(bench.large, arguments.large),
            "D": partial(bench.repositories, arguments.repositories),
            "F": bench.names,
            "G": bench.start,
            "K": partial(bench.cluster, arguments.clustered),
            "L": bench.last_release,
            "M": partial(bench.huge, arguments.huge),
        }
        for letter in arguments.rows or [letter for letter in sections if letter != "M"]:
            load = os.getloadavg()[1]
            section = sections[letter]()
            measured = conditions(bench.rounds, versions, load, datetime.now(UTC))
            page = with_section(_PAGE.read_text(encoding="utf-8"), letter, f"{section}\n\n{measured}")
            _PAGE.write_text(page, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--rows", nargs="+", metavar="LETTER", help="sections to measure (default: all but M)"
    )
    parser.add_argument(
        "--cluster", dest="rows", action="store_const", const=["K"], help="the same as --rows K"
    )
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--clustered", type=int, default=20_000, help="links for the cluster")
    parser.add_argument("--large", type=int, default=100_000, help="links of the largest list")
    parser.add_argument("--huge", type=int, help="measure so many links and no more, such as 1000000")
    arguments = parser.parse_args()
    if arguments.huge:
        arguments.rows = ["M"]
    return arguments


if __name__ == "__main__":
    main()
