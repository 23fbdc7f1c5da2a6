"""`--cluster` with real schedulers and workers: what a user sees, whichever of them dies."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from anyio.from_thread import BlockingPortal

from lmsys_enrich.simulation.server import Received, Response, Sent
from tests.builders import day
from tests.journeys.conftest import Serve
from tests.journeys.program import Program

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'lmsys-enrich[cluster]'")

_HOSTS = 12
_OTHER_VERSION = 'import lmsys_enrich.about\nlmsys_enrich.about.__version__ = "0.0.9"\n'


class Processes:
    """A scheduler and its workers, each a process with these `options`."""

    def __init__(self, folder: Path, stack: ExitStack, *options: str) -> None:
        self._file = folder / "scheduler.json"
        self._stack = stack
        self._options = options
        self.scheduler = self._start("dask_scheduler", "--port", "0", "--no-show", "--no-dashboard")
        self.workers: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        address: str = json.loads(self._file.read_bytes())["address"]
        return address

    def add_worker(self, *arguments: str) -> None:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0")
        self.workers.append(self._start("dask_worker", *options, *arguments))

    def _start(self, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
        command = (sys.executable, "-m", f"distributed.cli.{module}", *arguments)
        process = subprocess.Popen(
            (*command, *self._options, "--host", "127.0.0.1", "--scheduler-file", str(self._file)),
            cwd=self._file.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._stack.callback(process.communicate)
        self._stack.callback(process.kill)
        self._await_word(process, b"Registered to:" if "worker" in module else b"Scheduler at:")
        return process

    @staticmethod
    def _await_word(process: "subprocess.Popen[bytes]", word: bytes) -> None:
        assert process.stderr is not None
        seen = b""
        while word not in seen:
            line = process.stderr.readline()
            assert line, f"it ended: {seen.decode()}"
            seen += line


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with ExitStack() as stack:
        yield Processes(tmp_path, stack)


class Certificates:
    """Files of one authority and of a certificate of this machine."""

    def __init__(self, folder: Path) -> None:
        authority, self._folder = trustme.CA(), folder
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        issued = authority.issue_cert("127.0.0.1", "localhost")
        issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
        issued.private_key_pem.write_to_path(str(folder / "key.pem"))

    def options(self) -> Iterator[str]:
        yield from ("--protocol", "tls")
        for option, name in (("--tls-ca-file", "ca"), ("--tls-cert", "cert"), ("--tls-key", "key")):
            yield from (option, str(self._folder / f"{name}.pem"))

    def environment(self) -> dict[str, str]:
        names = {"CA_FILE": "ca", "CLIENT__CERT": "cert", "CLIENT__KEY": "key"}
        return {
            f"DASK_DISTRIBUTED__COMM__TLS__{variable}": str(self._folder / f"{name}.pem")
            for variable, name in names.items()
        }


class Sites:
    """Websites, a host at each port; the pages under `/held/` wait for `release`."""

    def __init__(self, serve: Serve, portal: BlockingPortal) -> None:
        self._portal = portal
        self._is_held, self._go_on = portal.call(asyncio.Event), portal.call(asyncio.Event)
        self._servers = [serve(self._respond) for _ in range(_HOSTS)]

    async def _respond(self, received: Received) -> Response:
        if received.path.startswith("/held/"):
            self._is_held.set()
            await self._go_on.wait()
        if received.path.endswith("7"):
            return Sent(404)
        return Sent(304 if "if-none-match" in received.headers else 200, {"etag": '"1"'})

    def await_held(self) -> None:
        self._portal.call(self._is_held.wait)

    def release(self) -> None:
        self._portal.call(self._go_on.set)

    def urls(self, kind: str, count: int) -> list[str]:
        return [f"{self._servers[number % _HOSTS].url}/{kind}/{number}" for number in range(count)]

    def requests(self) -> list[str]:
        return [received.path for server in self._servers for received in server.log]


@dataclass
class Recorder:
    """A door to a scheduler; `sent` has all bytes that went in."""

    address: str
    sent: bytearray = field(default_factory=bytearray)


@asynccontextmanager
async def recording(scheduler: str) -> AsyncGenerator[Recorder, None]:
    host, _, port = scheduler.removeprefix("tcp://").rpartition(":")
    recorder = Recorder("")
    connections: set[asyncio.Task[None]] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, note: bytearray) -> None:
        while data := await reader.read(65_536):
            note += data
            writer.write(data)
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        for one in (copy(reader, back, recorder.sent), copy(there, writer, bytearray())):
            connections.add(asyncio.create_task(one))

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as server:
        recorder.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield recorder
        for connection in connections:
            connection.cancel()


@pytest.fixture
def sites(serve: Serve, portal: BlockingPortal) -> Iterator[Sites]:
    sites = Sites(serve, portal)
    yield sites
    sites.release()


def outputs(program: Program, *, ignoring: Sequence[str] = ()) -> dict[str, bytes]:
    """Every output; the time that hosts took is not compared, nor are other figures of the traffic."""
    files = program.outputs()
    for file in files.keys() & {"enriched.json", "previous.json"}:
        report = json.loads(files[file])
        for name in ("seconds", "longest", *ignoring):
            del report["traffic"][name]
        files[file] = json.dumps(report).encode()
    return files


def from_one_process(program: Program, *, ignoring: Sequence[str] = ()) -> dict[str, bytes]:
    """The outputs of a run without a cluster, as if it were the first."""
    shutil.rmtree(program.folder / "build")
    shutil.rmtree(program.folder / "cache")
    assert program.run().code == 10
    return outputs(program, ignoring=ignoring)


def started(program: Program, *argv: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "lmsys_enrich", "run", "--allow-private", *argv],
        env={**os.environ, **program.environment},
        cwd=program.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_local_cluster_writes_the_same_bytes(program: Program, sites: Sites) -> None:
    program.write_list(*sites.urls("page", 300))
    ended = program.run("--cluster", "local:2")
    assert ended.code == 10
    assert "distributed" not in ended.err
    assert outputs(program) == from_one_process(program)


def test_second_night_on_a_cluster_writes_the_same_bytes(program: Program, sites: Sites) -> None:
    def two_nights(*argv: str) -> dict[str, bytes]:
        for night in (1, 9):
            program.night = day(night)
            assert program.run(*argv).code == 10
        return outputs(program)

    program.write_list(*sites.urls("page", 100))
    on_a_cluster = two_nights("--cluster", "local:2")
    assert b'"failures": 2' in on_a_cluster["enriched.json"]
    shutil.rmtree(program.folder / "build")
    shutil.rmtree(program.folder / "cache")
    assert on_a_cluster == two_nights()


def test_run_ends_where_workers_are_idle(program: Program, sites: Sites) -> None:
    program.write_list(*sites.urls("page", 1))
    assert program.run("--cluster", "local:2").code == 0


def test_killed_worker_changes_no_byte(program: Program, processes: Processes, sites: Sites) -> None:
    for _ in range(3):
        processes.add_worker()
    program.write_list(*sites.urls("page", 200), *sites.urls("held", 36))
    with started(program, "--cluster", processes.address) as running:
        sites.await_held()
        processes.workers[0].kill()
        processes.workers[0].wait()
        sites.release()
        _, errors = running.communicate()
    assert running.returncode == 10
    assert "distributed" not in errors
    assert "warning: worker tcp://127.0.0.1:" in errors
    # What the killed worker had under way was sent, and is counted, twice.
    assert outputs(program, ignoring=["web"]) == from_one_process(program, ignoring=["web"])


def test_worker_that_joins_late_changes_no_byte(program: Program, processes: Processes, sites: Sites) -> None:
    program.write_list(*sites.urls("page", 60))
    with started(program, "--cluster", processes.address) as running:
        processes.add_worker()
        running.communicate()
    assert running.returncode == 10
    assert outputs(program) == from_one_process(program)


def test_two_coordinators_share_workers(program: Program, processes: Processes, sites: Sites) -> None:
    processes.add_worker()
    program.write_list(*sites.urls("page", 60), *sites.urls("held", 12))
    with started(program, "--cluster", processes.address) as first:
        sites.await_held()
        program.write_list(*sites.urls("page", 8), name="other.yaml")
        own = ("other.yaml", "--out", "other", "--cache", "other-cache")
        assert program("run", "--allow-private", "--cluster", processes.address, *own).code == 10
        assert first.poll() is None
        sites.release()
        first.communicate()
    assert first.returncode == 10
    assert outputs(program) == from_one_process(program)


def test_encrypted_cluster_takes_certificates_alone(program: Program, sites: Sites, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    program.write_list(*sites.urls("page", 60))
    with ExitStack() as stack:
        processes = Processes(tmp_path, stack, *certificates.options())
        processes.add_worker()
        apart = ("--out", "refused", "--cache", "refused-cache")
        with started(program, "--cluster", processes.address, *apart) as refused:
            out, _ = refused.communicate()
        assert refused.returncode == 3
        assert f"The cluster at {processes.address} cannot be reached: no certificate is set" in out
        assert sites.requests() == []
        program.environ |= certificates.environment()
        with started(program, "--cluster", processes.address) as running:
            running.communicate()
        assert running.returncode == 10
    assert outputs(program) == from_one_process(program)


def test_killed_scheduler_keeps_findings(program: Program, processes: Processes, sites: Sites) -> None:
    processes.add_worker()
    found, held = sites.urls("page", 60), sites.urls("held", 12)
    program.write_list(*found, *held)
    with started(program, "--verbose", "--cluster", processes.address) as running:
        assert running.stderr is not None
        for _ in found:
            running.stderr.readline()
        processes.scheduler.kill()
        out, _ = running.communicate()
    assert running.returncode == 3
    assert "no longer answers" in out
    verdicts = program.verdicts()
    assert {verdicts[url] for url in held} == {"unchecked"}
    assert "unchecked" not in {verdicts[url] for url in found}


def test_interrupted_run_keeps_findings_of_workers(
    program: Program, processes: Processes, sites: Sites
) -> None:
    processes.add_worker()
    found, held = sites.urls("page", 60), sites.urls("held", 12)
    program.write_list(*found, *held)
    with started(program, "--verbose", "--cluster", processes.address) as running:
        assert running.stderr is not None
        for _ in found:
            running.stderr.readline()
        running.send_signal(signal.SIGINT)
        running.communicate()
    assert running.returncode == 130
    verdicts = program.verdicts()
    assert {verdicts[url] for url in held} == {"unchecked"}
    assert "unchecked" not in {verdicts[url] for url in found}


def test_deadline_ends_a_run_on_a_cluster(program: Program, processes: Processes, sites: Sites) -> None:
    processes.add_worker()
    held = sites.urls("held", 12)
    program.write_list(*held)
    ended = program("run", "--allow-private", "--deadline", "1s", "--cluster", processes.address)
    assert ended.code == 3
    assert "the deadline of 1s was reached" in ended.out
    assert set(program.verdicts().values()) == {"unchecked"}


def test_worker_of_another_version_is_refused(
    program: Program, processes: Processes, sites: Sites, tmp_path: Path
) -> None:
    (tmp_path / "other.py").write_text(_OTHER_VERSION)
    processes.add_worker("--preload", str(tmp_path / "other.py"))
    program.write_list(*sites.urls("page", 10))
    ended = program("run", "--allow-private", "--cluster", processes.address)
    assert ended.code == 3
    assert "it has lmsys-enrich 0.0.9, not" in ended.out
    assert sites.requests() == []


def test_scheduler_that_is_not_there_is_an_obstacle(program: Program, sites: Sites) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    program.write_list(*sites.urls("page", 10))
    ended = program("run", "--allow-private", "--cluster", address)
    assert ended.code == 3
    assert f"The cluster at {address} cannot be reached" in ended.out
    assert sites.requests() == []


def test_token_is_never_sent(
    program: Program, processes: Processes, sites: Sites, portal: BlockingPortal
) -> None:
    processes.add_worker()
    program.environ |= {
        "GITHUB_TOKEN": "ghp_secret0123",
        "LMSYS_ENRICH_HEADERS": "docs.example X-Key: hush0123",
    }
    program.write_list(*sites.urls("page", 30))
    with portal.wrap_async_context_manager(recording(processes.address)) as recorder:
        assert program.run("--cluster", recorder.address).code == 10
    assert b"/page/3" in recorder.sent
    assert b"ghp_secret0123" not in recorder.sent
    assert b"hush0123" not in recorder.sent
