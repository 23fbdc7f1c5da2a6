"""`lmsys-enrich validate`: reports all mistakes of a list at once, without network."""

import argparse

from lmsys_enrich.cli.flags import add_list_argument, lists_of, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.lists.duplicates import duplicates
from lmsys_enrich.lists.read import read_as_set


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST."""
    add_list_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="print only mistakes")


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Read the lists; mistakes end it with code 2."""
    settings = settings_of(arguments, terminal.environ)
    for catalog in read_as_set(settings, lists_of(arguments, settings)):
        remarks = [*catalog.remarks, *duplicates(catalog)]
        for remark in remarks:
            terminal.warn(remark)
        entries = list(catalog.entries())
        links = sum(len(entry.links) for entry in entries)
        outside = f", {len(catalog.document_links)} links outside of them" if catalog.document_links else ""
        faults = "no mistakes" if not remarks else f"{len(remarks)} remarks"
        if not arguments.quiet:
            terminal.result(f"{catalog.source}: {len(entries)} entries with {links} links{outside}, {faults}")
    return 0
