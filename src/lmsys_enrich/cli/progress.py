"""Progress of a run: a bar on a terminal, plain lines in a log."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lmsys_enrich.cli.terminal import Terminal, printable
from lmsys_enrich.model.figures import counts_in_words
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.politeness.stats import Activity
from lmsys_enrich.values import Value

_LINES_IN_A_LOG = 10
_WIDE_TERMINAL = 100  # columns from which there is room for the activity
_HOSTS_SHOWN = 2

Watch = Callable[[Finding], None]


@contextmanager
def progress(
    terminal: Terminal, total: int, activity: Callable[[], Activity], *, verbose: bool
) -> Iterator[Watch]:
    """Yield a callback for findings, of which `total` are expected; `activity` returns the current hosts."""
    if terminal.quiet or not total:
        yield _ignore
    elif verbose:
        yield lambda finding: terminal.info(f"{finding.verdict:<9} {finding.url}  {finding.reason}")
    elif terminal.is_live:
        with _bar(terminal, total, activity) as watch:
            yield watch
    else:
        yield _in_lines(terminal, total)


def _ignore(finding: Finding) -> None:
    del finding


def _in_lines(terminal: Terminal, total: int) -> Watch:
    """Print a line at each tenth of the run, so that a log stays short."""
    seen: Counter[Verdict] = Counter()

    def watch(finding: Finding) -> None:
        before = seen.total() * _LINES_IN_A_LOG // total
        seen[finding.verdict] += 1
        if seen.total() * _LINES_IN_A_LOG // total > before:
            terminal.info(f"{seen.total()} of {total} links: {counts_in_words(seen)}")

    return watch


@contextmanager
def _bar(terminal: Terminal, total: int, activity: Callable[[], Activity]) -> Iterator[Watch]:
    """Draw a bar during the block, with Rich."""
    # Rich takes 50 ms to import: only for terminals.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    console = Console(file=terminal.err, no_color="NO_COLOR" in terminal.environ)
    columns = [TextColumn("checking links"), BarColumn(bar_width=24), MofNCompleteColumn()]
    columns += [TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("{task.fields[counts]}")]
    if console.width >= _WIDE_TERMINAL:
        cut = Column(no_wrap=True, overflow="ellipsis")
        columns.append(TextColumn("{task.fields[activity]}", markup=False, table_column=cut))
    with Progress(*columns, console=console, transient=True) as bar:
        rate, hosts = _Drawn(lambda: _rate(bar.tasks[0].speed)), _Drawn(lambda: _activity(activity()))
        task = bar.add_task("", total=total, counts="", rate=rate, activity=hosts)
        seen: Counter[Verdict] = Counter()

        def watch(finding: Finding) -> None:
            seen[finding.verdict] += 1
            bar.update(task, advance=1, counts=counts_in_words(seen))

        yield watch


class _Drawn(Value):
    """Text of a column, made anew at each drawing."""

    text: Callable[[], str]

    def __str__(self) -> str:
        return self.text()


def _rate(speed: float | None) -> str:
    return f"{speed:,.0f}/s" if speed else ""


def _activity(now: Activity) -> str:
    """Return the hosts waited for and GitHub's remaining points."""
    more = f" +{len(now.hosts) - _HOSTS_SHOWN}" if len(now.hosts) > _HOSTS_SHOWN else ""
    hosts = f"{', '.join(now.hosts[:_HOSTS_SHOWN])}{more}"
    points = "" if now.points_left is None else f"GitHub: {now.points_left:,} points left"
    return printable(" | ".join(filter(None, (points, hosts))))
