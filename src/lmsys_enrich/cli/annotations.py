"""
Annotations at the lines of lists: remarks, and links to act on; the files of a workflow step.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lmsys_enrich.cli.terminal import Terminal, command_data, command_property
from lmsys_enrich.errors import OutputError, reason_of
from lmsys_enrich.model.catalog import Catalog, Remark
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.workspace import find_workspace

if TYPE_CHECKING:
    from lmsys_enrich.model.report import Report

# GitHub shows so many annotations of a step and drops the others:
# https://docs.github.com/en/actions/reference/limits
_SHOWN = 10
_LEVELS = {Verdict.DEAD: "error", Verdict.FAILING: "warning", Verdict.MOVED: "notice"}


def remarks_on(catalog: Catalog) -> list[Remark]:
    """Return the remarks on a list: lines that were not understood, duplicates, missing local targets."""
    faults = [Remark(one.link.location, one.fault) for one in catalog.document_links if one.fault]
    remarks = [*catalog.remarks, *faults, *catalog.duplicates]
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
    """Print how many links of documents are in entries, and the remarks: their number, or all of them."""
    shows_all = verbose or terminal.environ.get("GITHUB_ACTIONS") == "true"
    if terminal.quiet and not shows_all:
        return
    for catalog in catalogs:
        remarks = remarks_on(catalog)
        if catalog.document is not None:
            own = sum(len(entry.links) for entry in catalog.entries())
            outside = len(catalog.document_links)
            terminal.info(f"{catalog.source}: {counted(own, 'link')} in entries, {outside:,} outside entries")
        if shows_all:
            print_remarks(remarks, terminal)
        elif remarks:
            terminal.info(
                f"{catalog.source}: {counted(len(remarks), 'remark')} on lines that were not understood"
                " or are listed twice; --verbose or `lmsys-enrich validate` shows them"
            )


def annotations(report: "Report", environ: Mapping[str, str]) -> Iterator[str]:
    """Yield annotations of dead, failing and moved links; none outside of GitHub Actions."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    for verdict, level in _LEVELS.items():
        marked = (
            (link.location, finding)
            for catalog in report.catalogs
            for link in catalog.links()
            if (finding := report.finding(link)).verdict is verdict
        )
        for (location, finding), _ in zip(marked, range(_SHOWN), strict=False):
            file = command_property(report.workspace.path(location.file))
            where = f"file={file},line={location.line},col={location.column}"
            title = command_property(f"{verdict} link")
            yield f"::{level} {where},title={title}::{command_data(_message(finding))}"


def write_step_files(report: "Report", code: int, summary: str, environ: Mapping[str, str]) -> None:
    """
    Append to the files named by `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY`, if any.

    Raises `OutputError` if one cannot be written.
    """
    outputs = {"exit-code": code, **report.summary.figures()}
    del outputs["entries"]
    _append(environ, "GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))
    _append(environ, "GITHUB_STEP_SUMMARY", summary)


def _append(environ: Mapping[str, str], variable: str, text: str) -> None:
    if not (name := environ.get(variable)):
        return
    try:
        with Path(name).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as problem:
        raise OutputError(
            f"{variable}: {reason_of(problem)}",
            hint=f"Unset {variable}, or set it to a writable file.",
        ) from None


def _message(finding: Finding) -> str:
    better = f" → {finding.proposal.url}" if finding.proposal else ""
    return f"{finding.url}: {finding.reason}{better}"
