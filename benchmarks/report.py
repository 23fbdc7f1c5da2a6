"""`docs/benchmarks.md`: the sections of the page, and where each stands in it."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from benchmarks.measure import Figures, middle
from benchmarks.work import Work

_LAST = "## Not measured, and not compared"
_GITHUB = """\
The simulated GitHub takes 300 ms for an answer and 15 ms more for each repository in it, and the time of a
processor beside; what the pacing allows is computed from how long its answers took in all. No peer checks
both links and repositories; E is measured once.
"""


@dataclass(frozen=True, slots=True)
class Large:
    """
    The largest list, measured once with each tool: its figures, requests, and links that it calls bad.

    `bad` is how many of the links are.
    """

    links: int
    bad: int
    limit: float
    figures: Mapping[str, tuple[Figures, int, int]]


@dataclass(frozen=True, slots=True)
class Alone:
    """Work that no peer does: what it took and requested; `limit` in seconds, where it is known."""

    title: str
    figures: Figures
    traffic: Mapping[str, int]
    limit: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Repositories alone, measured once: what each tool took, and how many requests it sent."""

    repositories: int
    figures: Mapping[str, tuple[Figures, int]]


def of_tools(work: Work, rounds: Mapping[str, Sequence[Figures]]) -> str:
    """Return the section of work that all tools do."""
    figures = {name: middle(seen) for name, seen in rounds.items()}
    best = min((one.wall for name, one in figures.items() if name != "lmsys-enrich"), default=None)
    rows = [
        (
            name,
            f"{one.wall:.2f}",
            f"{_ratio(rounds[name], work.limits):.2f} x",
            f"{one.wall / best:.2f} x" if best else "-",
            f"{one.cpu * 1000 / len(work.orders[0]):.2f}",
            f"{one.store:.0f}",
        )
        for name, one in figures.items()
    ]
    titles = ("tool", "wall s", "to the limit", "to the best peer", "CPU ms a link", "MB")
    picture = f"![What each tool took for work {work.letter}](images/benchmark-{work.letter.lower()}.svg)"
    limits = (
        f"Limit: {_from_to(work.limits)} s. For all our requests: {_from_to(work.own_limits)} s,"
        f" of which it took {_ratio(rounds['lmsys-enrich'], work.own_limits):.2f} x"
    )
    head = f"## {work.letter}. {work.title}\n\n{limits}.\n\n{picture}"
    return f"{head}\n\n{_table(titles, rows)}"


def _ratio(figures: Sequence[Figures], limits: Sequence[float]) -> float:
    """Return the median of what each round took of its own limit."""
    return median(one.wall / limit for one, limit in zip(figures, limits, strict=True))


def _from_to(seconds: Sequence[float]) -> str:
    return f"{min(seconds):.2f} to {max(seconds):.2f}"


def of_large(large: Large) -> str:
    """Return the section of the largest list."""
    rows = [
        (
            name,
            f"{one.wall:.1f}",
            f"{one.wall / large.limit:.2f} x",
            f"{one.cpu * 1000 / large.links:.2f}",
            f"{one.store:.0f}",
            f"{requests:,}",
            f"{bad:,}",
        )
        for name, (one, requests, bad) in large.figures.items()
    ]
    head = f"## H. {large.links:,} links, {large.links // 5:,} hosts, C=500, once"
    limits = f"Limit: {large.limit:.1f} s. {large.bad:,} links are dead or failing."
    titles = ("tool", "wall s", "to the limit", "CPU ms a link", "MB", "requests", "called dead or failing")
    return f"{head}\n\n{limits}\n\n{_table(titles, rows)}"


def of_repositories(alone: Sequence[Alone], facts: Facts) -> str:
    """Return the section of repositories."""
    rows = [
        (
            one.title,
            f"{one.figures.wall:.1f}",
            f"{one.figures.wall / one.limit:.2f} x" if one.limit else "-",
            str(one.traffic["graphql"]),
            str(one.traffic["graphql_points"]),
            f"{one.figures.store:.0f}",
        )
        for one in alone
    ]
    titles = ("work", "wall s", "to what the pacing allows", "GraphQL requests", "points", "MB")
    return f"## D, E. Repositories\n\n{_GITHUB}\n{_table(titles, rows)}\n\n{_of_facts(facts)}"


