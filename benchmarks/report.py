"""`docs/benchmarks.md`: what was measured, beside what physics allows."""

import os
import platform
from collections.abc import Mapping, Sequence
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


def report(
    works: Sequence[Work],
    figures: Mapping[str, Mapping[str, Figures]],
    start: Mapping[str, Figures],
    missing: Sequence[str],
    rounds: int,
) -> str:
    """Return the page."""
    parts = [_ABOUT.format(rounds=rounds, machine=_machine())]
    parts += [
        f"## {work.title}\n\nLimit: {work.limit:.2f} s.\n\n{_table(work, figures[work.title])}"
        for work in works
    ]
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
