"""Reading of files that others may have planted: devices, pipes, links, huge or endless ones."""

import errno
import os
import stat
from pathlib import Path


def read_regular_file(path: Path, limit: int, *, follow_links: bool = True) -> bytes:
    """
    Return the first `limit` bytes of a regular file.

    Raises `OSError` for anything else, and `ValueError` for a name that no file can have.
    """
    # Opening a pipe must not wait for its other end.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    handle = os.open(path, flags)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(limit)
    finally:
        os.close(handle)
