"""Summary of a run: figures, links to act on, cost."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lmsys_enrich.cli.terminal import Table, markdown_table
from lmsys_enrich.model.figures import counted, counts_in_words, shown_counts
from lmsys_enrich.model.finding import ACT_ON, Finding, Verdict
from lmsys_enrich.model.report import Report, news_of
from lmsys_enrich.outputs.text import escaped
from lmsys_enrich.values import Value, asdict

_SHOWN = 12
_SHOWN_IN_CI = 100
_LONGEST_IN_CI = 500
_SLOW_RUN = 2.0  # seconds from which the slowest host is named


class Files(Value):
    """Files of the output folder, as paths in it, and those that this run changed."""

    folder: Path
    all: Sequence[Path]
    changed: Sequence[Path]


def summary_json(report: Report, files: Files, code: int) -> str:
    """Return the summary as JSON."""
    return json.dumps(
        {
            **report.summary.figures(),
            "links_alive": report.alive.alive,
            "links_judged": report.alive.judged,
            "generated_at": f"{report.run_time:%Y-%m-%dT%H:%M:%SZ}",
            "exit_code": code,
            "traffic": asdict(report.traffic),
            "revived": [finding.url for finding in report.revived],
            "obstacles": [asdict(obstacle) for obstacle in report.obstacles],
            "written": [str(files.folder / path) for path in files.changed],
        },
        ensure_ascii=False,
        indent=2,
    )


def summary_text(report: Report, files: Files) -> str:
    """Return the summary as text."""
    return "\n".join(
        [
            *_figures(report),
            *_spaced(_to_act_on(report)),
            *_obstacles(report),
            _cost(report),
            "",
            *_where(files),
        ]
    )


def summary_markdown(report: Report) -> str:
    """Return the summary as Markdown, for a job in CI."""
    counts = [(words, f"{count:,}") for words, count in shown_counts(report.counts)]
    blocks = ["## Links", *_figures(report), markdown_table(Table(("Verdict", "Links"), counts))]
    blocks += _markdown_news(report)
    blocks += [
        f"**Not everything could be checked:** {escaped(obstacle.what)}" for obstacle in report.obstacles
    ]
    return "\n\n".join([*blocks, ""])


def _markdown_news(report: Report) -> Iterator[str]:
    news = news_of(report)
    if news is None:
        findings = [finding for verdict in ACT_ON for finding in report.to_act_on[verdict]]
        yield from _markdown_table(
            "To act on", [_row(finding) for finding in findings if finding.verdict in ACT_ON]
        )
        return
    new = [
        *map(_row, news.found),
        *(("alive again", _cut(one.url), f"was {one.reported}") for one in news.revived),
        *(("archived", _cut(change.subject), change.detail) for change in news.archived),
    ]
    yield from _markdown_table("New since the last run", new)
    yield from _markdown_table("To act on, as before", [*map(_row, news.lasting)])


def _markdown_table(title: str, rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if rows:
        yield f"### {title}"
        yield markdown_table(Table(("Verdict", "Link", "Why"), rows[:_SHOWN_IN_CI]))
    if len(rows) > _SHOWN_IN_CI:
        yield f"and {len(rows) - _SHOWN_IN_CI:,} more: all are in `dead-links.md`"


def _row(finding: Finding) -> tuple[str, str, str]:
    return str(finding.verdict), _cut(finding.url), _cut(_why(finding))


def _cut(text: str) -> str:
    """Return a text that leaves room for the others: GitHub limits a summary to one megabyte."""
    return text if len(text) <= _LONGEST_IN_CI else f"{text[: _LONGEST_IN_CI - 1]}…"


def _figures(report: Report) -> Iterator[str]:
    summary = report.summary
    links, entries = counted(summary.links, "link"), counted(summary.entries, "entry")
    yield f"{links} in {entries}: {counts_in_words(report.counts)}"
    # A link that this run did not reach is shown as earlier runs found it.
    earlier = summary.by_verdict[Verdict.UNCHECKED] - report.counts[Verdict.UNCHECKED]
    if earlier:
        yield f"not checked in this run: {counted(earlier, 'link')}, counted as last known"
    if summary.repositories:
        yield (
            f"{counted(summary.repositories, 'repository')}:"
            f" {summary.archived:,} archived, {summary.stale:,} stale"
        )
    if summary.papers:
        withdrawn = f": {summary.withdrawn:,} withdrawn or retracted" if summary.withdrawn else ""
        yield f"{counted(summary.papers, 'paper')}{withdrawn}"
    if summary.models:
        yield counted(summary.models, "model")


def _to_act_on(report: Report) -> Iterator[str]:
    """Yield new findings, then known ones; the first run makes no distinction."""
    news = news_of(report)
    if news is None:
        findings = [finding for verdict in ACT_ON for finding in report.to_act_on[verdict]]
        yield from _listed("", [finding for finding in findings if finding.verdict in ACT_ON], report)
        return
    if news.is_empty:
        yield "Nothing new since the last run."
    new = [f"  alive again: {one.url}, which was {one.reported}" for one in news.revived]
    new += [f"  archived: {change.subject}" for change in news.archived]
    if news.found or new:
        yield from _listed("New since the last run:", news.found, report)
        yield from new[:_SHOWN]
        if len(new) > _SHOWN:
            yield f"  and {len(new) - _SHOWN} more are alive again or archived"
    yield from _listed("As before:" if news.lasting else "", news.lasting, report)


def _spaced(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines, followed by an empty one if there are any."""
    line = None
    for line in lines:
        yield line
    if line is not None:
        yield ""


def _listed(title: str, findings: Sequence[Finding], report: Report) -> Iterator[str]:
    if title or findings:
        yield ""
    if title:
        yield title
    for finding in findings[:_SHOWN]:
        yield f"  {finding.verdict:<8} {finding.url}"
        yield f"           {report.locations[finding.url][0].link.location}: {_why(finding)}"
    if len(findings) > _SHOWN:
        yield f"  and {len(findings) - _SHOWN} more in dead-links.md"


def _why(finding: Finding) -> str:
    return f"{finding.reason} → {finding.proposal.url}" if finding.proposal else finding.reason


def _obstacles(report: Report) -> Iterator[str]:
    for obstacle in report.obstacles:
        yield f"Not everything could be checked: {obstacle.what}"
        yield f"→ {obstacle.hint}"


def _cost(report: Report) -> str:
    traffic, longest = report.traffic, report.traffic.longest
    set_by = ""
    if longest is not None and traffic.seconds >= _SLOW_RUN:
        set_by = (
            f", {longest.seconds:.1f} s of them with {longest.host} ({counted(longest.requests, 'request')})"
        )
    requests = traffic.web + traffic.graphql + traffic.rest
    return (
        f"{counted(requests, 'request')} ({traffic.web} web, {traffic.graphql} GraphQL, {traffic.rest} REST),"
        f" {counted(traffic.retries, 'retry')}, {counted(traffic.cached, 'link')} known from earlier,"
        f" {traffic.seconds:.1f} s{set_by}"
    )


def _where(files: Files) -> Iterator[str]:
    changed = f"{len(files.changed):,} of them changed" if files.changed else "none of them changed"
    yield f"{counted(len(files.all), 'file')} in {files.folder}, {changed}:"
    badges = sum("badges" in path.parts for path in files.all)
    yield from (f"  {files.folder / path}" for path in files.all if "badges" not in path.parts)
    if badges:
        yield f"  {files.folder / 'badges'}{os.sep} ({counted(badges, 'file')})"
