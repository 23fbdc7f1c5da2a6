"""
Pieces of outputs made early, in moments in which a crawl waits.

An entry that has all its findings can be put into words long before the last link
has its own. Such a piece is written at the end only if the entry still has the very
findings that it was made from, else it is made anew: whatever was made early, the
same is written.
"""

import os
from array import array
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from operator import is_
from tempfile import TemporaryFile
from typing import IO, Self

from lmsys_enrich.model.catalog import ListedEntry
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.report import EnrichedEntry, Report, enriched, key_of
from lmsys_enrich.outputs.protocol import Entrywise, Piece

_AT_ONCE = 2**15


class Drafts:
    """
    What was made early, in files without a name: memory holds only what lies where.

    `report` tells lists, times and notice of the one that is to come; its findings
    are those that there are by now. Of each that comes later `arrived` must be told.
    """

    def __init__(self, report: Report, outputs: Sequence[Entrywise]) -> None:
        self._report = report
        self._shelves = {output: _Shelf() for output in outputs}
        self._pieces: list[Sequence[tuple[_Shelf, Piece]]] = []  # of each list
        # The next three by the entry's number.
        self._placed: list[ListedEntry] = []
        self._list = array("I")
        self._first = array("I")  # the number of its first link
        self._made_from: list[Finding | None] = []  # by the link's number
        self._entries_with: dict[str, list[int]] = {}  # by the link's key
        self._take_in_lists()
        self._is_made = bytearray(len(self._placed))
        self._is_true = bytearray(len(self._placed))
        self._to_look_at: deque[int] = deque()
        self._is_full = False
        for key in report.findings:
            self.arrived(key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the files back."""
        for shelf in self._shelves.values():
            shelf.close()

    def arrived(self, key: str) -> None:
        """Take note that the report has a finding about a link now."""
        self._to_look_at.extend(self._entries_with.get(key, ()))

    def make(self, most: int) -> int:
        """
        Make what has all its findings by now, for `most` entries at the most, and return for how many.

        That takes some 0.1 ms for each. Where the disk is full no more is made, and nothing is amiss.
        """
        made = 0
        try:
            while self._to_look_at and made < most and not self._is_full:
                made += self._make(self._to_look_at.popleft())
        except (OSError, OverflowError):
            self._is_full = True
        return made

    def compare(self, report: Report) -> None:
        """Find out which pieces are true of a report."""
        self._is_true = bytearray(len(report.entries))
        if self._is_of(report) and all(shelf.is_whole() for shelf in self._shelves.values()):
            for known in report.entries:
                self._is_true[known.number] = self._was_made_from(known)

    def piece(self, output: Entrywise, report: Report) -> Piece:
        """Return what gives the pieces of an output of the report compared with, or of one of its lists."""
        make, shelf, is_true = output.piece(report), self._shelves.get(output), self._is_true
        if shelf is None:
            return make
        take = shelf.take
        return lambda known: (is_true[known.number] and take(known.number)) or make(known)

    def _take_in_lists(self) -> None:
        links = 0
        for index, catalog in enumerate(self._report.catalogs):
            one = replace(self._report, catalogs=(catalog,))
            early = [output for output in self._shelves if output.early(one)]
            self._pieces.append([(self._shelves[output], output.piece(one)) for output in early])
            for listed in catalog.listed():
                for link in listed.entry.links:
                    self._entries_with.setdefault(key_of(link), []).append(len(self._placed))
                self._placed.append(listed)
                self._list.append(index)
                self._first.append(links)
                links += len(listed.entry.links)
        self._made_from = [None] * links

    def _make(self, number: int) -> bool:
        listed, findings = self._placed[number], self._report.findings
        if self._is_made[number] or not all(key_of(link) in findings for link in listed.entry.links):
            return False
        known = enriched(number, listed, findings)
        for shelf, piece in self._pieces[self._list[number]]:
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
        # Not by the file itself, which would read far more than the piece each time.
        return os.pread(self._file.fileno(), self._lengths[number], self._places[number])

    def close(self) -> None:
        """Give the file back; what does not fit into it any more is not missed."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
