"""Progress of a run: a bar on a terminal, plain lines in a log."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.politeness.stats import Activity

_LINES_IN_A_LOG = 10

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
        from lmsys_enrich.cli.progress_bar import progress_bar  # Rich takes 50 ms to load

        with progress_bar(terminal, total, activity, counts) as watch:
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
            terminal.info(f"{seen.total()} of {total} links: {counts(seen)}")

    return watch


def counts(seen: Counter[Verdict]) -> str:
    """Return the count of links of each verdict, as text."""
    return ", ".join(f"{seen[verdict]} {verdict}" for verdict in Verdict if seen[verdict])
