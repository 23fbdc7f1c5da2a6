"""End of a run: outputs, summary, exit code."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.cli.annotations import annotations, print_remarks, write_step_files
from lmsys_enrich.cli.history_file import changes_since, history, lines_with, past, previous
from lmsys_enrich.cli.summary import Files, summary_json, summary_markdown, summary_text
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import MassChange
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Bug, Report, merged_repositories
from lmsys_enrich.outputs.enriched_document import write_in_place
from lmsys_enrich.outputs.files import Written, write_files
from lmsys_enrich.outputs.registry import render_all, render_reports
from lmsys_enrich.pipeline.mass_change import mark_refusal, refuse_mass_change
from lmsys_enrich.pipeline.run import Run
from lmsys_enrich.settings.settings import Failure, Settings
from lmsys_enrich.values import replace

DONE = 0
BUG = 1
COULD_NOT_FIND_OUT = 3
FINDINGS = 10
INTERRUPTED = 130


def exit_code(
    report: Report,
    settings: Settings,
    *,
    interrupted: bool,
    in_part: bool = False,
    other_bugs: Sequence[object] = (),
) -> int:
    """
    Return the code for a run whose outputs are written.

    Unchecked links come before findings, which are then incomplete. With `--offline`
    unchecked links were intended.
    """
    if interrupted:
        return INTERRUPTED
    if report.bugs or other_bugs:
        return BUG
    if report.missed and not settings.offline:
        return COULD_NOT_FIND_OUT
    return FINDINGS if failures(report, in_part=in_part) & set(settings.fail_on) else DONE


def failures(report: Report, *, in_part: bool = False) -> set[Failure]:
    """Return the kinds of findings in the report, as `--fail-on` names them."""
    # In the first run of a list everything is new: nothing has died since.
    is_first = not in_part and report.is_first
    dead = [finding for finding in report.to_act_on[Verdict.DEAD] if finding.verdict is Verdict.DEAD]
    summary = report.summary
    kinds = {
        Failure.DEAD: bool(dead),
        Failure.NEW_DEAD: not is_first and any(finding.reported is not Verdict.DEAD for finding in dead),
        Failure.MOVED: summary.by_verdict[Verdict.MOVED] > 0,
        Failure.ARCHIVED: summary.archived > 0,
        Failure.STALE: summary.stale > 0,
    }
    return {kind for kind, is_found in kinds.items() if is_found}


def finish_run(
    run: Run,
    report: Report,
    terminal: Terminal,
    environ: Mapping[str, str],
    *,
    in_part: bool,
    interrupted: bool,
) -> int:
    """
    Write the outputs, print the summary, and return the exit code.

    A run with `--only-changed` writes only the reports, and does not change the other outputs.
    Raises `MassChange`.
    """
    settings = run.settings
    report = report.with_history((), changes_since(report, run.previous.reported))
    written = write_files(settings.out, render_reports(report)) if in_part else _write(run, report)
    if settings.in_place and not in_part:
        report_in_place(write_in_place(report, terminal.warn), terminal)
    files = Files(settings.out, written.all, written.changed)
    bugs = (*terminal.bugs, *written.bugs)
    code = exit_code(report, settings, interrupted=interrupted, in_part=in_part, other_bugs=bugs)
    report_bugs(report.bugs, written.bugs, terminal, verbose=settings.verbose)
    print_remarks(merged_repositories(report), terminal)
    write_step_files(report, code, summary_markdown(report), environ)
    for command in annotations(report, environ):
        terminal.command(command)
    if settings.json:
        terminal.result(summary_json(report, files, code))
    elif not settings.quiet:
        terminal.result(summary_text(report, files))
    return code


def report_in_place(changed: Sequence[Path], terminal: Terminal) -> None:
    """Print which lists got new facts."""
    for path in changed:
        terminal.info(f"{path}: facts written")
    if not changed:
        terminal.info("no list has new facts to write")


def report_bugs(
    in_checks: Sequence[Bug], in_outputs: Sequence[Bug], terminal: Terminal, *, verbose: bool
) -> None:
    """Print which links and files met a bug in the program; everything else is written."""
    for bug in in_checks:
        terminal.warn(f"{bug.url}: a bug in lmsys-enrich stopped the check; the link is unchecked")
    for bug in in_outputs:
        terminal.warn(f"{bug.url}: a bug in lmsys-enrich stopped the writing of this file; it is unchanged")
    bugs = (*in_checks, *in_outputs)
    tracebacks = [*terminal.bugs, *(bug.traceback for bug in bugs)]
    if verbose:
        for traceback in tracebacks:
            terminal.info(traceback)
    if tracebacks:
        seen = "the traceback above" if verbose else "the traceback that --verbose shows"
        terminal.info(f"Please report it with {seen}: {PROJECT_URL}/issues")


def _write(run: Run, report: Report) -> Written:
    """Write every output, and store the verdicts that they report."""
    settings = run.settings
    if not settings.accept_changes:
        try:
            refuse_mass_change(report.findings.values(), run.previous.about, settings.max_change)
        except MassChange:
            mark_refusal(settings.cache, settings.out, refused=True)
            raise
    written = _write_all(settings.out, report)
    mark_refusal(settings.cache, settings.out, refused=False)
    run.store.save(_newly_reported(report))
    return written


def _write_all(out: Path, report: Report) -> Written:
    lines = lines_with(report, out)
    made = render_all(report.with_history(past(lines, report.run_time.date()), report.changes))
    kept = previous(out, made, report.run_time) | history(lines)
    return write_files(out, made | kept)


def _newly_reported(report: Report) -> Iterator[Finding]:
    """Yield the findings whose verdict is new in the outputs."""
    for finding in report.findings.values():
        if finding.reported is not finding.effective_verdict:
            yield replace(finding, reported=finding.effective_verdict)
