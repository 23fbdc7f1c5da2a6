"""Output: a function from a report to files."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from lmsys_enrich.model.report import Report
from lmsys_enrich.values import Value


class Streamed(Value):
    """A text that grows with the list and is never held whole; each call of `chunks` starts it anew."""

    chunks: Callable[[], Iterator[bytes]]

    def __str__(self) -> str:
        return b"".join(self.chunks()).decode("utf-8")


Text: TypeAlias = str | Streamed


class Output(Protocol):
    """
    A function from a report to the texts of files, under paths relative to the output folder.

    The same facts give the same bytes; only the outputs that the contract names
    carry the time of the run. An output writes nothing itself.
    """

    def __call__(self, report: Report, /) -> Mapping[str, Text]: ...


def encoded(text: str) -> bytes:
    """Encode a text as UTF-8; a lone surrogate becomes `?`, as no file can hold it."""
    return text.encode("utf-8", "replace")