def _of_facts(facts: Facts) -> str:
    rows = [
        (name, f"{one.wall:.1f}", str(requests), f"{one.store:.0f}")
        for name, (one, requests) in facts.figures.items()
    ]
    head = f"### {facts.repositories} repositories, cold, once"
    return f"{head}\n\n{_table(('tool', 'wall s', 'requests', 'MB'), rows)}"


def of_cluster(links: int, cluster: Mapping[int, tuple[Figures, float]]) -> str:
    """Return the section of `--cluster`: figures and seconds of the crawl by the number of workers."""
    base = next(iter(cluster.values()))[1]
    rows = [
        (str(workers), *_rates(links, seconds, base), f"{one.wall:.1f}")
        for workers, (one, seconds) in cluster.items()
    ]
    head = f"## K. `--cluster local:N`, {links:,} links, {links // 10:,} hosts, C=100 each"
    titles = ("workers", "crawl s", "links/s", "to one worker", "wall s")
    note = "The farm and the coordinator need a processor each beside the workers."
    return f"{head}\n\n{_table(titles, rows)}\n\n{note}"


def of_huge(links: int, figures: Figures, crawl: float) -> str:
    """Return the section of the list that is measured on request: it takes most of an hour."""
    head = f"## M. {links:,} links, {links // 10:,} hosts, C=500, once (`ARGS=--huge={links}`)"
    row = (
        f"{figures.wall:.0f}",
        f"{crawl:.0f}",
        f"{links / crawl:,.0f}",
        f"{figures.cpu * 1000 / links:.2f}",
        f"{figures.store:.0f}",
    )
    titles = ("wall s", "crawl s", "links/s", "CPU ms a link", "MB")
    return f"{head}\n\n{_table(titles, [row])}"


def section_of(page: str, letter: str) -> str | None:
    """Return a section of the page without the empty line behind it."""
    found = re.search(rf"^## {letter}[.,] .*?(?=\n\n## )", page, re.MULTILINE | re.DOTALL)
    return found[0] if found else None


def with_section(page: str, letter: str, section: str) -> str:
    """Return the page with a section, in place of an earlier one or before the last."""
    earlier = section_of(page, letter)
    if earlier is not None:
        return page.replace(earlier, section)
    return page.replace(_LAST, f"{section}\n\n{_LAST}")


def _rates(links: int, seconds: float, base: float) -> tuple[str, str, str]:
    return f"{seconds:.1f}", f"{links / seconds:,.0f}", f"{base / seconds:.2f} x"


def of_names(names: Mapping[str, Figures]) -> str:
    """Return the section of hosts by name."""
    base = next(iter(names.values())).wall
    rows = [(name, f"{one.wall:.2f}", f"{one.wall / base:.2f} x") for name, one in names.items()]
    head = "## F. 2,000 links on 500 named hosts, C=200"
    return f"{head}\n\n{_table(('name server', 'wall s', 'to the first'), rows)}"


def of_start(start: Mapping[str, Figures]) -> str:
    """Return the section of runs without requests."""
    base = next(iter(start.values())).wall
    rows = [
        (name, f"{one.wall:.3f}", f"{one.wall / base:.1f} x", f"{one.store:.0f}")
        for name, one in start.items()
    ]
    titles = ("work", "wall s", "to an empty interpreter", "MB")
    return f"## G, I. Runs without requests\n\n{_table(titles, rows)}"


def of_changed(changed: Mapping[str, Figures]) -> str:
    """Return the section of what the last release changed."""
    rows = [(name, f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.store:.0f}") for name, one in changed.items()]
    head = "## L. What the last release changed: reports are read back in parts, large lists lie on disk"
    return f"{head}\n\n{_table(('work', 'wall s', 'CPU s', 'MB'), rows)}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is words, and the others figures."""
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def conditions(rounds: int, versions: Sequence[str], before: float, now: datetime) -> str:
    """Return the last line of a section: when, where and with what it was measured."""
    after = os.getloadavg()[1]
    return (
        f"{now:%Y-%m-%d}, {rounds} round(s), {', '.join(versions)}; {_machine()};"
        f" load (5 min) {before:.1f} before, {after:.1f} after."
    )


def _machine() -> str:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return (
        f"{os.cpu_count()} x {models[0] if models else platform.machine()}, {platform.system()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )
