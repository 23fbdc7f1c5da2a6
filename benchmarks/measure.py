"""
Whole processes measured from outside: time, processor, memory, as the system accounts for them.

`python measure.py COMMAND…` measures one and prints the figures. A process of its own does
it, a small one: Linux counts what a process was before it became another program, so that
whatever a large one starts would seem to take as much memory as that.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds on the wall, seconds of processor, and the most memory at once in MB."""

    wall: float
    cpu: float
    store: float


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Figures:
    """Run a command to its end, whatever its exit code: tools tell of dead links by it."""
    told = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-S", __file__, *command],
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return Figures(*json.loads(told.stdout))


def middle(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        median(one.wall for one in rounds),
        median(one.cpu for one in rounds),
        median(one.store for one in rounds),
    )


def _measure(command: Sequence[str]) -> tuple[float, float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - as above
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1:])))
