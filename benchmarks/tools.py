"""The program and its peers: how each is started on one and the same list."""

import os
import shutil
import subprocess
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.measure import OUR_CODES, ToolError

Start = Callable[[str, int, int], Sequence[str]]
"""Makes a command of a list's name, the requests at once, and those to one host."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by its name; `codes` are the exit codes of a run that did its work."""

    name: str
    start: Start
    program: Sequence[str]
    codes: Sequence[int] = OUR_CODES

    @property
    def is_there(self) -> bool:
        return bool(self.program) and bool(self.program[0])

    def version(self) -> str:
        """Return what the tool calls itself. Raises an exception where it does not run, or prints nothing."""
        command = (*self.program, "--version")
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 - ours
        if not said.strip():
            raise ToolError(f"{' '.join(command)} printed nothing")
        version = said.strip().splitlines()[-1].split()[-1]
        return f"{self.name} {version.removeprefix('v')}"


def tools() -> list[Tool]:
    """
    Return what there is to compare.

    `LYCHEE` and `LINKINATOR` may name the programs, the latter with its node
    (`/path/node /path/linkinator`); else they are looked for on the PATH.
    """
    lychee = os.environ.get("LYCHEE") or shutil.which("lychee") or ""
    linkinator = (os.environ.get("LINKINATOR") or shutil.which("linkinator") or "").split()
    return [
        Tool("lmsys-enrich", ours, (installed(), "-m", "lmsys_enrich")),
        Tool("lychee", lambda *work: [lychee, *_lychee(*work)], [lychee], _LYCHEE_CODES),
        Tool("lychee, tuned", lambda *work: [lychee, *_TUNED, *_lychee(*work)], [lychee], _LYCHEE_CODES),
        Tool("linkinator", lambda *work: [*linkinator, *_linkinator(*work)], linkinator, _LINKINATOR_CODES),
    ]


# lychee ends with 2, linkinator with 1 where links are dead.
_LYCHEE_CODES = (0, 2)
_LINKINATOR_CODES = (0, 1)
_TUNED = ("--host-concurrency", "500", "--host-request-interval", "1ms")


@cache
def installed() -> str:
    """
    Return the interpreter of an installation of this checkout with the program's own libraries alone.

    Users have it like that: what else a developer installs makes some libraries load more
    (httpx its command line, tenacity tornado).
    """
    folder = Path(".venv/measured").absolute()
    venv.create(folder, clear=True, with_pip=True)
    python = str(folder / "bin/python")
    subprocess.run((python, "-m", "pip", "install", "--quiet", "."), check=True)  # noqa: S603 - ours
    return python


def ours(name: str, concurrency: int, per_host: int, python: str | None = None) -> Sequence[str]:
    """Return the command of the program, run by the interpreter of an installation."""
    return (
        *(python or installed(), "-m", "lmsys_enrich", "run", f"{name}.yaml", "--quiet", "--refresh"),
        *("--allow-private", "--concurrency", str(concurrency), "--per-host", str(per_host)),
        *("--retries", "0", "--max-change", "100", "--out", f"out-{name}", "--cache", f"cache-{name}"),
    )


def _lychee(name: str, concurrency: int, per_host: int) -> Sequence[str]:
    del per_host  # as shipped it has 10
    return (
        *("--max-concurrency", str(concurrency), "--format", "json", "--no-progress", "--insecure"),
        *("--max-retries", "0", f"{name}.md"),
    )


def _linkinator(name: str, concurrency: int, per_host: int) -> Sequence[str]:
    del per_host  # it knows no limit for a host
    return (f"{name}.md", "--markdown", "--concurrency", str(concurrency), "--format", "json")


def best_of(url: str, out: str, names: Sequence[str]) -> Sequence[str]:
    """Return how best-of-generator is started by its own interpreter, `BEST_OF`; nothing without one."""
    python = os.environ.get("BEST_OF")
    started = str(Path(__file__).with_name("peer_for_facts.py"))
    return (python, started, url, out, *names) if python else ()


def delete(folder: Path, name: str) -> None:
    """Remove what an earlier round has left, so that each is the first."""
    for left in (f"out-{name}", f"cache-{name}"):
        shutil.rmtree(folder / left, ignore_errors=True)
