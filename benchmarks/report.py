"""`docs/benchmarks.md`: what was measured, beside what physics allows."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Figures
from benchmarks.work import Work

_ABOUT = """\
# Benchmarks

Made by `make bench`. Whole processes, start, reading and reports included; medians of {rounds} rounds in
which all tools take turns on the same lists. {machine}.

The websites are one process on loopback, with a host at each address of 127.0.0.0/8. An answer takes a
log-normal time (median 100 ms, sigma 0.8) that its path decides, so every tool waits for the same, and the
limit is computed: what a program needs that needs no time itself. Of 200 links 188 are there, 6 are moved,
5 are gone and one fails; nobody asks again after a failure. `lmsys-enrich` asks about each gone link twice
(HEAD, then GET, since some servers answer HEAD otherwise), keeps what it found, and writes a list, a page,
reports and badges; the others print JSON.
"""


@dataclass(frozen=True, slots=True)
class Large:
    """The largest list, measured once with each tool."""

    links: int
    limit: float
    figures: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Alone:
    """Work that no peer does: what it took and asked; `limit` in seconds, where it is known."""

    title: str
    figures: Figures
    traffic: Mapping[str, int]
    limit: float | None


def report(
    works: Sequence[Work],
    figures: Mapping[str, Mapping[str, Figures]],
    start: Mapping[str, Figures],
    large: Large,
    alone: Sequence[Alone],
    missing: Sequence[str],
    rounds: int,
) -> str:
    """Return the page."""
    parts = [_ABOUT.format(rounds=rounds, machine=_machine())]
    parts += [
        f"## {work.title}\n\nLimit: {work.limit:.2f} s.\n\n{_table(work, figures[work.title])}"
        for work in works
    ]
    parts.append(_largest(large))
    parts.append(_alone(alone))
    base = next(iter(start.values())).wall
    rows = "\n".join(
        f"| {name} | {one.wall:.3f} | {one.wall / base:.1f} x | {one.memory:.0f} |"
        for name, one in start.items()
    )
    head = "| work | wall s | to an empty interpreter | MB |\n| --- | ---: | ---: | ---: |"
    parts.append(f"## Where nothing is asked\n\n{head}\n{rows}")
    if missing:
        parts.append(f"## Not measured\n\nNot installed here: {', '.join(missing)}.")
    return "\n\n".join(parts) + "\n"


def _largest(large: Large) -> str:
    rows = "\n".join(
        f"| {name} | {one.wall:.1f} | {one.wall / large.limit:.2f} x"
        f" | {one.cpu * 1000 / large.links:.2f} | {one.memory:.0f} |"
        for name, one in large.figures.items()
    )
    head = "| tool | wall s | to the limit | CPU ms a link | MB |\n| --- | ---: | ---: | ---: | ---: |"
    title = f"## H. {large.links:,} links, {large.links // 5:,} hosts, C=500, once"
    return f"{title}\n\nLimit: {large.limit:.1f} s.\n\n{head}\n{rows}"


def _alone(alone: Sequence[Alone]) -> str:
    rows = "\n".join(
        f"| {one.title} | {one.figures.wall:.1f} | {_ratio(one)} | {one.traffic['graphql']}"
        f" | {one.traffic['graphql_points']} | {one.figures.memory:.0f} |"
        for one in alone
    )
    head = (
        "| work | wall s | to what the pacing allows | GraphQL requests | points | MB |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |"
    )
    about = (
        "The simulated GitHub takes 300 ms for an answer and 15 ms more for each repository in it. No peer"
        " asks about links and repositories alike; E is measured once."
    )
    return f"## Repositories\n\n{about}\n\n{head}\n{rows}"


def _ratio(one: Alone) -> str:
    return f"{one.figures.wall / one.limit:.2f} x" if one.limit else "-"


def _table(work: Work, figures: Mapping[str, Figures]) -> str:
    best = min(one.wall for name, one in figures.items() if name != "lmsys-enrich") if len(figures) > 1 else 0
    lines = [
        "| tool | wall s | to the limit | to the best peer | CPU ms a link | MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in figures.items():
        beside = f"{one.wall / best:.2f} x" if best else "—"
        lines.append(
            f"| {name} | {one.wall:.2f} | {one.wall / work.limit:.2f} x | {beside}"
            f" | {one.cpu * 1000 / len(work.links):.2f} | {one.memory:.0f} |"
        )
    return "\n".join(lines)


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
