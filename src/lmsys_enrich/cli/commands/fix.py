"""`lmsys-enrich fix`: edits of the source for permanent moves."""

import argparse
from collections import Counter
from pathlib import Path

from lmsys_enrich.checkers.website.soft_404 import is_error_page
from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.patch import unified_diff
from lmsys_enrich.lists.read import digest_of, read_as_set
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.workspace import Workspace, find_workspace
from lmsys_enrich.outputs.files import replace_source
from lmsys_enrich.outputs.fixes import edits_of, fixed
from lmsys_enrich.pipeline.previous_runs import report_of_last_run
from lmsys_enrich.store.last_written import last_written_digests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST and the limits of the edits."""
    add_list_argument(parser)
    parser.add_argument(
        "--apply", action="store_true", help="make the edits (default: print them as a patch)"
    )
    parser.add_argument(
        "--archived", action="store_true", help="also replace dead links with archived copies"
    )
    parser.add_argument("--across-sites", action="store_true", help="also follow moves to another domain")
    parser.add_argument(
        "--seen", type=int, default=1, metavar="N", help="only moves seen on at least N days (default: 1)"
    )
    add_setting_flags(parser, {"out", "cache"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the patch, or apply it."""
    settings = settings_of(arguments, terminal.environ)
    catalogs = read_as_set(settings, lists_of(arguments, settings), terminal.warn, terminal.bug)
    _refuse_changed(catalogs, settings.out, find_workspace(Path.cwd(), terminal.environ))
    report = report_of_last_run(catalogs, settings, terminal.environ, terminal.warn)
    made: Counter[Path] = Counter()
    for catalog in catalogs:
        chosen = edits_of(
            report,
            catalog,
            across=arguments.across_sites,
            seen=arguments.seen,
            archived=arguments.archived,
        )
        edits = [edit for edit in chosen if not is_error_page(edit.url)]
        before = catalog.source.read_bytes().decode("utf-8")
        after, undone = fixed(catalog, before, edits)
        for edit in undone:
            terminal.warn(
                f"{edit.link.location}: cannot be edited without changing something else;"
                f" write {edit.url} by hand"
            )
        made[catalog.source] += len(edits) - len(undone)
        if after == before:
            continue
        if arguments.apply:
            replace_source(catalog.source, after)
        else:
            terminal.verbatim(unified_diff(_name(catalog.source), before, after))
    for source, count in made.items():
        word = "made" if arguments.apply else "proposed"
        terminal.info(f"{source}: {counted(count, 'edit')} {word}")
    return 0


def _refuse_changed(catalogs: tuple[Catalog, ...], out: Path, workspace: Workspace) -> None:
    """Raise `InputError` if a list has changed since the last run."""
    read = last_written_digests(out)
    for catalog in catalogs:
        name = workspace.path(catalog.source)
        if name not in read:
            raise InputError(
                f"{name}: was not part of the last run", hint="`lmsys-enrich run` checks its links."
            )
        if read[name] != digest_of(catalog.source):
            raise InputError(
                f"{name}: has changed since the last run, so line numbers may be wrong",
                hint="Run again first.",
            )


def _name(source: Path) -> str:
    try:
        return source.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return source.as_posix().lstrip("/")
