"""Runs that are killed, lack space or rights, or run side by side: outputs stay complete, work is kept."""

import asyncio
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lmsys_enrich.simulation.server import Received, Response, Sent, Server
from tests.builders import day
from tests.journeys.conftest import Serve
from tests.journeys.program import Pages, Program

OK = Sent(200, {"content-type": "text/html"}, b"<title>A page</title>")
KILLS = int(os.environ.get("TORTURE_KILLS", "6"))
_ROWS = ("alive", "dead", "failing", "guarded")
_STATUS = {"alive": 200, "dead": 404, "failing": 500, "guarded": 403}


def _command(*argv: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "lmsys_enrich",
        "run",
        "--quiet",
        "--allow-private",
        "--retries",
        "0",
        "--fail-on",
        "none",
        *argv,
    ]


async def by_its_path(received: Received) -> Response:
    """Every fourth link has the same fate, given by its path; each takes a moment."""
    await asyncio.sleep(0.02)
    fate = received.path.split("/")[1]
    return Sent(_STATUS[fate]) if fate in _STATUS else Sent(404)


def _facts(out: Path) -> dict[str, tuple[str, str, int]]:
    content = json.loads((out / "enriched.json").read_text(encoding="utf-8"))
    links = [link for entry in content["entries"] for link in entry["links"]]
    return {link["url"]: (link["verdict"], link["reason"], link["failures"]) for link in links}


def _assert_whole(out: Path) -> None:
    """Whatever lies there is a whole file, of this run or of an earlier one."""
    for path in out.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    for path in out.rglob("*.svg"):
        assert path.read_text(encoding="utf-8").endswith("</svg>\n")
    for path in out.rglob("*.md"):
        assert path.read_text(encoding="utf-8").endswith("\n")


def test_run_killed_repeatedly_ends_as_an_undisturbed_one(program: Program, serve: Serve) -> None:
    site = serve(by_its_path)
    count = 400
    urls = [f"{site.url}/{_ROWS[n % 4]}/{n}" for n in range(count)]
    program.write_list(*urls)
    undisturbed = subprocess.run(
        _command("--out", "calm", "--cache", "calm-cache"),
        env={**os.environ, **program.environment},
        check=False,
    )
    assert undisturbed.returncode == 0
    chance = random.Random(7)  # noqa: S311 - the same moments each time
    for _ in range(KILLS):
        with subprocess.Popen(_command(), env={**os.environ, **program.environment}) as running:
            _wait_for(site, chance.randint(5, 380), running)
            running.send_signal(signal.SIGKILL)
        _assert_whole(program.folder / "build")
    known = _known(program)
    assert known > 0
    ended = program.run("--retries", "0", "--fail-on", "none")
    assert ended.code == 0
    assert ended.summary["traffic"]["cached"] == known
    assert _facts(program.folder / "build") == _facts(program.folder / "calm")
    left = [path.name for path in (program.folder / "build").rglob("*.part")]
    assert len(left) <= KILLS


def _wait_for(site: Server, requests: int, running: subprocess.Popen[bytes]) -> None:
    """Return when the site got so many requests more, or the program has ended."""
    until = len(site.log) + requests
    while len(site.log) < until and running.poll() is None:
        time.sleep(0.001)


def _known(program: Program) -> int:
    """Return the number of links that a run would not check again."""
    plan = program("run", "--plan", "--allow-private").out
    [line] = [line for line in plan.splitlines() if "fresh: not checked again" in line]
    return int(line.split()[0])


