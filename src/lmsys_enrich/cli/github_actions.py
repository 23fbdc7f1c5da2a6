"""
Integration with GitHub Actions: job summary, step outputs, annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lmsys_enrich.cli.terminal import command_data, command_property
from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report

# GitHub shows so many annotations of a step and drops the others:
# https://docs.github.com/en/actions/reference/limits
_SHOWN = 10
_LEVELS = {Verdict.DEAD: "error", Verdict.FAILING: "warning", Verdict.MOVED: "notice"}


def annotations(report: Report, environ: Mapping[str, str]) -> Iterator[str]:
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


def write_step_files(report: Report, code: int, summary: str, environ: Mapping[str, str]) -> None:
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
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise OutputError(
            f"{variable}: {problem}", hint=f"Unset {variable}, or let it name a file that can be written."
        ) from None


def _message(finding: Finding) -> str:
    better = f" → {finding.proposal.url}" if finding.proposal else ""
    return f"{finding.url}: {finding.reason}{better}"
