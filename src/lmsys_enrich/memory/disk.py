"""
Findings on disk. The only door to diskcache, and no pickle comes through it.

diskcache unpickles what it reads wherever a row says so, its `JSONDisk` too
(CVE-2025-69872), and deletes whatever file a row names. `_JsonRows` therefore
reads and writes rows of one kind alone, so that a cache folder from a stranger
can be wrong, but can never run or remove anything.
"""

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import diskcache
import msgspec

from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Finding

_FORMAT = "findings-1"  # a new name for a new shape of `Finding`: an older cache is then left alone
_RAW = 1  # diskcache's mode for a value that lies in its row as it is
_NO_LIMIT = 2**40
_WRITE_AT_ONCE = 500  # findings in one transaction: enough to be fast, few enough to share the file
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
_SETTINGS = frozenset({*diskcache.DEFAULT_SETTINGS, "count", "size", "hits", "misses"})

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Finding).decode


class _NotOurs(ValueError):
    """The file holds what this program cannot have written."""


class _JsonRows(diskcache.Disk):  # type: ignore[misc]  # diskcache has no type hints
    """Text keys and byte values inside their rows; whatever else lies there is refused."""

    def put(self, key: object) -> tuple[str, bool]:
        if not isinstance(key, str):
            raise _NotOurs("a key that is no text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        if not (raw and isinstance(key, str)):
            raise _NotOurs("a key that is no text")
        return key

    def store(self, value: bytes, read: bool, key: object = None) -> tuple[int, int, None, memoryview]:
        del read, key  # values are never files
        return 0, _RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        if mode != _RAW or filename is not None or read or not isinstance(value, bytes):
            raise _NotOurs("a value that does not lie in its row")
        return value

    def remove(self, file_path: str) -> None:
        """Do nothing: no value of ours lies in a file, so a row that names one is not ours."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a cache holds; `size` in bytes on disk."""

    findings: int
    repositories: int
    size: int
    oldest: Finding | None


class DiskMemory:
    """
    Remembers findings in a folder, between runs and for several runs at once.

    A cache that is damaged is set aside under another name, one that cannot be
    used is done without; either is told to `warn`, and never ends the run.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._home = threading.get_ident()
        self._cache: Any = self._open()

    def recall(self, urls: Iterable[str]) -> dict[str, Finding]:
        return {url: found for url in urls if (found := self._read(url)) is not None}

    def keep(self, findings: Iterable[Finding]) -> None:
        waiting = iter(findings)
        while batch := list(islice(waiting, _WRITE_AT_ONCE)):
            with self._survived(), self._writing() as cache:
                for finding in batch:
                    cache.set(finding.url, _encode(finding))

    def everything(self) -> Iterator[Finding]:
        """Yield all that is kept, in no particular order."""
        urls: list[str] = []
        with self._survived():
            urls.extend(self._cache.iterkeys() if self._cache is not None else ())
        yield from self.recall(urls).values()

    def forget(self, urls: Iterable[str]) -> int:
        """Drop what is kept about these links; return how many there were."""
        gone: list[str] = []
        with self._survived(), self._writing() as cache:
            gone.extend(url for url in list(urls) if cache.delete(url))
        return len(gone)

    def contents(self) -> Contents:
        """Count what is kept."""
        everything = list(self.everything())
        dated = [(found.checked_at, found) for found in everything if found.checked_at is not None]
        return Contents(
            findings=len(everything),
            repositories=len({f.repository.full_name.lower() for f in everything if f.repository}),
            size=sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file()),
            oldest=min(dated, key=lambda pair: pair[0], default=(None, None))[1],
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._cache is not None:
            self._cache.close()

    def _read(self, url: str) -> Finding | None:
        """Return none for a row that is not ours, or that tells of another link."""
        if self._cache is None:
            return None
        found = None
        with self._survived():
            try:
                row = self._cache.get(url)
                found = None if row is None else _decode(row)
            except (_NotOurs, msgspec.DecodeError):
                return None
        return found if found is not None and found.url == url else None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Any]:
        """
        Write in one transaction, or to nowhere where there is no usable cache.

        diskcache opens a connection for each thread; those of passing threads are
        closed again, since nobody else could.
        """
        if self._cache is None:
            yield _Nowhere()
            return
        try:
            with self._cache.transact(retry=True):
                yield self._cache
        finally:
            if self._cache is not None and threading.get_ident() != self._home:
                self._cache.close()

    @contextlib.contextmanager
    def _survived(self) -> Iterator[None]:
        """Go on without a memory rather than end a run because of it."""
        try:
            yield
        except (sqlite3.DatabaseError, _NotOurs, OSError, diskcache.Timeout) as problem:
            self.close()
            self._cache = self._open() if self._is_damaged(problem) and self._set_aside(problem) else None
            if self._cache is None:
                self._warn_of(problem)

    def _open(self) -> Any:  # noqa: ANN401 - diskcache has no type hints
        folder = self._folder / _FORMAT
        for _ in range(2):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _refuse_foreign(folder / diskcache.core.DBNAME)
                return diskcache.Cache(
                    str(folder),
                    disk=_JsonRows,
                    eviction_policy="none",
                    size_limit=_NO_LIMIT,
                    cull_limit=0,
                    disk_min_file_size=_NO_LIMIT,
                    sqlite_mmap_size=0,  # each row is read once, and what is mapped counts as ours
                )
            except (sqlite3.DatabaseError, _NotOurs, OSError, diskcache.Timeout) as problem:
                if not (self._is_damaged(problem) and self._set_aside(problem)):
                    self._warn_of(problem)
                    return None
        return None

    @staticmethod
    def _is_damaged(problem: Exception) -> bool:
        if isinstance(problem, sqlite3.Error):
            # The low byte is the primary code: https://sqlite.org/rescode.html#extrc
            return getattr(problem, "sqlite_errorcode", 0) & 0xFF not in _NOT_THE_FILES_FAULT
        return isinstance(problem, _NotOurs)

    def _set_aside(self, problem: Exception) -> bool:
        broken = self._folder / _FORMAT
        names = (self._folder / f"{_FORMAT}.damaged-{number}" for number in range(1, 1000))
        target = next(name for name in names if not name.exists())
        try:
            broken.rename(target)
        except OSError:
            return False
        self._warn(f"The cache was damaged ({problem}). It lies in {target} now; a new one is begun.")
        return True

    def _warn_of(self, problem: Exception) -> None:
        self._warn(f"The cache in {self._folder} cannot be used ({problem}). This run goes on without it.")


def erase(folder: Path) -> None:
    """
    Remove every cache in a folder, those set aside included, and nothing else there.

    Raises `OutputError` where that is not allowed.
    """
    try:
        for cache in folder.glob("findings-*"):
            if cache.is_dir() and not cache.is_symlink():
                shutil.rmtree(cache)
    except OSError as problem:
        raise OutputError(f"{folder} cannot be cleared: {problem}", hint="Look at who owns it.") from None


class _Nowhere:
    """Takes findings where there is no cache to take them."""

    def set(self, url: str, row: bytes) -> None:
        del url, row

    def delete(self, url: str) -> bool:
        del url
        return False


def _refuse_foreign(database: Path) -> None:
    """
    Look at a database before diskcache does, which makes attributes of what its settings name.

    Raises `_NotOurs` for one that diskcache has not made, `sqlite3.DatabaseError`
    for a file that is none.
    """
    if not database.exists():
        return
    with contextlib.closing(
        sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    ) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return
        if not tables <= {"Settings", "Cache"} or "Settings" not in tables:
            raise _NotOurs(f"tables {', '.join(sorted(map(repr, tables)))}")
        keys = {row[0] for row in connection.execute("SELECT key FROM Settings")}
        if not keys <= _SETTINGS:
            raise _NotOurs("settings of another program")
