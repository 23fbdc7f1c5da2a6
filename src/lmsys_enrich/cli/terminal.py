"""Terminal: prints results, tables, progress, warnings and errors."""

import io
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TextIO

from lmsys_enrich.characters import BIDI_MARKS, CONTROLS
from lmsys_enrich.errors import EnrichError, OutputError
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


class _Messages(io.FileIO):
    """Raw stderr: what a full disk or a closed pipe does not take is lost, and the run goes on."""

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def open_streams() -> None:
    """Open both streams of the program: no message ends a run."""
    # The caller closed stdout (`>&-`): output is discarded.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    number = os.open(os.devnull, os.O_WRONLY) if sys.stderr is None else sys.stderr.fileno()
    written = io.BufferedWriter(_Messages(number, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(written, getattr(sys.stderr, "encoding", "utf-8"), line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal or pipe without Unicode shows `?` rather than ending the run.
            stream.reconfigure(errors="replace")


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # a stream in memory has no descriptor
        return False


class Terminal(Value):
    """
    Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean.

    `bugs` has tracebacks of bugs that cost a file; the exit code is then 1.
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
        """Print the result of the command. Raises `OutputError` if stdout takes no more."""
        self._write(f"{self._safe(text)}\n")

    def verbatim(self, text: str) -> None:
        """
        Print text that programs read, such as a patch, unchanged into a file or a pipe.

        In GitHub Actions a pipe is the log, where it is made safe.
        """
        is_log = self.environ.get("GITHUB_ACTIONS") == "true" and not _is_file(self.out)
        self._write(without_commands(printable(text)) if is_log or self.is_watched else text)

    def _write(self, text: str) -> None:
        with self._full_disk_is_no_bug():
            self.out.write(text)

    def flush(self) -> None:
        """Flush the buffers while a failure can still be reported. Raises `OutputError`."""
        with self._full_disk_is_no_bug():
            self.out.flush()

    @contextmanager
    def _full_disk_is_no_bug(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as problem:
            self.silence()
            raise OutputError(
                f"stdout: cannot be written: {problem.strerror}",
                hint="Free some disk space, or write elsewhere.",
            ) from None

    def silence(self) -> None:
        """
        Discard the buffer of stdout, else the interpreter fails when it flushes at exit.

        https://docs.python.org/3/library/signal.html#note-on-sigpipe
        """
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.out.fileno())
        os.close(nowhere)

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
        """Print the effect of a bug in the program; its traceback is shown at the end."""
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


class Linked(str):
    """Text of a cell with a link, for terminals that show links."""

    __slots__ = ("url",)

    url: str

    def __new__(cls, text: str, url: str) -> Self:
        """Create the text."""
        linked = super().__new__(cls, text)
        linked.url = url
        return linked


class Table(Value):
    """Titles and rows of equal length; the columns named in `numbers` are aligned right."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[str] = frozenset()


def show(tables: Sequence[Table], terminal: Terminal) -> None:
    """Print tables: drawn, with links, on a terminal; plain columns in a pipe."""
    if not terminal.is_watched:
        terminal.result("\n\n".join(map(text_table, tables)))
        return
    # rich takes 40 ms to import: only for terminals.
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    console = Console(file=terminal.out, no_color="NO_COLOR" in terminal.environ)
    for table in tables:
        drawn = Drawn(box=box.SIMPLE_HEAD, pad_edge=False)
        for title in table.titles:
            drawn.add_column(title, justify="right" if title in table.numbers else "left", overflow="fold")
        for row in table.rows:
            drawn.add_row(*(Text(printable(cell), style=_style(cell)) for cell in row))
        console.print(drawn)


def text_table(table: Table) -> str:
    """Return columns aligned by spaces."""
    lines = [table.titles, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.titles))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown_table(table: Table) -> str:
    """Return a table for GitHub; Markdown in the cells is escaped."""
    # Imports msgspec, which --help does not need.
    from lmsys_enrich.outputs.text import escaped

    lines = [
        table.titles,
        ["---"] * len(table.titles),
        *([escaped(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _style(cell: str) -> str:
    """Return a link style for web addresses that cannot break out of the terminal's escape sequence."""
    url = cell.url if isinstance(cell, Linked) else ""
    safe = url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and " " not in url
    return f"link {url}" if safe else ""
