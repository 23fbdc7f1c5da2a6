"""
Reader of an `enriched.json` of any size, a part at a time.

Its long lists come last, and each of their items begins on a line of its own, so that the file can be
divided without decoding it. A file in another layout is read whole, if it is small.
"""

import os
import stat
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Self

import msgspec

from lmsys_enrich.clock import EPOCH
from lmsys_enrich.model.json_fields import VERSION

NAME = "enriched.json"
LISTS = ("entries", "document_links", "repositories", "papers", "models")
_LONGEST_ITEM = 2**26  # bytes: an entry has some kilobytes
_MAX_FOREIGN_SIZE = 2**29  # bytes of a file of another layout
_NEXT_ITEM = b",\n  {"
_END_OF_LIST = b"\n ]"  # whatever its last item is


class Head(msgspec.Struct):
    """Fields before the lists."""

    schema: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    notice: str | None = None
    generated_at: Annotated[datetime, msgspec.Meta(tz=True)] = EPOCH
    source: str = ""
    source_digest: str = ""


class _Foreign(Head, kw_only=True):
    """A whole file, its lists undecoded."""

    entries: msgspec.Raw
    document_links: msgspec.Raw = msgspec.Raw(b"[]")
    repositories: msgspec.Raw = msgspec.Raw(b"[]")
    papers: msgspec.Raw = msgspec.Raw(b"[]")
    models: msgspec.Raw = msgspec.Raw(b"[]")


_decode_head = msgspec.json.Decoder(Head).decode
_decode_foreign = msgspec.json.Decoder(_Foreign).decode


class EnrichedFile:
    """An open `enriched.json`: its head, and its lists in parts of about `at_once` bytes."""

    def __init__(self, path: Path, *, at_once: int = 2**16) -> None:
        """Open a file. Raises `OSError`, and `ValueError` if it is not an `enriched.json`."""
        self._at_once = at_once
        self._file = _open_regular(path)
        try:
            self.head, self._rest = self._read_head(path)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """Size in bytes."""
        return os.fstat(self._file.fileno()).st_size

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name of a list and an array of some of its items, in the order of the file, once."""
        if isinstance(self._rest, _Foreign):
            for name in LISTS:
                yield name, bytes(getattr(self._rest, name))
            return
        buffer = self._rest
        while (start := buffer.find(b": [")) >= 0:
            name = buffer[:start].strip(b' \n,"').decode("ascii", "replace")
            buffer = yield from self._list(name, buffer[start + 3 :])
        if buffer.strip() != b"}":
            raise ValueError("it has no end")

    def _list(self, name: str, buffer: bytes) -> Generator[tuple[str, bytes], None, bytes]:
        """Yield the parts of one list, and return what follows it."""
        while True:
            end = _end_of_list(buffer)
            if end >= 0:
                yield name, b"[%b]" % buffer[:end]
                after = buffer[buffer.index(b"]", end) + 1 :]
                return after + self._file.read(self._at_once)
            last = buffer.rfind(_NEXT_ITEM)
            if last > 0:
                yield name, b"[%b]" % buffer[:last]
                buffer = buffer[last + 1 :]
            more = self._file.read(max(self._at_once, len(buffer)))  # an item may be large
            if not more or len(buffer) > _LONGEST_ITEM:
                raise ValueError("one of its lists has no end")
            buffer += more

    def _read_head(self, path: Path) -> tuple[Head, bytes | _Foreign]:
        start = self._file.read(self._at_once)
        first = start.find(f',\n "{LISTS[0]}": ['.encode())
        if first > 0:
            return _decode_head(start[:first] + b"\n}"), start[first:]
        if self.size > _MAX_FOREIGN_SIZE:
            raise ValueError(f"{path.name} is too large for a file of another program")
        whole = _decode_foreign(start + self._file.read())
        return whole, whole


def _end_of_list(buffer: bytes) -> int:
    return 0 if buffer.startswith(b"]") else buffer.find(_END_OF_LIST)


def _open_regular(path: Path) -> BinaryIO:
    """Open a file for reading; opening a device or a pipe in its place must neither block nor be endless."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("not a regular file")
    return os.fdopen(handle, "rb")
