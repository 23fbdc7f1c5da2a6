"""`lmsys-enrich import`: turns a Markdown list into entries.yaml."""

import argparse
from pathlib import Path

from lmsys_enrich.cli.remarks import print_remarks, remarks_on
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.outputs.enriched_yaml import entries_yaml
from lmsys_enrich.outputs.files import write_files


def add_arguments(parser: argparse.ArgumentParser) -> None:
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


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Read, write, and report what was not understood."""
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
    links = sum(len(listed.entry.links) for listed in entries)
    for outside in catalog.document_links:
        # A table of contents has no target in YAML; links in the text of a section are kept with it.
        if outside.link.role != "anchor" and outside.link.url not in text:
            where = outside.link.location
            terminal.warn(f"{where}: {outside.link.url} stands outside of entries: it is not in {output}")
    terminal.result(f"{output}: {len(entries)} entries with {links} links from {arguments.file}")
    return 0
