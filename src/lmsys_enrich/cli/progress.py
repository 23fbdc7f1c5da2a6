"""How far a run is: a bar where a person watches, plain lines where a log is kept."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from rich.progress import Progress

_LINES_IN_A_LOG = 10

Watch = Callable[[Finding], None]


@contextmanager
def progress(terminal: Terminal, total: int, *, verbose: bool) -> Iterator[Watch]:
    """Yield what is to be told each finding; `total` findings are expected."""
    if terminal.quiet or not total:
        yield _watch_nothing
    elif verbose:
        yield lambda finding: terminal.tell(f"{finding.verdict:<9} {finding.url}  {finding.reason}")
    elif terminal.is_live:
        with _bar(terminal) as bar:
            yield _on_bar(bar, total)
    else:
        yield _in_lines(terminal, total)


def _watch_nothing(finding: Finding) -> None:
    del finding


def _in_lines(terminal: Terminal, total: int) -> Watch:
    """Tell each tenth of the way, so that a log stays short however long the list."""
    seen: Counter[Verdict] = Counter()

    def watch(finding: Finding) -> None:
        before = seen.total() * _LINES_IN_A_LOG // total
        seen[finding.verdict] += 1
        if seen.total() * _LINES_IN_A_LOG // total > before:
            terminal.tell(f"{seen.total()} of {total} links: {_counts(seen)}")

    return watch


@contextmanager
def _bar(terminal: Terminal) -> Iterator["Progress"]:
    # rich takes 40 ms to import: only where it is seen.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("checking links"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
        console=Console(file=terminal.err),
        transient=True,
    ) as bar:
        yield bar


def _on_bar(bar: "Progress", total: int) -> Watch:
    task = bar.add_task("", total=total, counts="")
    seen: Counter[Verdict] = Counter()

    def watch(finding: Finding) -> None:
        seen[finding.verdict] += 1
        bar.update(task, advance=1, counts=_counts(seen))

    return watch


def _counts(seen: Counter[Verdict]) -> str:
    return ", ".join(f"{seen[verdict]} {verdict}" for verdict in Verdict if seen[verdict])
