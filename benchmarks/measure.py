"""Whole processes measured from outside: time, processor, memory, as the system accounts for them."""

import os
import subprocess
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
    memory: float


def measured(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Figures:
    """Run a command to its end, whatever its exit code: tools tell of dead links by it."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - the tools that are compared
        command, cwd=folder, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    return Figures(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def middle(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(
        median(one.wall for one in rounds),
        median(one.cpu for one in rounds),
        median(one.memory for one in rounds),
    )
