"""
Rows of bytes in one file. The only door to diskcache, and no pickle comes through it.

diskcache unpickles what it reads wherever a row says so, its `JSONDisk` too
(CVE-2025-69872), and deletes whatever file a row names. `_BytesInRows` therefore
reads and writes rows of one kind alone, so that a cache folder from a stranger
can be wrong, but can never run or remove anything.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache

DATABASE = diskcache.core.DBNAME
_RAW = 1  # diskcache's mode for a value that lies in its row as it is
_NO_LIMIT = 2**40
_PREFIX = "row"
_ROW = re.compile(rf"{_PREFIX}-[0-9]{{15}}")  # as `Cache.push` makes them
_MARK = re.compile(r"mark:[a-z0-9-]+")
_SETTINGS = frozenset({*diskcache.DEFAULT_SETTINGS, "count", "size", "hits", "misses"})
# What sqlite says when the disk, not the file, is in the way: https://sqlite.org/rescode.html
_NOT_THE_FILES_FAULT = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


class NotOurs(ValueError):
    """The file holds what this program cannot have written."""


UNUSABLE = (sqlite3.DatabaseError, NotOurs, OSError, diskcache.Timeout)
"""What `Rows` raises where the file, or the disk below it, is of no use."""


def told(problem: Exception) -> str:
    """Return what stands in the way, in the system's words."""
    # diskcache's time-out has no words, and stands for every problem with beginning to write.
    return str(problem) or str(problem.__context__ or "another process does not let go of it")


def is_damaged(problem: Exception) -> bool:
    """Whether the file is at fault, rather than the disk or another process."""
    # A full disk ends the transaction, and diskcache then fails to end it: what counts is the first of both.
    first = problem.__context__ if isinstance(problem.__context__, sqlite3.Error) else problem
    if isinstance(first, sqlite3.Error):
        # The low byte is the primary code: https://sqlite.org/rescode.html#extrc
        return getattr(first, "sqlite_errorcode", 0) & 0xFF not in _NOT_THE_FILES_FAULT
    return isinstance(first, NotOurs)


class Rows:
    """
    The rows of the file in a folder; what is behind another row was appended later, by whatever process.

    Who reads reads the rows that are appended meanwhile as well, so that a row may
    be moved: by appending it, and only then removing it where it was. The last row
    must stay, since the next one gets its key from it. Every call may raise one of
    `UNUSABLE`, also where another process writes for longer than `patience` seconds.
    """

    def __init__(self, folder: Path, patience: float) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / DATABASE).exists():
            refuse_foreign(folder / DATABASE)
        self._cache: Any = diskcache.Cache(
            str(folder),
            timeout=patience,
            disk=_BytesInRows,
            eviction_policy="none",
            size_limit=_NO_LIMIT,
            cull_limit=0,
            disk_min_file_size=_NO_LIMIT,
            sqlite_mmap_size=0,  # each row is read once, and what is mapped counts as ours
        )

    def read(self, *, last_first: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield each row's key and value; values that are not ours are passed over."""
        for key in self._cache.iterkeys(reverse=last_first):
            if _ROW.fullmatch(key) is None:
                continue
            # None for what another process has removed since the key was read.
            with contextlib.suppress(NotOurs):
                if (value := self._cache.get(key)) is not None:
                    yield key, value

    def append(self, value: bytes) -> None:
        """Put a row behind all others."""
        self._push(value, "back")

    def put_before(self, value: bytes) -> None:
        """Put a row before all others."""
        self._push(value, "front")

    def write(self, key: str, value: bytes) -> None:
        """Give another value to a row."""
        self._cache.set(key, value)

    def remove(self, key: str) -> None:
        """Remove a row."""
        self._cache.delete(key)

    def mark(self, name: str) -> None:
        """Note that something was done."""
        self._cache.set(f"mark:{name}", b"")

    def is_marked(self, name: str) -> bool:
        """Whether that was done."""
        return f"mark:{name}" in self._cache

    @contextlib.contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Let everybody else wait with writing, and write all of what is written now, or none of it."""
        with self._cache.transact():
            yield

    def close(self) -> None:
        """Let go of the file, as far as this thread holds it: diskcache opens it for each thread."""
        self._cache.close()

    def _push(self, value: bytes, side: str) -> None:
        try:
            self._cache.push(value, prefix=_PREFIX, side=side)
        except ValueError as problem:  # the key at that side has another form
            raise NotOurs(str(problem)) from None


class _BytesInRows(diskcache.Disk):  # type: ignore[misc]  # diskcache has no type hints
    """Keys as `Rows` makes them, and byte values inside their rows; whatever else lies there is refused."""

    def put(self, key: str) -> tuple[str, bool]:
        return self.get(key, raw=True), True

    def get(self, key: object, raw: object) -> str:
        if not (raw and isinstance(key, str) and (_ROW.fullmatch(key) or _MARK.fullmatch(key))):
            raise NotOurs("a key of another form")
        return key

    def store(self, value: bytes, read: bool, key: object = None) -> tuple[int, int, None, memoryview]:
        del read, key  # values are never files
        return 0, _RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        if mode != _RAW or filename is not None or read or not isinstance(value, bytes):
            raise NotOurs("a value that does not lie in its row")
        return value

    def remove(self, file_path: str) -> None:
        """Do nothing: no value of ours lies in a file, so a row that names one is not ours."""


def refuse_foreign(database: Path) -> None:
    """
    Look at a database before diskcache does, which makes attributes of what its settings name.

    Raises `NotOurs` for one that diskcache has not made, `sqlite3.DatabaseError`
    for a file that is none.
    """
    with only_read(database) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return
        if not tables <= {"Settings", "Cache"} or "Settings" not in tables:
            raise NotOurs(f"tables {', '.join(sorted(map(repr, tables)))}")
        keys = {row[0] for row in connection.execute("SELECT key FROM Settings")}
        if not keys <= _SETTINGS:
            raise NotOurs("settings of another program")


@contextlib.contextmanager
def only_read(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a database so that nothing is written there."""
    address = f"{database.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection
