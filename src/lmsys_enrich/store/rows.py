"""
Rows of bytes in one SQLite file: the only module that imports diskcache, and no pickle is read.

diskcache unpickles whatever a row says is pickled, its `JSONDisk` too (CVE-2025-69872), and deletes
whatever file a row names. `_BytesDisk` therefore reads and writes one kind of row, so that a cache
folder from a stranger can hold wrong findings, but can never run or remove anything.
"""

import contextlib
import re
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache

_DATABASE = diskcache.core.DBNAME
_RAW_MODE = 1  # diskcache's mode for a value that is stored in its row, unchanged
_NO_LIMIT = 2**40
_KEY = re.compile(r"row-[0-9]{15}")  # as `Cache.push` makes them
_TRIGGER = re.compile(  # those of diskcache keep count; without parentheses nothing else can be computed
    r"CREATE TRIGGER Settings_\w+ AFTER \w+ ON Cache FOR EACH ROW BEGIN"
    r" UPDATE Settings SET value = value[-+.\w ]+ WHERE key = \"(?:count|size)\"; END"
)
_SETTINGS = frozenset({*diskcache.DEFAULT_SETTINGS, "count", "size", "hits", "misses"})
# Primary result codes for faults of the disk or of another process: https://sqlite.org/rescode.html
_ELSEWHERE = ("PERM", "BUSY", "LOCKED", "READONLY", "IOERR", "FULL", "CANTOPEN")
_NOT_THE_FILE = frozenset(getattr(sqlite3, f"SQLITE_{name}") for name in _ELSEWHERE)


class ForeignFile(ValueError):
    """Content that this program cannot have written."""


# Errors of `Rows`. SQLite quotes what it cannot read, and Python decodes the quotation.
UNUSABLE = (sqlite3.DatabaseError, UnicodeDecodeError, ForeignFile, OSError, diskcache.Timeout)


def is_damaged(problem: Exception) -> bool:
    """Return true if the file is at fault, rather than the disk or another process."""
    # A full disk ends the transaction, and diskcache then fails to roll it back: the first error counts.
    first = problem.__context__ if isinstance(problem.__context__, sqlite3.Error) else problem
    if isinstance(first, sqlite3.Error):
        # The low byte is the primary code: https://sqlite.org/rescode.html#extrc
        return getattr(first, "sqlite_errorcode", 0) & 0xFF not in _NOT_THE_FILE
    return isinstance(first, ForeignFile | UnicodeDecodeError)


class Rows:
    """
    Rows of one file, in the order in which any process appended them.

    `read` yields rows appended meanwhile too. The last row must stay: the next key is counted from it.
    Every call may raise `UNUSABLE`, also when another process writes for longer than `patience` seconds.
    """

    def __init__(self, folder: Path, patience: float) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or any(map(_is_foreign, folder.iterdir())):
            raise ForeignFile("a link or a device in place of a file")
        if (folder / _DATABASE).exists():
            _refuse_foreign(folder / _DATABASE)
        self._cache: Any = diskcache.Cache(
            str(folder),
            timeout=patience,
            disk=_BytesDisk,
            eviction_policy="none",
            size_limit=_NO_LIMIT,
            cull_limit=0,
            disk_min_file_size=_NO_LIMIT,
            sqlite_mmap_size=0,  # each row is read once, and mapped pages count as our memory
        )

    def read(self, *, last_first: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield each row's key and value; skip foreign ones and those removed since."""
        for key in self._cache.iterkeys(reverse=last_first):
            with contextlib.suppress(ForeignFile):
                if _KEY.fullmatch(key) and (value := self._cache.get(key)) is not None:
                    yield key, value

    def append(self, value: bytes) -> None:
        try:
            self._cache.push(value, prefix="row")
        except ValueError as problem:  # the last key has another form
            raise ForeignFile(str(problem)) from None

    def write(self, key: str, value: bytes) -> None:
        self._cache.set(key, value)

    def remove(self, key: str) -> None:
        self._cache.delete(key)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Lock the file for writing, and write all changes of the block or none."""
        with self._cache.transact():
            yield

    def close(self) -> None:
        """Close this thread's connection: diskcache opens one for each thread."""
        self._cache.close()


class _BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no type hints
    """Serializer for keys of `Rows` and byte values in their rows; refuses everything else."""

    def put(self, key: str) -> tuple[str, bool]:
        return self.get(key, raw=True), True

    def get(self, key: object, raw: object) -> str:
        if not (raw and isinstance(key, str) and _KEY.fullmatch(key)):
            raise ForeignFile("a key of another form")
        return key

    def store(self, value: bytes, read: bool, key: object = None) -> tuple[int, int, None, memoryview]:
        del read, key  # values are never files
        return 0, _RAW_MODE, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        if mode != _RAW_MODE or filename is not None or read or not isinstance(value, bytes):
            raise ForeignFile("a value that is not in its row")
        return value

    def remove(self, file_path: str) -> None:
        """Do nothing: no value of ours is a file, so a row that names one is foreign."""


def _is_foreign(path: Path) -> bool:
    """Return true if SQLite would open or write anything but a regular file of this folder."""
    status = path.lstat()
    return not stat.S_ISREG(status.st_mode) or status.st_nlink > 1


def _refuse_foreign(database: Path) -> None:
    """Raise `ForeignFile` for a database of another program: diskcache makes attributes of its settings."""
    address = f"{database.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        schema = list(connection.execute("SELECT type, name, sql FROM sqlite_master WHERE type != 'index'"))
        tables = {name for kind, name, _ in schema if kind == "table"}
        if schema and not {"Settings"} <= tables <= {"Settings", "Cache"}:
            raise ForeignFile(f"tables {', '.join(sorted(map(repr, tables)))}")
        if any(kind != "table" and _TRIGGER.fullmatch(sql) is None for kind, _, sql in schema):
            raise ForeignFile("triggers or views of another program")
        # With the values: keys alone come from the index, which a damaged table does not harm.
        rows = connection.execute("SELECT key, value FROM Settings") if tables else ()
        if not {key for key, _ in rows} <= _SETTINGS:
            raise ForeignFile("settings of another program")
