"""`lmsys-enrich render`: writes the outputs from the cache, without network."""

import argparse
import os
from pathlib import Path

from lmsys_enrich.cli.finish_run import BUG, DONE, report_bugs, report_in_place
from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.history_file import lines_in, past
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.changes import Changes, changes_between
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.in_place import write_in_place
from lmsys_enrich.outputs.marker_blocks import Blocks
from lmsys_enrich.outputs.registry import PREVIOUS, render_all
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.store.last_written import read_snapshot

_SETTINGS = {
    "out", "cache", "stale_after", "quiet", "facts", "sort", "rounded", "in_place", "entry_badges", "verbose",
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, the folders, and the file with blocks."""
    add_list_argument(parser)
    parser.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        help="update the blocks <!-- lmsys-enrich:NAME --> of a Markdown file, and write nothing else",
    )
    add_setting_flags(parser, _SETTINGS)


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the outputs without any request."""
    settings = settings_of(arguments, terminal.environ)
    catalogs = read_as_set(settings, lists_of(arguments, settings))
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    if arguments.into is not None:
        folder, blocks = _filled(arguments.into, report, settings.out)
        written = write_files(folder, blocks)
    else:
        folder = settings.out
        known_days = past([*lines_in(folder)])
        written = write_files(folder, render_all(report.with_history(known_days)))
    if settings.in_place:
        report_in_place(write_in_place(report, terminal.warn), terminal)
    if not settings.quiet:
        changed = f"{len(written.changed)} of them changed" if written.changed else "none of them changed"
        terminal.result(
            f"{len(written.all)} file{'' if len(written.all) == 1 else 's'} in {folder}, {changed}"
        )
    report_bugs((), written.bugs, terminal, verbose=settings.verbose)
    return BUG if written.bugs else DONE


def _filled(file: Path, report: Report, out: Path) -> tuple[Path, dict[str, str]]:
    """Return the folder of a file, and the file with its blocks made anew."""
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{file}: cannot be read ({problem})", hint="Name a Markdown file.") from None
    badges = Path(os.path.relpath(out / "badges", file.parent)).as_posix()
    filled = Blocks(report, badges, _changes(out)).filled(text, str(file))
    return file.parent, {file.name: filled}


def _changes(out: Path) -> Changes | None:
    """Return what changed since the run before, if the facts of both runs are there."""
    old, new = out / PREVIOUS, out / "enriched.json"
    return (
        changes_between(read_snapshot(old), read_snapshot(new)) if old.is_file() and new.is_file() else None
    )