def _limited(size: int) -> None:
    """Let no file grow beyond a size, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_full_disk_leaves_the_old_outputs_whole(program: Program, serve: Serve) -> None:
    pages: dict[str, Response] = {f"/{n}": OK for n in range(50)}
    site = serve(Pages(pages))
    program.write_list(*(f"{site.url}/{n}" for n in range(50)))
    program.run()
    before = program.outputs()
    pages["/1"] = Sent(404)
    ended = subprocess.run(
        _command("--refresh"),
        env={
            **{name: value for name, value in os.environ.items() if "COV" not in name},
            **program.environment,
        },
        preexec_fn=lambda: _limited(8192),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 4, ended.stderr
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    after = program.outputs()
    assert after.keys() == before.keys()
    _assert_whole(program.folder / "build")
    assert after["enriched.json"] == before["enriched.json"]
    assert program.run("--refresh").code == 10


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&- <&-", "2> >(true)", "2>/dev/full"])
def test_a_run_is_written_whoever_reads_its_messages(program: Program, serve: Serve, closed: str) -> None:
    site = serve(Pages({f"/{n}": OK for n in range(50)}))
    program.write_list(*(f"{site.url}/{n}" for n in range(50)))
    run = [sys.executable, "-m", "lmsys_enrich", "run", "--verbose", "--allow-private"]
    ended = subprocess.run(
        ["bash", "-c", f'"$@" {closed}', "bash", *run],  # noqa: S607 - any bash
        env={**os.environ, **program.environment},
        check=False,
    )
    assert ended.returncode == 0
    assert len(_facts(program.folder / "build")) == 50


@pytest.mark.parametrize("flag", ["--out", "--cache"])
def test_a_folder_that_cannot_be_written(program: Program, serve: Serve, flag: str) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    ended = program.run(flag, "/proc/nowhere")
    if flag == "--out":
        assert ended.code == 4
        assert "→" in ended.err
    else:
        assert ended.code == 0
        assert "The cache in /proc/nowhere cannot be used" in ended.err
    assert "Traceback" not in ended.err


def test_two_runs_at_once_share_one_cache(program: Program, serve: Serve) -> None:
    site = serve(by_its_path)
    urls = [f"{site.url}/alive/{n}" for n in range(300)]
    program.write_list(*urls)
    both = [
        subprocess.Popen(_command("--out", out), env={**os.environ, **program.environment}) for out in "ab"
    ]
    assert [running.wait() for running in both] == [0, 0]
    assert _facts(program.folder / "a") == _facts(program.folder / "b")
    before = len(site.log)
    assert program.run().summary["traffic"]["cached"] == 300
    assert len(site.log) == before


def _database(folder: Path) -> Path:
    [path] = (folder / "cache").rglob("cache.db")
    return path


def _spoiled(path: Path) -> Iterator[tuple[str, bytes]]:
    whole = path.read_bytes()
    yield "empty", b""
    yield "truncated", whole[: len(whole) // 2]
    yield "garbage", os.urandom(len(whole))
    yield "garbage behind a good head", whole[:4096] + os.urandom(len(whole) - 4096)
    yield "another format", b"PK\x03\x04" + whole


def test_a_spoiled_cache_is_set_aside_and_no_fact_is_lost(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK, "/gone": Sent(404)}))
    program.write_list(f"{site.url}/", f"{site.url}/gone")
    program.run()
    database = _database(program.folder)
    for number, (_, content) in enumerate(list(_spoiled(database)), 2):
        for beside in database.parent.glob("cache.db-*"):
            beside.unlink()
        database.write_bytes(content)
        program.night = day(number)
        ended = program.run()
        assert ended.code == 10, ended.err
        link = program.link(f"{site.url}/gone")
        assert (link["failing_since"], link["failures"]) == ("2026-11-01T02:00:00Z", number)
        database = _database_of_now(program.folder)


def _database_of_now(folder: Path) -> Path:
    found: Sequence[Path] = list((folder / "cache").rglob("cache.db"))
    return next(path for path in found if "damaged" not in path.parent.name)


def test_a_cache_of_another_version_is_left_alone(program: Program, serve: Serve) -> None:
    site = serve(Pages({"/": OK}))
    program.write_list(f"{site.url}/")
    program.run()
    here = _database(program.folder).parent
    other = here.with_name("findings-0")
    shutil.copytree(here, other)
    before = {path.name: path.read_bytes() for path in other.iterdir()}
    assert program.run().summary["traffic"]["cached"] == 1
    assert {path.name: path.read_bytes() for path in other.iterdir()} == before
