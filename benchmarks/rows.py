"""Rows of docs/benchmarks.md: each is measured, and returned as its section of the page."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.github import WORK, link, paced
from benchmarks.limit import limit
from benchmarks.lists import GONE, Link, one_large_host, spread, urls, write
from benchmarks.measure import Figures, measured, middle, require
from benchmarks.names import name_of
from benchmarks.plot import plot
from benchmarks.report import (
    Alone,
    Facts,
    Large,
    of_changed,
    of_cluster,
    of_huge,
    of_large,
    of_names,
    of_repositories,
    of_start,
    of_tools,
)
from benchmarks.servers import github, measured_on, requests_so_far
from benchmarks.tools import Judged, Tool, best_of, delete, installed, ours, summary, traffic
from benchmarks.work import Work

_PICTURES = Path("docs/images")
_NAME_SERVER = 0.05  # seconds for a name
_FOR_FACTS = 100
_STORED = 200_000  # links from which on a run keeps what it knows on disk


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder for lists, a farm's port, and the tools that are there."""

    folder: Path
    port: int
    tools: Sequence[Tool]
    rounds: int

    def of_tools(self, work: Work) -> str:
        """Measure work with every tool in turn."""
        seen: defaultdict[str, list[Figures]] = defaultdict(list)
        for number, links in enumerate(work.orders):
            name = f"{work.name}-{number}"
            for tool in self.tools:
                delete(self.folder, name)
                _say(f"{work.letter}: round {number + 1}, {tool.name}")
                command = tool.start(name, work.concurrency, work.per_host)
                seen[tool.name].append(measured_on(work.port, len(links), command, self.folder, tool.codes))
                tool.judged(self.folder, name, right(links))
        walls = {name: middle(figures).wall for name, figures in seen.items()}
        picture = plot(f"{work.letter}. {work.title}", walls, median(work.limits))
        _PICTURES.mkdir(exist_ok=True)
        (_PICTURES / f"benchmark-{work.letter.lower()}.svg").write_text(picture, encoding="utf-8")
        return of_tools(work, seen)

    def large(self, count: int) -> str:
        """Measure the largest list, once with each tool that is not tuned."""
        links = spread(count, count // 5)
        write(self.folder, "largest", urls(links, self.port))
        seen = {}
        for tool in self.tools:
            if tool.name in {"lmsys-enrich", "lychee"}:
                _say(f"H: {tool.name}")
                before = requests_so_far(self.port)
                # lychee sends no request for some of so many links, and calls them dead: the page says so.
                slack = 0 if tool.name == "lmsys-enrich" else count // 10
                command = tool.start("largest", 500, 10)
                figures = measured_on(self.port, count - slack, command, self.folder, tool.codes)
                judged = tool.judged(self.folder, "largest", right(links), slack=slack)
                seen[tool.name] = figures, requests_so_far(self.port) - before, judged.bad
        return of_large(Large(count, right(links).bad, limit(links, 500), seen))

    def repositories(self, count: int) -> str:
        """Measure repositories: among other links, many of them, and few beside a peer."""
        return of_repositories([self._mixed(), self._many_repositories(count)], self._facts())

    def _mixed(self) -> Alone:
        """Measure a list as awesome lists are: 600 of 1,000 links are repositories."""
        links = one_large_host(1000, 0.6, 238)
        pages = iter(urls([found for found in links if found.host], self.port))
        repositories = iter(map(link, range(600)))
        addresses = [next(pages) if found.host else next(repositories) for found in links]
        write(self.folder, "mixed", addresses)
        seen = []
        with github(600) as environ:
            for _ in range(self.rounds):
                delete(self.folder, "mixed")
                seen.append(measured(ours("mixed", 200, 10), self.folder, environ))
                require(summary(self.folder, "mixed"), "repositories", 600)
                require(traffic(self.folder, "mixed"), "web", 400)
        title = "D. 1,000 links, 600 of them repositories, C=200"
        return Alone(title, middle(seen), traffic(self.folder, "mixed"), None)

    def _many_repositories(self, count: int) -> Alone:
        """Measure many repositories, cold, once."""
        _say("E")
        write(self.folder, "repositories", list(map(link, range(count))))
        with github(count) as environ:
            seen = measured(ours("repositories", 200, 10), self.folder, environ)
            require(summary(self.folder, "repositories"), "repositories", count)
            work: float = httpx.get(f"{environ['GITHUB_API_URL']}{WORK}").json()
        title = f"E. {count:,} repositories, cold"
        return Alone(title, seen, traffic(self.folder, "repositories"), paced(work))

    def _facts(self) -> Facts:
        """Measure few repositories beside best-of-generator, which requests one after the other."""
        write(self.folder, "facts", list(map(link, range(_FOR_FACTS))))
        seen: dict[str, tuple[Figures, int]] = {}
        with github(_FOR_FACTS) as environ:
            mine = measured(ours("facts", 200, 10), self.folder, environ)
            require(summary(self.folder, "facts"), "repositories", _FOR_FACTS)
            seen["lmsys-enrich"] = mine, traffic(self.folder, "facts")["graphql"]
            names = [f"acme/tool-{number}" for number in range(_FOR_FACTS)]
            if command := best_of(environ["GITHUB_API_URL"], "best-of", names):
                _say("best-of")
                theirs = measured(command, self.folder, environ)
                requested = len(json.loads((self.folder / "best-of/requested.json").read_bytes()))
                name = "requests of best-of-generator"
                require({name: requested}, name, _FOR_FACTS)
                seen["best-of-generator"] = theirs, requested
        return Facts(_FOR_FACTS, seen)

    def names(self) -> str:
        """Measure 500 hosts by name, with a name server that answers at once and with a slow one."""
        links = spread(2_000, 500)
        addresses = [f"http://{name_of(found.host)}:{self.port}{found.path}" for found in links]
        write(self.folder, "names", addresses)
        seen: defaultdict[str, list[Figures]] = defaultdict(list)
        for _ in range(self.rounds):
            for title, seconds in (("names at once", 0.0), ("50 ms for a name", _NAME_SERVER)):
                delete(self.folder, "names")
                _, _, _, *command = ours("names", 200, 10)
                slow = (installed(), "-m", "benchmarks.names", str(seconds), *command)
                environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}  # the benchmarks are there
                seen[title].append(measured(slow, self.folder, environ))
                require(traffic(self.folder, "names"), "web", len(links))
        return of_names({title: middle(figures) for title, figures in seen.items()})

    def start(self) -> str:
        """Measure what a user waits for although no request is sent."""
        program = (installed(), "-m", "lmsys_enrich")
        run = self._known()
        found = {
            "an empty interpreter": self._middle((installed(), "-c", "pass")),
            "--version": self._middle((*program, "--version")),
            "validate, 10,000 entries": self._middle((*program, "validate", "--quiet", "many-0.yaml")),
            "run, 10,000 links, all fresh": self._middle(run),
        }
        require(traffic(self.folder, "living"), "cached", 10_000)
        return of_start(found)

    def last_release(self) -> str:
        """Measure what the last release changed."""
        self._known()
        offline = (installed(), "-m", "lmsys_enrich", "run", "--quiet", "--offline")
        again = (*offline, "living.yaml", "--out", "out-living", "--cache")
        read_back = [
            measured((*again, f"none-{number}"), self.folder, os.environ) for number in range(self.rounds)
        ]
        require(summary(self.folder, "living"), "links", 10_000)
        write(self.folder, "stored", urls(spread(_STORED, _STORED // 10), self.port))
        stored = (*offline, "stored.yaml", "--out", "out-stored", "--cache", "cache-stored")
        large = measured(stored, self.folder, os.environ)
        require(summary(self.folder, "stored"), "links", _STORED)
        return of_changed(
            {
                "run --offline, 10,000 links, without the cache": middle(read_back),
                f"run --offline, {_STORED:,} links, once": large,
            }
        )

    def cluster(self, count: int) -> str:
        """Measure 1, 2, 4 … workers, as far as there are cores."""
        write(self.folder, "cluster", urls(spread(count, count // 10), self.port))
        seen: dict[int, tuple[Figures, float]] = {}
        workers = 1
        while workers <= (os.cpu_count() or 1):
            _say(f"K: {workers} workers")
            delete(self.folder, "cluster")
            command = [*ours("cluster", 100, 10, sys.executable), "--cluster", f"local:{workers}"]
            figures = measured(command, self.folder, os.environ)
            require(traffic(self.folder, "cluster"), "web", count)
            seen[workers] = figures, traffic(self.folder, "cluster")["seconds"]
            workers *= 2
        return of_cluster(count, seen)

    def huge(self, count: int) -> str:
        """Measure a list that no peer is measured on."""
        _say("M")
        write(self.folder, "huge", urls(spread(count, count // 10), self.port))
        figures = measured_on(self.port, count, ours("huge", 500, 10), self.folder)
        return of_huge(count, figures, traffic(self.folder, "huge")["seconds"])

    def _known(self) -> Sequence[str]:
        """Run once on 10,000 living links, and return the command of a run in which they are fresh."""
        living = [found for found in spread(11_000, 500) if found.path.startswith("/200/")][:10_000]
        write(self.folder, "living", urls(living, self.port))
        run = [word for word in ours("living", 500, 10) if word != "--refresh"]
        measured(run, self.folder, os.environ)
        return run

    def _middle(self, command: Sequence[str]) -> Figures:
        return middle([measured(command, self.folder, os.environ) for _ in range(self.rounds)])


def right(links: Sequence[Link]) -> Judged:
    """Return what a tool has to report on these links."""
    return Judged(len(links), sum(found.path.startswith(GONE) for found in links))


def _say(what: str) -> None:
    print(what, file=sys.stderr)
