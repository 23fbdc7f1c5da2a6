"""Clusters of Dask: the only module that imports it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Any

from distributed import Client, LocalCluster, Security

from lmsys_enrich.cluster.checker import ClusterError, WorkerError
from lmsys_enrich.cluster.worker import exchange

_CONNECT = 5.0  # seconds until a scheduler must have answered
_ANSWER = 10.0  # seconds until it must answer later
_LONGEST_EXCHANGE = 120.0  # seconds: a call waits for one second, and for its turn


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
    # A peer that reaches a worker can run programs as its user; other users of this machine cannot reach it.
    security = Security.temporary()  # type: ignore[no-untyped-call]
    starting: Any = LocalCluster(  # type: ignore[no-untyped-call]
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
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = await Client(where, asynchronous=True, timeout=_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError, TypeError) as problem:
        raise ClusterError(f"{name} cannot be reached: {_words(problem)}") from None
    try:
        yield DaskCluster(client, name)
    finally:
        await client.close(timeout=2)


def _words(problem: BaseException) -> str:
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
