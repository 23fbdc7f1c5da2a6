"""Servers for the benchmarks, each in a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import trustme

from benchmarks.farm import COUNT
from benchmarks.lists import address
from benchmarks.measure import OUR_CODES, Figures, measured, require
from benchmarks.work import Ports

_ENCRYPTED_HOSTS = 250


@contextmanager
def farm(folder: Path) -> Iterator[Ports]:
    """Yield the ports of a farm; from now on tools trust its certificate, which lies in the folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    certificate = folder / "farm.pem"
    issued = authority.issue_cert(*(address(host) for host in range(_ENCRYPTED_HOSTS)))
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        os.environ[name] = str(folder / "authority.pem")
    with ExitStack() as stack:
        yield Ports(stack.enter_context(_sites()), stack.enter_context(_sites(str(certificate))))


def requests_so_far(port: int) -> int:
    """Return how many requests a farm has had."""
    for scheme in ("http", "https"):
        with suppress(httpx.HTTPError):
            return int(httpx.get(f"{scheme}://127.0.0.1:{port}{COUNT}", verify=False).text)  # noqa: S501 - ours
    raise ConnectionError(f"no farm answers at port {port}")


def measured_on(
    port: int, least: int, command: Sequence[str], folder: Path, codes: Collection[int] = OUR_CODES
) -> Figures:
    """
    Measure a command that sends the farm at least so many requests.

    Raises `ToolError` where it fails, or sends fewer.
    """
    before = requests_so_far(port)
    figures = measured(command, folder, os.environ, codes)
    name = f"requests of {' '.join(command)}"
    require({name: requests_so_far(port) - before}, name, least)
    return figures


@contextmanager
def _sites(*certificate: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = (sys.executable, "-m", "benchmarks.farm", str(port), *certificate)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as sites:  # noqa: S603 - ours
        if sites.stdout is not None:
            sites.stdout.readline()  # until it is ready
        try:
            yield port
        finally:
            sites.terminate()


@contextmanager
def github(repositories: int) -> Iterator[Mapping[str, str]]:
    """Yield the environment in which the simulated GitHub is found."""
    command = (sys.executable, "-m", "benchmarks.github", str(repositories))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:  # noqa: S603 - ours
        environ = server.stdout.readline() if server.stdout is not None else b"{}"
        try:
            yield {**os.environ, **json.loads(environ)}
        finally:
            server.terminate()
