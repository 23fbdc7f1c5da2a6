"""`lmsys-enrich render`: writes the outputs from the cache, without network."""

import argparse
import dataclasses
import os
from pathlib import Path

from lmsys_enrich.cli.finish_run import BUG, DONE, report_bugs, report_in_place
from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.history_file import lines_in, past
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.lists.markdown.reader import read_markdown
from lmsys_enrich.lists.read import read_as_set
from lmsys_enrich.model.catalog import key_of
from lmsys_enrich.model.changes import Changes, changes_between
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.enriched_document import write_in_place
from lmsys_enrich.outputs.files import Written, replace_source, write_files
from lmsys_enrich.outputs.marker_blocks import Blocks
from lmsys_enrich.outputs.registry import PREVIOUS, render_all
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.store.last_written import read_snapshot
from lmsys_enrich.values import replace

_MAX_FILLINGS = 4  # the lines that blocks name are those of the file with the blocks in it
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
    catalogs = read_as_set(settings, lists_of(arguments, settings), terminal.warn, terminal.bug)
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    if settings.in_place:  # before blocks are filled, which changes the list again
        report_in_place(write_in_place(report, terminal.warn), terminal)
    if arguments.into is not None:
        into: Path = arguments.into
        is_changed = replace_source(into, _filled(into, report, settings.out))
        folder, written = into.parent, Written((into,), (into,) if is_changed else ())
    else:
        folder = settings.out
        known_days = past([*lines_in(folder)])
        written = write_files(folder, render_all(report.with_history(known_days)))
    if not settings.quiet:
        changed = f"{len(written.changed)} of them changed" if written.changed else "none of them changed"
        terminal.result(f"{counted(len(written.all), 'file')} in {folder}, {changed}")
    report_bugs((), written.bugs, terminal, verbose=settings.verbose)
    return BUG if written.bugs else DONE


def _filled(file: Path, report: Report, out: Path) -> str:
    """Return the text of a file with its blocks made anew."""
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(
            f"{file}: cannot be read ({reason_of(problem)})",
            hint="Name a Markdown file.",
        ) from None
    badges = Path(os.path.relpath(out / "badges", file.parent)).as_posix()
    changes = _changes(out)
    filled = Blocks(report, badges, changes).filled(text, str(file))
    for _ in range(_MAX_FILLINGS):
        if filled == text or (moved := _read_again(report, file, filled)) is None:
            break
        text, report = filled, moved
        filled = Blocks(report, badges, changes).filled(text, str(file))
    return filled


def _read_again(report: Report, file: Path, text: str) -> Report | None:
    """Return the report with the line numbers of a list's new text; None if the file is not a list."""
    ours = [catalog for catalog in report.catalogs if catalog.document and _is_same(catalog.source, file)]
    if not ours:
        return None
    moved = read_markdown(text, ours[0].source)
    kept = tuple(link for link in moved.document_links if key_of(link.link) in report.findings)
    moved = replace(moved, document_links=kept, digest=ours[0].digest)
    catalogs = tuple(moved if catalog is ours[0] else catalog for catalog in report.catalogs)
    return dataclasses.replace(report, catalogs=catalogs)


def _is_same(source: Path, file: Path) -> bool:
    return source.resolve() == file.resolve()


def _changes(out: Path) -> Changes | None:
    """Return the changes since the previous run, if the facts of both runs exist."""
    old, new = out / PREVIOUS, out / "enriched.json"
    return (
        changes_between(read_snapshot(old), read_snapshot(new)) if old.is_file() and new.is_file() else None
    )
