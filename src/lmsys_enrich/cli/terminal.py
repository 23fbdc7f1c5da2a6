"""Terminal: prints results, progress, warnings and errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from lmsys_enrich.errors import EnrichError

# Facts are untrusted text: they may not control the terminal (C0 and C1 controls,
# https://www.unicode.org/reports/tr9/ for the marks that turn the direction of text).
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Replace control characters, except for line ends and tabs."""
    return _CONTROLS.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean."""

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    quiet: bool = False

    @property
    def is_live(self) -> bool:
        """Whether `err` is an interactive terminal, so that lines may be redrawn."""
        return self.err.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    @property
    def is_watched(self) -> bool:
        """Whether `out` is an interactive terminal, not a pipe or a log."""
        return self.out.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    def result(self, text: str) -> None:
        """Print the result of the command."""
        print(printable(text), file=self.out)

    def info(self, text: str) -> None:
        """Print a message, unless the run is quiet."""
        if not self.quiet:
            print(printable(text), file=self.err)

    def command(self, text: str) -> None:
        """Print a workflow command for the CI system, even in a quiet run."""
        print(text, file=self.err)

    def warn(self, text: str) -> None:
        """Print a warning, even in a quiet run."""
        print(f"warning: {printable(text)}", file=self.err)

    def fail(self, problem: EnrichError) -> int:
        """Print the error and its hint; return the exit code."""
        print(printable(str(problem)), file=self.err)
        if problem.hint:
            print(f"→ {printable(problem.hint)}", file=self.err)
        return problem.exit_code
