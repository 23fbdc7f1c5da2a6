"""`lmsys-enrich validate`: reports all mistakes of a list at once, without network unless asked to."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lmsys_enrich.cli.flags import add_list_argument, lists_of, settings_of
from lmsys_enrich.cli.remarks import print_remarks, remarks_on
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.catalog import Catalog
from lmsys_enrich.settings.settings import LinkScope, Settings

if TYPE_CHECKING:
    from lmsys_enrich.cli.online import Comparison

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
    catalogs = read_lists(lists_of(arguments, settings), on_bug=terminal.bug)
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
    from lmsys_enrich.cli.online import compare_online

    return compare_online(catalogs, settings, terminal)


def _summary(catalog: Catalog, remarks: int, *, checks_all: bool) -> str:
    entries = list(catalog.entries())
    links, outside = sum(len(entry.links) for entry in entries), len(catalog.document_links)
    unread = "" if checks_all else ", which are not checked (links = entries)"
    parts = [
        f"{len(entries)} entries with {links} links",
        f"{outside} links outside of them{unread}" if outside else "",
        {0: "no mistakes", 1: "1 remark"}.get(remarks, f"{remarks} remarks"),
    ]
    return ", ".join(filter(None, parts))
