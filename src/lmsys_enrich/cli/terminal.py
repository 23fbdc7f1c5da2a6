"""Terminal: prints results, progress, warnings and errors."""

import os
import re
import stat
from collections.abc import Mapping
from typing import TextIO

from lmsys_enrich.characters import BIDI_MARKS, CONTROLS
from lmsys_enrich.errors import EnrichError
from lmsys_enrich.values import Value, value_field

# Facts are untrusted text: they may not control the terminal (C0 and C1 controls,
# https://www.unicode.org/reports/tr9/ for the marks that turn the direction of text).
_CONTROLS = re.compile(f"[\r{CONTROLS}{BIDI_MARKS}]")
# The runner of GitHub Actions takes `::` at the start of a line, and `##[` anywhere, for a command:
# https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_WORKFLOW_COMMAND = re.compile(r"(?m)^[ \t]*::|##\[")
_ZERO_WIDTH_SPACE = "\u200b"


def printable(text: str) -> str:
    """Replace control characters, except for line ends and tabs."""
    return _CONTROLS.sub("\ufffd", text)


def without_commands(text: str) -> str:
    """Break up workflow commands in untrusted text, so that a CI log starts none."""
    return _WORKFLOW_COMMAND.sub(lambda match: f"{match[0][:-1]}{_ZERO_WIDTH_SPACE}{match[0][-1]}", text)


def command_data(text: str) -> str:
    """Escape the message of a workflow command, as actions/toolkit's packages/core/src/command.ts does."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str) -> str:
    """Escape a property of a workflow command."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # a stream in memory has no descriptor
        return False


class Terminal(Value):
    """
    Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean.

    `bugs` are tracebacks of bugs of ours that cost a file: the exit code is then 1.
    """

    out: TextIO
    err: TextIO
    environ: Mapping[str, str]
    quiet: bool = False
    bugs: list[str] = value_field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Return true if `err` is an interactive terminal, so that lines may be redrawn."""
        return self.err.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    @property
    def is_watched(self) -> bool:
        """Return true if `out` is an interactive terminal, not a pipe or a log."""
        return self.out.isatty() and "CI" not in self.environ and self.environ.get("TERM") != "dumb"

    def result(self, text: str) -> None:
        """Print the result of the command."""
        print(self._safe(text), file=self.out)

    def verbatim(self, text: str) -> None:
        """
        Print text that programs read, such as a patch, unchanged into a file or a pipe.

        In GitHub Actions a pipe is the log, where it is made safe.
        """
        is_log = self.environ.get("GITHUB_ACTIONS") == "true" and not _is_file(self.out)
        self.out.write(without_commands(printable(text)) if is_log or self.is_watched else text)

    def info(self, text: str) -> None:
        """Print a message, unless the run is quiet."""
        if not self.quiet:
            print(self._safe(text), file=self.err)

    def command(self, text: str) -> None:
        """Print a workflow command for the CI system, even in a quiet run."""
        print(text, file=self.err)

    def warn(self, text: str) -> None:
        """Print a warning, even in a quiet run."""
        print(self._safe(f"warning: {text}"), file=self.err)

    def bug(self, what: str, traceback: str) -> None:
        """Print what a bug of ours has cost; its traceback is shown at the end."""
        self.bugs.append(traceback)
        self.warn(what)

    def fail(self, problem: EnrichError) -> int:
        """Print the error and its hint; return the exit code."""
        print(self._safe(str(problem)), file=self.err)
        if problem.hint:
            print(self._safe(f"→ {problem.hint}"), file=self.err)
        return problem.exit_code

    def _safe(self, text: str) -> str:
        """Remove control characters, and in GitHub Actions workflow commands too."""
        text = printable(text)
        return without_commands(text) if self.environ.get("GITHUB_ACTIONS") == "true" else text
