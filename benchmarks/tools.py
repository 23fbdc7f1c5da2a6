"""The program and its peers: how each is started on one and the same list."""

import json
import os
import shutil
import subprocess
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from benchmarks.measure import OUR_CODES, OUTPUT, ToolError

Start = Callable[[str, int, int], Sequence[str]]
"""Makes a command of a list's name, the requests at once, and those to one host."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Number of links that a tool reports on, and of those that it calls dead or failing."""

    links: int
    bad: int


Read = Callable[[Path, str], Judged]
"""Reads what a tool reported, in a folder, on the list of a name. Raises an exception for no report."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by its name; `codes` are the exit codes of a run that did its work."""

    name: str
    start: Start
    program: Sequence[str]
    read: Read
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

    def judged(self, folder: Path, name: str, right: Judged, *, slack: int = 0) -> Judged:
        """
        Return what the tool reported.

        Raises `ToolError` where either number is wrong by more than `slack`: its time says nothing.
        """
        try:
            judged = self.read(folder, name)
        except (OSError, ValueError, LookupError, TypeError) as problem:
            raise ToolError(f"{self.name} left no report on {name}: {problem}") from None
        if max(abs(judged.links - right.links), abs(judged.bad - right.bad)) > slack:
            raise ToolError(f"{self.name} on {name}: {judged}, where {right} is right")
        return judged


def tools() -> list[Tool]:
    """Return what there is to compare."""
    program = (installed(), "-m", "lmsys_enrich")
    return [Tool("lmsys-enrich", ours, program, judged_by_us), *peers()]


def peers() -> list[Tool]:
    """
    Return the other tools.

    `LYCHEE` and `LINKINATOR` may name the programs, the latter with its node
    (`/path/node /path/linkinator`); else they are looked for on the PATH.
    """
    lychee = os.environ.get("LYCHEE") or shutil.which("lychee") or ""
    linkinator = (os.environ.get("LINKINATOR") or shutil.which("linkinator") or "").split()

    def start_lychee(*work: Any, options: Sequence[str] = ()) -> Sequence[str]:  # noqa: ANN401 - as `Start`
        return [lychee, *options, *_lychee(*work)]

    def start_linkinator(*work: Any) -> Sequence[str]:  # noqa: ANN401 - as `Start`
        return [*linkinator, *_linkinator(*work)]

    tuned = partial(start_lychee, options=_TUNED)
    return [
        Tool("lychee", start_lychee, [lychee], judged_by_lychee, _LYCHEE_CODES),
        Tool("lychee, tuned", tuned, [lychee], judged_by_lychee, _LYCHEE_CODES),
        Tool("linkinator", start_linkinator, linkinator, judged_by_linkinator, _LINKINATOR_CODES),
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


def summary(folder: Path, name: str) -> dict[str, int]:
    """Return the figures of a run of ours."""
    return _figures(folder, name)["summary"]


def traffic(folder: Path, name: str) -> dict[str, int]:
    """Return what a run of ours requested."""
    return _figures(folder, name)["traffic"]


def _figures(folder: Path, name: str) -> dict[str, dict[str, int]]:
    with (folder / f"out-{name}" / "enriched.json").open(encoding="utf-8") as file:
        head, _, _ = file.read(2**16).partition(',\n "entries": [')  # all of a large list is a gigabyte
    figures: dict[str, dict[str, int]] = json.loads(f"{head}}}")
    return figures


def judged_by_us(folder: Path, name: str) -> Judged:
    """Read `enriched.json`."""
    found = summary(folder, name)
    return Judged(found["links"] - found["unchecked"], found["dead"] + found["failing"])


def judged_by_lychee(folder: Path, name: str) -> Judged:
    """Read what lychee printed."""
    del name
    found = _printed(folder)
    return Judged(found["total"], found["errors"] + found["timeouts"])


def judged_by_linkinator(folder: Path, name: str) -> Judged:
    """Read what linkinator printed."""
    del name
    # The list itself is a link as well, the only one that stands nowhere.
    links = [link for link in _printed(folder)["links"] if "parent" in link]
    return Judged(len(links), sum(link["state"] == "BROKEN" for link in links))


def _printed(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / OUTPUT).read_bytes())
    return found


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
