"""What every output promises."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.values import Value


class Streamed(Value):
    """A text that is never held whole, since it grows with the list; `pieces` begins it anew each time."""

    pieces: Callable[[], Iterator[bytes]]

    def __str__(self) -> str:
        return b"".join(self.pieces()).decode("utf-8")


Text: TypeAlias = str | Streamed


class Output(Protocol):
    """
    Makes the texts of files, under their paths relative to the output folder.

    The same facts give the same text, byte for byte; only the outputs that the
    contract names carry the run's time. Nothing is written here.
    """

    def __call__(self, report: Report, /) -> Mapping[str, Text]: ...


Piece: TypeAlias = Callable[[EnrichedEntry], bytes]
"""Returns what a file says of one entry."""


class Entrywise(Value):
    """
    An output of which nearly all is told entry by entry.

    `piece` makes what does so: for an entry it depends on that, on its findings
    and facts, and on the report's lists, times and notice, on nothing that is
    known only when the last link is. `files` makes the rest, and asks for the
    entries' pieces. `early` tells whether it will ask for nearly all of a list's,
    so that they are worth making before.
    """

    piece: Callable[[Report], Piece]
    files: Callable[[Report, Piece], Mapping[str, Text]]
    early: Callable[[Report], bool] = lambda _: True

    def __call__(self, report: Report, /) -> Mapping[str, Text]:
        return self.files(report, self.piece(report))


def encoded(text: str) -> bytes:
    """Return what of a text lies in a file; half a character, which no file can hold, is a `?` there."""
    return text.encode("utf-8", "replace")
