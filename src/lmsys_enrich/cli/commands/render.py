"""`lmsys-enrich render`: the outputs again, from what is already known."""

import argparse

from lmsys_enrich.cli.earlier import earlier_runs
from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.pipeline.recollection import recollect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST and the folders."""
    add_list_argument(parser)
    add_setting_flags(parser, {"out", "cache", "stale_after", "quiet"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write what is known; nobody is asked."""
    settings = settings_of(arguments, terminal.environ)
    catalogs = read_lists(arguments.lists)
    with earlier_runs(settings, terminal) as earlier:
        known = earlier.known(catalogs)
    report = recollect(catalogs, known, settings, SystemClock(terminal.environ).run_time)
    written = write_files(settings.out, render_all(report))
    if not settings.quiet:
        changed = f"{len(written.changed)} of them changed" if written.changed else "none of them changed"
        terminal.result(f"{len(written.all)} files in {settings.out}, {changed}")
    return 0
