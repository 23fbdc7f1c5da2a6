"""`make bench`, or `make bench ARGS=--rounds=3`: measure everything, and write docs/benchmarks.md."""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import httpx

from benchmarks.github import WORK, link, paced
from benchmarks.limit import limit
from benchmarks.lists import one_large_host, spread, urls, write
from benchmarks.measure import Figures, measured, middle, require
from benchmarks.names import name_of
from benchmarks.plot import plot
from benchmarks.report import (
    Alone,
    Facts,
    Large,
    Measured,
    cluster_rows,
    huge_rows,
    report,
    section_of,
    with_section,
)
from benchmarks.servers import farm, github, measured_on, requests_so_far
from benchmarks.tools import Tool, best_of, delete, installed, ours, tools
from benchmarks.work import Work, works

_PAGE = Path("docs/benchmarks.md")
_PICTURES = Path("docs/images")
_NAME_SERVER = 0.05  # seconds for a name
_FOR_FACTS = 100
_STORED = 200_000  # links from which on a run keeps what it knows on disk


def main() -> None:
    """Run every piece of work with every tool in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--clustered", type=int, default=20_000, help="links for the cluster")
    parser.add_argument("--cluster", action="store_true", help="print the rows of the cluster, and no more")
    parser.add_argument("--large", type=int, default=100_000, help="links of the largest list")
    parser.add_argument("--huge", type=int, help="measure so many links alone, such as 1000000")
    arguments = parser.parse_args()
    rounds, load = arguments.rounds, os.getloadavg()[1]
    compared = [tool for tool in tools() if tool.is_there]
    versions = [
        tool.version() for tool in compared if tool.name != "lychee, tuned"
    ]  # one that fails ends it here
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with farm(folder) as ports:
            if arguments.cluster:
                found_apart = _cluster(folder, ports.clear, arguments.clustered)
                _write_apart("K", cluster_rows(arguments.clustered, found_apart))
                return
            if arguments.huge:
                figures, crawl = _huge(folder, ports.clear, arguments.huge)
                section = huge_rows(arguments.huge, figures, crawl, (load, os.getloadavg()[1]))
                _write_apart("M", section)
                return
            todo = works(folder, ports, rounds)
            found = Measured(
                rounds=rounds,
                works=todo,
                figures={work.letter: _rounds(work, compared, folder) for work in todo},
                mixed=_mixed(folder, ports.clear, rounds),
                repositories=_repositories(folder, arguments.repositories),
                facts=_facts(folder),
                names=_names(folder, ports.clear, rounds),
                start=_start(folder, ports.clear, rounds),
                large=_large(folder, ports.clear, compared, arguments.large),
                changed=_last_release(folder, ports.clear, rounds),
                cluster=_cluster(folder, ports.clear, arguments.clustered),
                clustered=arguments.clustered,
                versions=versions,
                load=(load, os.getloadavg()[1]),
                missing=[tool.name for tool in tools() if not tool.is_there],
            )
    _PICTURES.mkdir(exist_ok=True)
    for work in todo:
        walls = {tool: middle(seen).wall for tool, seen in found.figures[work.letter].items()}
        picture = plot(f"{work.letter}. {work.title}", walls, median(work.limits))
        (_PICTURES / f"benchmark-{work.letter.lower()}.svg").write_text(picture, encoding="utf-8")
    page = report(found)
    if (huge := section_of(_PAGE.read_text(encoding="utf-8"), "M")) is not None:
        page = with_section(page, "M", huge)  # measured apart
    _PAGE.write_text(page, encoding="utf-8")


def _rounds(work: Work, compared: Sequence[Tool], folder: Path) -> dict[str, list[Figures]]:
    seen: defaultdict[str, list[Figures]] = defaultdict(list)
    for number in range(len(work.orders)):
        name = f"{work.name}-{number}"
        for tool in compared:
            delete(folder, name)
            _say(f"{work.letter}: round {number + 1}, {tool.name}")
            command = tool.start(name, work.concurrency, work.per_host)
            links = len(work.orders[number])
            seen[tool.name].append(measured_on(work.port, links, command, folder, tool.codes))
    return seen


def _mixed(folder: Path, port: int, rounds: int) -> Alone:
    """Measure a list as awesome lists are: 600 of 1,000 links are repositories."""
    links = one_large_host(1000, 0.6, 238)
    pages = iter(urls([found for found in links if found.host], port))
    repositories = iter(map(link, range(600)))
    write(folder, "mixed", [next(pages) if found.host else next(repositories) for found in links])
    seen = []
    with github(600) as environ:
        for _ in range(rounds):
            delete(folder, "mixed")
            seen.append(measured(ours("mixed", 200, 10), folder, environ))
            require(_summary(folder, "mixed"), "repositories", 600)
            require(_traffic(folder, "mixed"), "web", 400)
    title = "D. 1,000 links, 600 of them repositories, C=200"
    return Alone(title, middle(seen), _traffic(folder, "mixed"), None)


def _repositories(folder: Path, count: int) -> Alone:
    """Measure many repositories, cold, once."""
    _say("E")
    write(folder, "repositories", list(map(link, range(count))))
    with github(count) as environ:
        seen = measured(ours("repositories", 200, 10), folder, environ)
        require(_summary(folder, "repositories"), "repositories", count)
        work: float = httpx.get(f"{environ['GITHUB_API_URL']}{WORK}").json()
    title = f"E. {count:,} repositories, cold"
    return Alone(title, seen, _traffic(folder, "repositories"), paced(work))


def _facts(folder: Path) -> Facts:
    """Measure few repositories beside best-of-generator, which requests one after the other."""
    write(folder, "facts", list(map(link, range(_FOR_FACTS))))
    seen: dict[str, tuple[Figures, int]] = {}
    with github(_FOR_FACTS) as environ:
        mine = measured(ours("facts", 200, 10), folder, environ)
        require(_summary(folder, "facts"), "repositories", _FOR_FACTS)
        seen["lmsys-enrich"] = mine, _traffic(folder, "facts")["graphql"]
        names = [f"acme/tool-{number}" for number in range(_FOR_FACTS)]
        if command := best_of(environ["GITHUB_API_URL"], "best-of", names):
            _say("best-of")
            theirs = measured(command, folder, environ)
            requested = len(json.loads((folder / "best-of/requested.json").read_bytes()))
            require({"requests of best-of-generator": requested}, "requests of best-of-generator", _FOR_FACTS)
            seen["best-of-generator"] = theirs, requested
    return Facts(_FOR_FACTS, seen)


def _names(folder: Path, port: int, rounds: int) -> Mapping[str, Figures]:
    """Measure 500 hosts by name, with a name server that answers at once and with a slow one."""
    links = spread(2_000, 500)
    write(folder, "names", [f"http://{name_of(found.host)}:{port}{found.path}" for found in links])
    seen: defaultdict[str, list[Figures]] = defaultdict(list)
    for _ in range(rounds):
        for title, seconds in (("names at once", 0.0), ("50 ms for a name", _NAME_SERVER)):
            delete(folder, "names")
            _, _, _, *command = ours("names", 200, 10)
            slow = (installed(), "-m", "benchmarks.names", str(seconds), *command)
            seen[title].append(measured(slow, folder, _where_benchmarks_are()))
            require(_traffic(folder, "names"), "web", len(links))
    return {title: middle(figures) for title, figures in seen.items()}


def _start(folder: Path, port: int, rounds: int) -> dict[str, Figures]:
    """Measure what a user waits for although no request is sent."""
    program = (installed(), "-m", "lmsys_enrich")
    living = [found for found in spread(11_000, 500) if found.path.startswith("/200/")][:10_000]
    write(folder, "living", urls(living, port))
    run = [word for word in ours("living", 500, 10) if word != "--refresh"]
    measured(run, folder, os.environ)  # from now on everything is known
    commands = {
        "an empty interpreter": (installed(), "-c", "pass"),
        "--version": (*program, "--version"),
        "validate, 10,000 entries": (*program, "validate", "--quiet", "many-0.yaml"),
        "run, 10,000 links, all fresh": run,
    }
    found = {
        name: middle([measured(command, folder, os.environ) for _ in range(rounds)])
        for name, command in commands.items()
    }
    require(_traffic(folder, "living"), "cached", len(living))
    return found


def _last_release(folder: Path, port: int, rounds: int) -> dict[str, Figures]:
    """Measure what the last release changed; to be called after `_start`, whose outputs are read back."""
    offline = (installed(), "-m", "lmsys_enrich", "run", "--quiet", "--offline")
    again = (*offline, "living.yaml", "--out", "out-living", "--cache")
    read_back = [measured((*again, f"none-{number}"), folder, os.environ) for number in range(rounds)]
    require(_summary(folder, "living"), "links", 10_000)
    write(folder, "stored", urls(spread(_STORED, _STORED // 10), port))
    stored = (*offline, "stored.yaml", "--out", "out-stored", "--cache", "cache-stored")
    large = measured(stored, folder, os.environ)
    require(_summary(folder, "stored"), "links", _STORED)
    return {
        "run --offline, 10,000 links, without the cache": middle(read_back),
        f"run --offline, {_STORED:,} links, once": large,
    }


def _cluster(folder: Path, port: int, count: int) -> Mapping[int, tuple[Figures, float]]:
    """Measure 1, 2, 4 … workers, as far as there are cores: the figures, and the seconds of the crawl."""
    write(folder, "cluster", urls(spread(count, count // 10), port))
    seen: dict[int, tuple[Figures, float]] = {}
    workers = 1
    while workers <= (os.cpu_count() or 1):
        _say(f"K: {workers} workers")
        delete(folder, "cluster")
        command = [*ours("cluster", 100, 10, sys.executable), "--cluster", f"local:{workers}"]
        figures = measured(command, folder, os.environ)
        require(_traffic(folder, "cluster"), "web", count)
        seen[workers] = figures, _traffic(folder, "cluster")["seconds"]
        workers *= 2
    return seen


def _huge(folder: Path, port: int, count: int) -> tuple[Figures, float]:
    """Measure a list that no peer is measured on: the figures, and the seconds of the crawl."""
    write(folder, "huge", urls(spread(count, count // 10), port))
    figures = measured_on(port, count, ours("huge", 500, 10), folder)
    return figures, _traffic(folder, "huge")["seconds"]


def _write_apart(letter: str, section: str) -> None:
    """Put a section that is measured apart into the page, and print it."""
    page = with_section(_PAGE.read_text(encoding="utf-8"), letter, section)
    _PAGE.write_text(page, encoding="utf-8")
    print(section)


def _large(folder: Path, port: int, compared: Sequence[Tool], count: int) -> Large:
    """Measure the largest list, once with each tool that is not tuned."""
    links = spread(count, count // 5)
    write(folder, "largest", urls(links, port))
    seen = {}
    for tool in compared:
        if tool.name in {"lmsys-enrich", "lychee"}:
            _say(f"H: {tool.name}")
            before = requests_so_far(port)
            # lychee leaves some of so many links without a request; the page says how many it sent.
            least = count if tool.name == "lmsys-enrich" else round(count * 0.9)
            figures = measured_on(port, least, tool.start("largest", 500, 10), folder, tool.codes)
            seen[tool.name] = figures, requests_so_far(port) - before
    return Large(count, limit(links, 500), seen)


def _traffic(folder: Path, name: str) -> Mapping[str, int]:
    return _figures(folder, name)["traffic"]


def _summary(folder: Path, name: str) -> Mapping[str, int]:
    return _figures(folder, name)["summary"]


def _figures(folder: Path, name: str) -> dict[str, Mapping[str, int]]:
    with (folder / f"out-{name}" / "enriched.json").open(encoding="utf-8") as file:
        head, _, _ = file.read(2**16).partition(',\n "entries": [')  # all of a large list is a gigabyte
    figures: dict[str, Mapping[str, int]] = json.loads(f"{head}}}")
    return figures


def _where_benchmarks_are() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


def _say(what: str) -> None:
    print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
