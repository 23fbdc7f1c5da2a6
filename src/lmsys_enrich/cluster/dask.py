"""Clusters of Dask, by the address of `--cluster`. Dask is loaded where there is one: that takes a second."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any

from lmsys_enrich.cluster.checker import ClusterError, OpenCluster, WorkerError
from lmsys_enrich.cluster.worker import exchange
from lmsys_enrich.errors import InputError

_CONNECT = 5.0  # seconds until a scheduler must have answered
_ANSWER = 10.0  # seconds until it must answer later
_LONGEST_EXCHANGE = 120.0  # seconds: a call waits for one second, and for its turn

_LOCAL = re.compile(r"local(?::([1-9][0-9]{0,3}))?")
_REMOTE = re.compile(r"(?:tls|tcp)://[\w.\-\[\]:]+:[0-9]{1,5}", re.ASCII)
_LOOPBACK = re.compile(r"tcp://(?:127\.[0-9.]+|localhost|\[::1\]):[0-9]+")


def cluster_at(address: str) -> OpenCluster:
    """
    Return a function that opens the cluster at `local`, `local:4` or `tls://host:8786`.

    `tcp://` is for a scheduler on this machine: its messages are programs, and neither
    encrypted nor signed. Raises `InputError`.
    """
    local = _LOCAL.fullmatch(address)
    if not local and not _REMOTE.fullmatch(address):
        raise InputError(
            f"--cluster: {address!r} is not the address of a cluster",
            hint="Write local, local:4 or tls://host:8786.",
        )
    if address.startswith("tcp:") and not _LOOPBACK.fullmatch(address):
        raise InputError(
            f"--cluster: {address} is not encrypted, and anyone on its network could run programs here",
            hint="Give the scheduler certificates, and write tls://…: see docs/scale.md.",
        )
    if find_spec("distributed") is None:
        raise InputError(
            "--cluster needs Dask, which is not installed",
            hint="Install distributed and cryptography with pip or `pipx inject lmsys-enrich`.",
        )
    if local:
        return partial(local_cluster, int(local[1] or os.cpu_count() or 1))
    return partial(remote_cluster, address)


class DaskCluster:
    """Workers known to a Dask scheduler."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - Dask has few types
        self._client = client
        self._name = name

    async def workers(self) -> Collection[str]:
        try:
            async with asyncio.timeout(_ANSWER):
                if self._client.status == "running":
                    return [*await self._client.nthreads()]
        except (OSError, TimeoutError) as problem:
            raise ClusterError(f"{self._name} no longer answers: {_words(problem)}") from None
        raise ClusterError(f"{self._name} no longer answers: the connection to its scheduler is lost")

    async def exchange(self, worker: str, message: bytes) -> bytes:
        future = self._client.submit(exchange, message, workers=[worker], pure=False)
        try:
            async with asyncio.timeout(_LONGEST_EXCHANGE):
                reply: bytes = await future
        except asyncio.CancelledError:
            if future.cancelled():  # not this task: its scheduler has given it up
                raise WorkerError("its scheduler is gone") from None
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a worker of another installation raises
            raise WorkerError(f"it cannot check links: {_words(problem)}") from None
        finally:
            future.release()
        return reply


@asynccontextmanager
async def local_cluster(workers: int) -> AsyncGenerator[DaskCluster, None]:
    """Start workers on this machine, each a process, and stop them at the end."""
    from distributed import LocalCluster, Security  # noqa: PLC0415 - Dask takes a second to load

    # A peer that reaches a worker can run programs as its user; other users of this machine cannot reach it.
    security = Security.temporary()  # type: ignore[no-untyped-call]  # untyped library
    starting: Any = LocalCluster(  # type: ignore[no-untyped-call]  # untyped library
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        asynchronous=True,
        security=security,
        protocol="tls",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=logging.CRITICAL,
        preload=[exchange.__module__],
    )
    async with starting as cluster, _client(cluster, "The local cluster") as client:
        yield client


@asynccontextmanager
async def remote_cluster(address: str) -> AsyncGenerator[DaskCluster, None]:
    """Connect to a scheduler; Dask's own configuration names the certificates for `tls://`."""
    async with _client(address, f"The cluster at {address}") as client:
        yield client


@asynccontextmanager
async def _client(where: Any, name: str) -> AsyncGenerator[DaskCluster, None]:  # noqa: ANN401 - an address or a cluster
    from distributed import Client  # noqa: PLC0415 - as above

    _silence_dask()
    try:
        client = await Client(where, asynchronous=True, timeout=_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]  # untyped library
    except TypeError:  # so Dask says that it has no certificate to show
        why = "no certificate is set for it (DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT, see docs/scale.md)"
        raise ClusterError(f"{name} cannot be reached: {why}") from None
    except (OSError, TimeoutError, ValueError) as problem:
        raise ClusterError(f"{name} cannot be reached: {_words(problem)}") from None
    try:
        yield DaskCluster(client, name)
    finally:
        await client.close(timeout=2)


def _silence_dask() -> None:
    """Keep Dask's messages from the terminal: the run itself reports what workers and schedulers do."""
    # Its client's logger has a level of its own: https://github.com/dask/distributed/blob/main/distributed/config.py
    for logger in ("distributed", "distributed.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    asyncio.get_running_loop().set_exception_handler(report_exception)


def report_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report an exception of a forgotten task, except for those with which Dask ends its own."""
    if not type(context.get("exception")).__module__.startswith("distributed."):
        loop.default_exception_handler(context)


def _words(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
