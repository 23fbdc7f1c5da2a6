"""
Pieces of outputs made early, in moments in which a crawl waits.

An entry that has all its findings can be put into words long before the last link
has its own. Such a piece is written at the end only if the entry still has the very
findings that it was made from, else it is made anew: whatever was made early, the
same is written.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from operator import is_
from tempfile import TemporaryFile
from typing import IO, Self

from lmsys_enrich.model.catalog import Placed
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import EnrichedEntry, Report, enriched
from lmsys_enrich.outputs.protocol import Entrywise, Piece

_AT_ONCE = 2**15


class Drafts:
    """
    What was made early, in files without a name: memory holds only what lies where.

    `report` tells lists, times and notice of the one that is to come; its findings
    are those that there are by now, and grow from call to call.
    """

    def __init__(self, report: Report, outputs: Sequence[Entrywise]) -> None:
        self._report = report
        self._shelves = {output: _Shelf() for output in outputs}
        self._rounds = self._entries()
        self._is_made = bytearray()  # by the entry's number
        self._first = array("I")  # the number of its first link, by the entry's
        self._made_from: list[Finding | None] = []  # by the link's number
        self._is_true = bytearray()  # by the entry's number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for shelf in self._shelves.values():
            shelf.close()

    def make(self, most: int) -> int:
        """
        Look at the next entries, `most` of them, and make what has its findings; return for how many.

        That takes some 40 µs for each. After the last one comes the first again, as long
        as any is missing. Where the disk is full no more is made, and nothing is amiss.
        """
        made = 0
        try:
            for number, placed, pieces in islice(self._rounds, most):
                made += self._make(number, placed, pieces)
        except (OSError, OverflowError):
            self._rounds = iter(())
        return made

    def compare(self, report: Report) -> None:
        """Find out which pieces are true of a report."""
        self._is_true = bytearray(len(report.entries))
        if self._is_of(report) and all(shelf.is_whole() for shelf in self._shelves.values()):
            for known in report.entries[: len(self._is_made)]:
                self._is_true[known.number] = self._was_made_from(known)

    def piece(self, output: Entrywise, report: Report) -> Piece:
        """Return what gives the pieces of an output of the report compared with, or of one of its lists."""
        make, shelf, is_true = output.piece(report), self._shelves.get(output), self._is_true
        if shelf is None:
            return make
        take = shelf.take
        return lambda known: (is_true[known.number] and take(known.number)) or make(known)

    def _entries(self) -> Iterator[tuple[int, Placed, Sequence[tuple["_Shelf", Piece]]]]:
        """Yield each entry's number, the entry, and what is to be made of it; round after round."""
        lists = [replace(self._report, catalogs=(catalog,)) for catalog in self._report.catalogs]
        early = [[output for output in self._shelves if output.early(one)] for one in lists]
        pieces = [
            [(self._shelves[output], output.piece(one)) for output in outputs]
            for one, outputs in zip(lists, early, strict=True)
        ]
        while True:
            number = 0
            for catalog, own in zip(self._report.catalogs, pieces, strict=True):
                for placed in catalog.placed():
                    yield number, placed, own
                    number += 1
            if 0 not in self._is_made:
                return

    def _make(self, number: int, placed: Placed, pieces: Sequence[tuple["_Shelf", Piece]]) -> bool:
        if number == len(self._is_made):
            self._is_made.append(0)
            self._first.append(len(self._made_from))
            self._made_from.extend([None] * len(placed.entry.links))
        if self._is_made[number]:
            return False
        try:
            known = enriched(number, placed, self._report.findings)
        except KeyError:
            return False  # one of its links has no finding yet
        for shelf, piece in pieces:
            shelf.put(number, piece(known))
        first = self._first[number]
        self._made_from[first : first + len(known.findings)] = known.findings
        self._is_made[number] = 1
        return True

    def _is_of(self, report: Report) -> bool:
        """Whether everything else is as it was told."""
        told = self._report
        same_lists = len(told.catalogs) == len(report.catalogs) and all(
            map(is_, told.catalogs, report.catalogs)
        )
        return same_lists and (told.run_time, told.stale_after, told.notice) == (
            report.run_time,
            report.stale_after,
            report.notice,
        )

    def _was_made_from(self, known: EnrichedEntry) -> bool:
        first = self._first[known.number]
        made_from = self._made_from[first : first + len(known.findings)]
        return bool(self._is_made[known.number]) and all(map(is_, made_from, known.findings))


class _Shelf:
    """Pieces in a file, by their entries' numbers."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places = array("I")
        self._lengths = array("I")

    def put(self, number: int, piece: bytes) -> None:
        """Keep a piece. Raises `OSError` where there is no room."""
        if self._file is None:
            self._file = TemporaryFile(buffering=_AT_ONCE)  # noqa: SIM115 - see `close`
        missing = [0] * (number + 1 - len(self._places))
        self._places.extend(missing)
        self._lengths.extend(missing)
        self._places[number], self._lengths[number] = self._end, len(piece)
        self._end += self._file.write(piece)

    def is_whole(self) -> bool:
        """Whether everything that was put here can be taken."""
        try:
            if self._file is not None:
                self._file.flush()
        except OSError:
            return False
        return True

    def take(self, number: int) -> bytes:
        """Return a piece; nothing where there is none."""
        if self._file is None or number >= len(self._places):
            return b""
        self._file.seek(self._places[number])
        return self._file.read(self._lengths[number])

    def close(self) -> None:
        """Give the file back; what does not fit into it any more is not missed."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
