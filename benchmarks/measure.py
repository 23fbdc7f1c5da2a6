"""
Processes measured from outside: time, processor, memory, as the system accounts for them.

`python measure.py COMMAND…` measures one command and prints the figures. That happens in
a small process of its own: Linux counts the memory that a process had before it became
another program, so anything started by a large one would seem to take as much.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

OUR_CODES = (0, 10)
"""Exit codes of a run that did its work: nothing found, or dead links found."""

OUTPUT = "output"
"""Name of the file, in the folder of a command, that has what it printed."""

_LAST_WORDS = 2_000


class ToolError(Exception):
    """A measured command failed: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds on the wall, seconds of processor, and the peak of memory in MB."""

    wall: float
    cpu: float
    store: float


def measured(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    codes: Collection[int] = OUR_CODES,
) -> Figures:
    """
    Run a command to its end, and return its figures; what it prints is in `OUTPUT`.

    Raises `ToolError` where its exit code is none of `codes`, with the end of what it
    printed on its standard error.
    """
    process = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-S", __file__, *command],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        check=False,
    )
    if process.returncode:
        raise ToolError(f"{' '.join(command)} was not measured: {_end_of(process.stderr)}")
    code, *figures = json.loads(process.stdout)
    if code not in codes:
        raise ToolError(f"{' '.join(command)} ended with {code}: {_end_of(process.stderr)}")
    return Figures(*figures)


def require(figures: Mapping[str, int], name: str, least: int) -> None:
    """Raise `ToolError` where a run has done less than it was to: its time says nothing."""
    if figures[name] < least:
        raise ToolError(f"{name}: {figures[name]:,}, where {least:,} are the least")


def middle(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        median(one.wall for one in rounds),
        median(one.cpu for one in rounds),
        median(one.store for one in rounds),
    )


def _end_of(output: bytes) -> str:
    return output.decode(errors="replace")[-_LAST_WORDS:].strip()


def _measure(command: Sequence[str]) -> tuple[int, float, float, float]:
    started = time.perf_counter()
    with Path(OUTPUT).open("wb") as output:
        process = subprocess.Popen(command, stdout=output)  # noqa: S603 - as above
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1:])))
