"""What every output promises."""

from collections.abc import Mapping
from typing import Protocol

from lmsys_enrich.model.report import Report


class Output(Protocol):
    """
    Makes the texts of files, under their paths relative to the output folder.

    The same facts give the same text, byte for byte; only the outputs that the
    contract names carry the run's time. Nothing is written here.
    """

    def __call__(self, report: Report, /) -> Mapping[str, str]: ...
