"""
What ends a run. A dead link is a value, never one of these.

    EnrichError
    ├── InputError     2    the list, the settings or the command line is wrong
    ├── ForgeError     3    GitHub did not take what it was told
    ├── OutputError    4    outputs cannot be written; the old ones are whole
    └── MassChange     5    too much would change at once to be true

Exit code 3 (could not find out) of `run`, and 10 (findings), belong to runs that
reach their end: they are read off the report, in `cli.exit_code`.
"""

from typing import ClassVar


class EnrichError(Exception):
    """Ends the run in words: what happened, and in `hint` the one next step."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InputError(EnrichError):
    """
    What the user gave cannot be used.

    `message` may have several lines, one for each mistake, each of the form
    `file:line:column: what is wrong`, so that editors can jump there.
    """

    exit_code = 2


class ForgeError(EnrichError):
    """GitHub cannot be reached, or has no time: what it was to be told is told by the next run."""

    exit_code = 3


class OutputError(EnrichError):
    """The outputs cannot be written, and what stood there before is whole."""

    exit_code = 4


class MassChange(EnrichError):
    """More links would turn dead in one run than `--max-change` allows."""

    exit_code = 5
