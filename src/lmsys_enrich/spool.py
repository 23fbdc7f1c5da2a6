"""
Spool: long sequences and mappings kept on disk, so that a large list does not fill the memory.

They are in temporary files without a name: no other program can open them, and they
vanish with the process.
"""

import os
import pickle
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import IO, Generic, TypeVar, overload

from lmsys_enrich.errors import OutputError, reason_of

LARGE = 200_000
"""Items from which on a collection is kept on disk: below, memory is cheap and faster."""

_BLOCK = 64  # items that are written and read together

T = TypeVar("T")


class _Records:
    """Byte strings in a temporary file, by number."""

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(buffering=2**18)  # noqa: SIM115 - the finalizer closes it
        except OSError as problem:
            raise _unwritable(problem) from None
        weakref.finalize(self, _close, self._file)
        self._ends = array("Q")
        self._is_flushed = True

    def __len__(self) -> int:
        return len(self._ends)

    def append(self, record: bytes) -> None:
        try:
            self._file.write(record)
        except OSError as problem:
            raise _unwritable(problem) from None
        self._ends.append(len(record) + (self._ends[-1] if self._ends else 0))
        self._is_flushed = False

    def read(self, number: int) -> bytes:
        if not self._is_flushed:
            try:
                self._file.flush()
            except OSError as problem:
                raise _unwritable(problem) from None
            self._is_flushed = True
        start = self._ends[number - 1] if number else 0
        return os.pread(self._file.fileno(), self._ends[number] - start, start)


def _unwritable(problem: OSError) -> OutputError:
    return OutputError(
        f"{tempfile.tempdir or 'temporary files'}: cannot be written: {reason_of(problem)}",
        hint="Free some disk space, or set TMPDIR to another folder.",
    )


def _close(file: IO[bytes]) -> None:
    """Close a file without a message: what a full disk did not take was reported."""
    with suppress(OSError):
        file.close()


class Spool(Sequence[T], Generic[T]):
    """A sequence on disk that grows at its end."""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._blocks = _Records()
        self._last: list[T] = []
        for item in items:
            self.append(item)

    def append(self, item: T) -> None:
        """Add an item."""
        self._last.append(item)
        if len(self._last) == _BLOCK:
            self._blocks.append(pickle.dumps(self._last, pickle.HIGHEST_PROTOCOL))
            self._last = []

    def __len__(self) -> int:
        return len(self._blocks) * _BLOCK + len(self._last)

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._blocks)):
            yield from self._block(number)
        yield from self._last

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(index)
        block, position = divmod(number, _BLOCK)
        return self._last[position] if block == len(self._blocks) else self._block(block)[position]

    def _block(self, number: int) -> list[T]:
        block: list[T] = pickle.loads(self._blocks.read(number))  # noqa: S301 - no other program can write there
        return block


class SpooledDict(MutableMapping[str, T], Generic[T]):
    """
    A mapping whose values are on disk, in the order of `numbers`.

    `numbers` has all possible keys, each with its position. Several mappings
    share it, so that each of them takes only a few bytes for a key.
    """

    def __init__(
        self, numbers: Mapping[str, int], encode: Callable[[T], bytes], decode: Callable[[bytes], T]
    ) -> None:
        self._numbers = numbers
        self._encode = encode
        self._decode = decode
        self._records = _Records()
        # By the number of a key, that of its record from 1 on; 0 where it has none.
        self._record_of = array("I", bytes(array("I").itemsize * len(numbers)))
        self._count = 0

    def __getitem__(self, key: str) -> T:
        record = self._record_of[self._numbers[key]]
        if not record:
            raise KeyError(key)
        return self._decode(self._records.read(record - 1))

    def __setitem__(self, key: str, value: T) -> None:
        number = self._numbers[key]
        self._records.append(self._encode(value))
        self._count += not self._record_of[number]
        self._record_of[number] = len(self._records)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._record_of[self._numbers[key]] = 0
        self._count -= 1

    def __iter__(self) -> Iterator[str]:
        return (key for key, number in self._numbers.items() if self._record_of[number])

    def __contains__(self, key: object) -> bool:
        number = self._numbers.get(key) if isinstance(key, str) else None
        return number is not None and self._record_of[number] > 0

    def __len__(self) -> int:
        return self._count


class GrowingDict(SpooledDict[T]):
    """A mapping whose values are on disk, and that takes any key; it numbers them itself."""

    def __init__(self, encode: Callable[[T], bytes], decode: Callable[[bytes], T]) -> None:
        self._keys: dict[str, int] = {}
        super().__init__(self._keys, encode, decode)

    def __setitem__(self, key: str, value: T) -> None:
        if key not in self._keys:
            self._keys[key] = len(self._keys)
            self._record_of.append(0)
        super().__setitem__(key, value)


def sequence_of(items: Iterable[T], size: int) -> Sequence[T]:
    """Return about `size` items as a sequence: in memory, or on disk if there are many."""
    return tuple(items) if size < LARGE else Spool(items)
