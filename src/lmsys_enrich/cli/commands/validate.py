"""`lmsys-enrich validate` reports all mistakes of a list, `lmsys-enrich import` makes entries.yaml of it."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lmsys_enrich.cli.annotations import print_remarks, remarks_on
from lmsys_enrich.cli.flags import add_list_argument, lists_of, settings_of
from lmsys_enrich.cli.main import Command
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_list, read_lists
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.model.figures import counted
from lmsys_enrich.settings.settings import LinkScope, Settings

if TYPE_CHECKING:
    from lmsys_enrich.cli.run import Comparison

_UNREACHED = 3  # the exit code for "could not find out"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST."""
    add_list_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="print only mistakes")
    parser.add_argument(
        "--online",
        action="store_true",
        help="also compare titles, years, venues and licences with what registries and forges say",
    )


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Read the lists; mistakes end it with code 2."""
    settings = settings_of(arguments, terminal.environ)
    catalogs = read_lists(lists_of(arguments, settings), out=settings.out, on_bug=terminal.bug)
    comparison = _compare(catalogs, settings, terminal) if arguments.online else None
    for catalog in catalogs:
        online = comparison.remarks.get(str(catalog.source), ()) if comparison is not None else ()
        remarks = [*remarks_on(catalog), *online]
        print_remarks(remarks, terminal)
        if not arguments.quiet:
            checks_all = settings.links is LinkScope.DOCUMENT
            terminal.result(f"{catalog.source}: {_summary(catalog, len(remarks), checks_all=checks_all)}")
    obstacles = comparison.obstacles if comparison is not None else ()
    for obstacle in obstacles:
        terminal.warn(f"{obstacle.what}. {obstacle.hint}")
    return _UNREACHED if obstacles else 0


def _compare(catalogs: Sequence[Catalog], settings: Settings, terminal: Terminal) -> "Comparison":
    from lmsys_enrich.cli.run import compare_online

    return compare_online(catalogs, settings, terminal)


def _summary(catalog: Catalog, remarks: int, *, checks_all: bool) -> str:
    entries = list(catalog.entries())
    links, outside = sum(len(entry.links) for entry in entries), len(catalog.document_links)
    unread = "" if checks_all else ", which are not checked (links = entries)"
    parts = [
        f"{counted(len(entries), 'entry')} with {counted(links, 'link')}",
        f"{counted(outside, 'link')} outside of them{unread}" if outside else "",
        counted(remarks, "remark") if remarks else "no mistakes",
    ]
    return ", ".join(filter(None, parts))


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Add FILE and the output."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a list in Markdown")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        default=Path("entries.yaml"),
        help="file to write (default: entries.yaml; - for stdout)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")


def execute_import(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Read, write, and report what was not understood."""
    # `validate` has no use for these.
    from lmsys_enrich.outputs.enriched_yaml import entries_yaml
    from lmsys_enrich.outputs.files import write_files

    output: Path = arguments.output
    catalog = read_list(arguments.file)
    print_remarks(remarks_on(catalog), terminal)
    text = entries_yaml(catalog)
    if str(output) == "-":
        terminal.result(text.rstrip("\n"))
        return 0
    if output.exists() and not arguments.force:
        raise InputError(f"{output}: exists already", hint="Name another file with -o, or use --force.")
    write_files(output.parent, {output.name: text})
    entries = list(catalog.listed())
    links = counted(sum(len(listed.entry.links) for listed in entries), "link")
    for remark in catalog.left_out:
        terminal.warn(f"{remark}: entries.yaml has no place for it")
    for outside in catalog.document_links:
        # A table of contents has no target in YAML; links in the text of a section are kept with it.
        if outside.link.role != "anchor" and outside.link.url not in text:
            where = outside.link.location
            terminal.warn(f"{where}: {outside.link.url} is outside the entries, so it is not in {output}")
    terminal.result(f"{output}: {counted(len(entries), 'entry')} with {links} from {arguments.file}")
    return 0


IMPORT = Command(add_import_arguments, execute_import)
