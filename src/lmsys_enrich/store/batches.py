"""Findings as JSON, many in a row: a row costs what a finding would cost."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from lmsys_enrich.model.finding import Finding
from lmsys_enrich.store.rows import Rows

IN_A_ROW = 1000  # enough to be fast, few enough that nobody holds up the file or holds much at once
_ROOM = 500  # findings that are superseded, and rows that are short, for which nothing is written anew

_encode = msgspec.json.Encoder().encode
_all_of = msgspec.json.Decoder(list[Finding]).decode
_each_of = msgspec.json.Decoder(list[msgspec.Raw]).decode
_one = msgspec.json.Decoder(Finding).decode


def in_batches(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Yield findings in batches, each for one row."""
    waiting = iter(findings)
    while batch := list(islice(waiting, IN_A_ROW)):
        yield batch


def read(rows: Rows) -> Iterator[list[Finding]]:
    """Yield all findings, later ones after those that they supersede."""
    for _, value in rows.read():
        yield _decoded(value)


def append(rows: Rows, batch: Sequence[Finding]) -> None:
    """Keep findings in the place of those there were."""
    rows.append(_encode(batch))


def put_before(rows: Rows, batch: Sequence[Finding]) -> None:
    """Keep findings unless there are others in their place."""
    rows.put_before(_encode(batch))


def drop(rows: Rows, urls: Collection[str]) -> set[str]:
    """Drop the findings about these links; return about which there were some."""
    gone: set[str] = set()
    with rows.all_or_none():
        for key, value in rows.read():
            batch = _decoded(value)
            left = [finding for finding in batch if finding.url not in urls]
            if len(left) < len(batch):
                gone.update(finding.url for finding in batch if finding.url in urls)
                rows.write(key, _encode(left))
    return gone


@dataclass(slots=True)
class Wear:
    """How much of what was read is of no use."""

    findings: int = 0
    rows: int = 0
    urls: set[str] = field(default_factory=set)

    def add(self, batch: Sequence[Finding]) -> None:
        """Take note of a batch."""
        self.rows += 1
        self.findings += len(batch)
        self.urls.update([finding.url for finding in batch])

    @property
    def calls_for_joining(self) -> bool:
        """Whether most findings are superseded, or most rows short."""
        most_rows = 2 * (len(self.urls) // IN_A_ROW) + _ROOM
        return self.findings > 2 * len(self.urls) + _ROOM or self.rows > most_rows


def join(rows: Rows) -> None:
    """
    Write everything anew behind all rows, without what is superseded, and remove those rows.

    Nobody can append before that is done. Of two findings about a link the later
    one is met first.
    """
    known: set[str] = set()
    waiting: list[Finding] = []
    joined: list[str] = []
    with rows.all_or_none():
        for key, value in rows.read(last_first=True):
            joined.append(key)
            for finding in reversed(_decoded(value)):
                if finding.url not in known:
                    known.add(finding.url)
                    waiting.append(finding)
            while len(waiting) >= IN_A_ROW:
                append(rows, waiting[:IN_A_ROW])
                del waiting[:IN_A_ROW]
        append(rows, waiting)  # an empty one too: without a last row, a key would be given again
        for key in joined:
            rows.remove(key)


def _decoded(value: bytes) -> list[Finding]:
    """Return the findings in a value; what there has another shape is as if it were not there."""
    try:
        return _all_of(value)
    except (ValueError, RecursionError):
        return list(_readable(value))


def _readable(value: bytes) -> Iterator[Finding]:
    try:
        each = _each_of(value)
    except (ValueError, RecursionError):
        return
    for one in each:
        try:
            yield _one(one)
        except (ValueError, RecursionError):
            continue
