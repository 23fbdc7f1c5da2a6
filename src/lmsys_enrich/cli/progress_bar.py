"""Progress bar of a run, drawn with Rich."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from lmsys_enrich.cli.terminal import Terminal, printable
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.politeness.stats import Activity

_WIDE_TERMINAL = 100  # columns from which there is room for the activity
_HOSTS_SHOWN = 2


@contextmanager
def progress_bar(
    terminal: Terminal,
    total: int,
    activity: Callable[[], Activity],
    counts: Callable[[Counter[Verdict]], str],
) -> Iterator[Callable[[Finding], None]]:
    """Draw a bar during the block; yield a callback for findings. `counts` formats the tally."""
    console = Console(file=terminal.err, no_color="NO_COLOR" in terminal.environ)
    columns = [TextColumn("checking links"), BarColumn(bar_width=24), MofNCompleteColumn(), _RateColumn()]
    columns += [TimeRemainingColumn(), TextColumn("{task.fields[counts]}")]
    if console.width >= _WIDE_TERMINAL:
        columns.append(_ActivityColumn(activity))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, counts="")
        seen: Counter[Verdict] = Counter()

        def watch(finding: Finding) -> None:
            seen[finding.verdict] += 1
            bar.update(task, advance=1, counts=counts(seen))

        yield watch


class _RateColumn(ProgressColumn):
    """Column of links per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class _ActivityColumn(ProgressColumn):
    """Column of hosts waited for and of GitHub's remaining points, read at each drawing."""

    def __init__(self, activity: Callable[[], Activity]) -> None:
        super().__init__()
        self._activity = activity

    def render(self, task: Task) -> Text:
        del task
        now = self._activity()
        more = f" +{len(now.hosts) - _HOSTS_SHOWN}" if len(now.hosts) > _HOSTS_SHOWN else ""
        hosts = f"{', '.join(now.hosts[:_HOSTS_SHOWN])}{more}"
        points = "" if now.points_left is None else f"GitHub: {now.points_left:,} points left"
        return Text(printable(" | ".join(filter(None, (points, hosts)))), overflow="ellipsis", no_wrap=True)
