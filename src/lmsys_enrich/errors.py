"""
Errors that end a run, and failures in words. A dead link is a value, never an error.

    EnrichError
    ├── InputError     2    the list, the settings or the command line is wrong
    ├── ForgeError     3    GitHub refused or could not be reached
    ├── OutputError    4    outputs cannot be written; the old ones are whole
    └── MassChange     5    too much would change at once to be true

Exit code 3 (could not find out) of `run`, and 10 (findings), belong to runs that
reach their end: `cli.finish_run.exit_code` reads them off the report.
"""

import re
from typing import ClassVar

_NUMBER = re.compile(r"^\[Errno -?[0-9]+\] ")


class EnrichError(Exception):
    """Error with a message for the user, and in `hint` the one next step."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class InputError(EnrichError):
    """
    Invalid list, settings or command line.

    `message` may have several lines, one for each mistake, each of the form
    `file:line:column: what is wrong`, so that editors can jump there.
    """

    exit_code = 2


class ForgeError(EnrichError):
    """GitHub cannot be reached, or its quota is used up: the next run tries again."""

    exit_code = 3


class OutputError(EnrichError):
    """The outputs cannot be written; those of earlier runs are whole."""

    exit_code = 4


class MassChange(EnrichError):
    """More links would turn dead in one run than `--max-change` allows."""

    exit_code = 5


def reason_of(problem: Exception) -> str:
    """Return why a file could not be read or written, without error number and path, for a message."""
    if isinstance(problem, UnicodeDecodeError):
        return f"the byte 0x{problem.object[problem.start]:02X} is not UTF-8"
    # Libraries pass on the system's error text with its number.
    return getattr(problem, "strerror", None) or _NUMBER.sub("", str(problem))
