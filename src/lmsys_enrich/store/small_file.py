"""Reading of small files that others may have put in their place: devices, links, huge or endless ones."""

import os
import stat
from pathlib import Path

_MAX_SIZE = 2**20


def read_small_file(path: Path) -> bytes | None:
    """Return the content of a regular file of at most 1 MiB; None for all else, links included."""
    try:
        # Opening a FIFO must not block.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SIZE:
            return None
        return file.read(_MAX_SIZE)
