"""Address of a cluster: reads `--cluster`, and loads Dask only where there is one."""

import os
import re
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from lmsys_enrich.cluster.checker import OpenCluster
from lmsys_enrich.errors import InputError

_LOCAL = re.compile(r"local(?::([1-9][0-9]{0,3}))?")
_REMOTE = re.compile(r"(?:tls|tcp)://[\w.\-\[\]:]+:[0-9]{1,5}", re.ASCII)
_LOOPBACK = re.compile(r"tcp://(?:127\.[0-9.]+|localhost|\[::1\]):[0-9]+")


def cluster_at(address: str) -> OpenCluster:
    """
    Return what opens the cluster of `--cluster`: `local`, `local:4`, `tls://host:8786`.

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
            hint="Install it: pip install 'lmsys-enrich[cluster]'.",
        )
    dask = import_module("lmsys_enrich.cluster.dask")
    if local:
        opened: OpenCluster = partial(dask.local_cluster, int(local[1] or os.cpu_count() or 1))
    else:
        opened = partial(dask.remote_cluster, address)
    return opened
