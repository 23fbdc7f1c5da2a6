"""Remarks on lists: printed as warnings, or as notices of GitHub Actions."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lmsys_enrich.cli.terminal import Terminal, command_data, command_property
from lmsys_enrich.lists.duplicates import duplicates
from lmsys_enrich.model.catalog import Catalog, Remark
from lmsys_enrich.model.workspace import find_workspace


def remarks_on(catalog: Catalog) -> list[Remark]:
    """Return what was not understood in a list, what is listed twice, and local targets that are missing."""
    faults = [Remark(one.link.location, one.fault) for one in catalog.document_links if one.fault]
    remarks = [*catalog.remarks, *faults, *duplicates(catalog)]
    return sorted(remarks, key=lambda remark: (remark.location.line, remark.location.column))


def print_remarks(remarks: Iterable[Remark], terminal: Terminal) -> None:
    """Print each remark: a notice in GitHub Actions, elsewhere a warning."""
    is_action = terminal.environ.get("GITHUB_ACTIONS") == "true"
    workspace = find_workspace(Path.cwd(), terminal.environ) if is_action else None
    for remark in remarks:
        if workspace is None:
            terminal.warn(str(remark))
            continue
        location = remark.location
        file = command_property(workspace.path(location.file))
        where = f"file={file},line={location.line},col={location.column}"
        terminal.command(f"::notice {where},title=list::{command_data(remark.message)}")


def report_reading(catalogs: Sequence[Catalog], terminal: Terminal, *, verbose: bool) -> None:
    """Say how many links of documents are entries', and what was not understood, in a line or in all."""
    for catalog in catalogs:
        remarks = remarks_on(catalog)
        if catalog.document is not None:
            own = sum(len(entry.links) for entry in catalog.entries())
            outside = len(catalog.document_links)
            terminal.info(f"{catalog.source}: {own:,} links of entries, {outside:,} outside of entries")
        if verbose or terminal.environ.get("GITHUB_ACTIONS") == "true":
            print_remarks(remarks, terminal)
        elif remarks:
            count = "1 remark" if len(remarks) == 1 else f"{len(remarks):,} remarks"
            terminal.info(
                f"{catalog.source}: {count} on what was not understood or is listed twice;"
                " --verbose or `lmsys-enrich validate` shows them"
            )
