"""What is printed, where, and how much of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from lmsys_enrich.errors import EnrichError

# Facts come from strangers: nothing of theirs may steer a terminal (C0 and C1 controls,
# https://www.unicode.org/reports/tr9/ for the marks that turn the direction of text).
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text without characters that steer a terminal; line ends and tabs stay."""
    return _STEERING.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean."""

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    quiet: bool = False

    @property
    def is_live(self) -> bool:
        """Whether a person watches `err`, so that what stands there may be drawn over."""
        return self.err.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    @property
    def is_watched(self) -> bool:
        """Whether a person reads `out`, not a program or a log."""
        return self.out.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    def result(self, text: str) -> None:
        """Print what was asked for."""
        print(printable(text), file=self.out)

    def info(self, text: str) -> None:
        """Print what a person may want to know meanwhile."""
        if not self.quiet:
            print(printable(text), file=self.err)

    def command(self, text: str) -> None:
        """Print a command for the program that reads the log, however quiet the run."""
        print(text, file=self.err)

    def warn(self, text: str) -> None:
        """Print what a person should know, however quiet the run."""
        print(f"warning: {printable(text)}", file=self.err)

    def fail(self, problem: EnrichError) -> int:
        """Print why the run ends and what to do next; return the exit code."""
        print(printable(str(problem)), file=self.err)
        if problem.hint:
            print(f"→ {printable(problem.hint)}", file=self.err)
        return problem.exit_code
