"""What every output promises."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from lmsys_enrich.model.report import Report


@dataclass(frozen=True, slots=True)
class Streamed:
    """A text that is never held whole, since it grows with the list; `pieces` begins it anew each time."""

    pieces: Callable[[], Iterator[str]]

    def __str__(self) -> str:
        return "".join(self.pieces())


Text: TypeAlias = str | Streamed


class Output(Protocol):
    """
    Makes the texts of files, under their paths relative to the output folder.

    The same facts give the same text, byte for byte; only the outputs that the
    contract names carry the run's time. Nothing is written here.
    """

    def __call__(self, report: Report, /) -> Mapping[str, Text]: ...
