"""The bar that a person watches: how far, how fast, who is waited for, what GitHub still allows."""

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

from lmsys_enrich.cli.progress import Watch, counts
from lmsys_enrich.cli.terminal import Terminal, printable
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.politeness.stats import Activity

_WIDE = 100  # columns from which there is room for what goes on
_HOSTS = 2


@contextmanager
def progress_bar(terminal: Terminal, total: int, activity: Callable[[], Activity]) -> Iterator[Watch]:
    """Draw a bar while the block lasts, and yield what is to be told each finding."""
    console = Console(file=terminal.err, no_color="NO_COLOR" in terminal.environ)
    columns = [TextColumn("checking links"), BarColumn(bar_width=24), MofNCompleteColumn(), _Rate()]
    columns += [TimeRemainingColumn(), TextColumn("{task.fields[counts]}")]
    if console.width >= _WIDE:
        columns.append(_GoingOn(activity))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, counts="")
        seen: Counter[Verdict] = Counter()

        def watch(finding: Finding) -> None:
            seen[finding.verdict] += 1
            bar.update(task, advance=1, counts=counts(seen))

        yield watch


class _Rate(ProgressColumn):
    """Links a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


class _GoingOn(ProgressColumn):
    """Whom the run waits for, and what is left of GitHub's quota; asked for as often as it is drawn."""

    def __init__(self, activity: Callable[[], Activity]) -> None:
        super().__init__()
        self._pulse = activity

    def render(self, task: Task) -> Text:
        del task
        now = self._pulse()
        more = f" +{len(now.hosts) - _HOSTS}" if len(now.hosts) > _HOSTS else ""
        hosts = f"{', '.join(now.hosts[:_HOSTS])}{more}"
        points = "" if now.points_left is None else f"GitHub: {now.points_left:,} points left"
        return Text(printable(" | ".join(filter(None, (points, hosts)))), overflow="ellipsis", no_wrap=True)
