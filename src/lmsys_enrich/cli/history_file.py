"""Files of earlier runs in the output folder: history.jsonl and previous.json."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from lmsys_enrich.errors import InputError, OutputError, reason_of
from lmsys_enrich.model.changes import Change, Snapshot, changes_between
from lmsys_enrich.model.figures import Day, Relicensed
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.registry import PREVIOUS
from lmsys_enrich.outputs.text import Streamed
from lmsys_enrich.regular_file import read_regular_file
from lmsys_enrich.store.last_written import time_of

HISTORY = "history.jsonl"
_FACTS = "enriched.json"
_CHUNK_SIZE = 2**20
_MAX_DAYS = 1000
_MAX_SIZE = 2**26  # bytes: many times what a thousand days take
_MAX_ITEMS = 100

Line: TypeAlias = dict[str, Any]
"""A line of the file; unknown fields are kept."""


def previous(out: Path, made: Iterable[str], run_time: datetime) -> dict[str, Streamed]:
    """
    Return each `enriched.json` in the folder as a `previous.json`, before it is overwritten.

    A second run on one day keeps the `previous.json` of the first.
    """
    kept: dict[str, Streamed] = {}
    for name in made:
        path = out / name
        if path.name != _FACTS or not os.path.isfile(path):  # noqa: PTH113 - raises nothing
            continue
        try:
            if time_of(path).date() < run_time.date():
                kept[str(Path(name).with_name(PREVIOUS))] = Streamed(partial(_chunks, path))
        except InputError:
            continue  # not a file of this program
    return kept


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_SIZE):
            yield chunk


def changes_since(report: Report, reported: Mapping[str, Finding]) -> tuple[Change, ...]:
    """Return the changes of a run since the outputs last written."""
    before, now = (Snapshot(report.run_time, {}, findings) for findings in (reported, report.findings))
    return tuple(changes_between(before, now).changes)


def lines_with(report: Report, out: Path) -> list[Line]:
    """
    Return the lines of the file in the folder, and a line with the figures of this run.

    The last run of a day replaces the earlier ones, and keeps their events. Links are
    counted by their effective verdict, so that a night without network is not a dip.
    Foreign lines and all but the last thousand days are dropped; later days stay, as the clock
    may have been set back for this run alone. Raises `OutputError` if the file
    cannot be read: it would be lost.
    """
    today = f"{report.run_time:%Y-%m-%d}"
    days = {line["date"]: line for line in lines_in(out) if _date(line)}
    earlier = days.get(today, {})
    days[today] = {
        "date": today,
        **_figures(report),
        "died": _together(_listed(earlier, "died"), _died(report)),
        "relicensed": _together(_listed(earlier, "relicensed"), _relicensed(report)),
    }
    return [line for _, line in sorted(days.items())][-_MAX_DAYS:]


def history(lines: Sequence[Line]) -> dict[str, str]:
    """Serialize the file."""
    texts = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
    return {HISTORY: "".join(f"{text}\n" for text in texts)}


def past(lines: Sequence[Line], until: date = date.max) -> tuple[Day, ...]:
    """Parse the lines, which are untrusted; the oldest day comes first."""
    days = (day for line in lines if (day := _day(line)) and day.date <= until)
    return tuple(sorted(days, key=lambda day: day.date))


def lines_in(out: Path) -> Iterator[Line]:
    """Yield the dated lines of the file in the folder; none if there is no file."""
    path = out / HISTORY
    try:
        text = read_regular_file(path, _MAX_SIZE).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return  # no file yet; an unusable folder is reported when it is written
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be read: {reason_of(problem)}",
            hint="Remove it or move it away, or name another folder with --out.",
        ) from None
    for line in text.split("\n"):  # `splitlines` also divides at U+2028, which JSON has within texts
        try:
            content = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(content, dict) and isinstance(content.get("date"), str):
            yield content


def _date(line: Line) -> date | None:
    try:
        return date.fromisoformat(line["date"])
    except ValueError:
        return None


def _day(line: Line) -> Day | None:
    when = _date(line)
    if when is None:
        return None
    return Day(
        date=when,
        effective_verdict={verdict: _count(line, verdict.value) for verdict in Verdict},
        stars=_count(line, "stars"),
        died=tuple(url for url in _listed(line, "died") if isinstance(url, str)),
        relicensed=tuple(
            Relicensed(str(item.get("repository", "")), str(item.get("change", "")))
            for item in _listed(line, "relicensed")
            if isinstance(item, dict) and item.get("repository")
        ),
    )


def _count(line: Line, name: str) -> int:
    value = line.get(name)
    return value if isinstance(value, int) and value > 0 else 0


def _listed(line: Line, name: str) -> list[Any]:
    value = line.get(name)
    return value if isinstance(value, list) else []


def _together(earlier: Sequence[Any], now: Iterator[Any]) -> list[Any]:
    """Return the union of both, without duplicates."""
    items: list[Any] = []
    for one in (*earlier, *now):
        if one not in items and len(items) < _MAX_ITEMS:
            items.append(one)
    return items


def _figures(report: Report) -> dict[str, int]:
    return {
        **report.summary.figures(),
        **{verdict.value: count for verdict, count in report.counts.items()},
        "stars": sum(facts.stars or 0 for facts in report.repositories.values()),
    }


def _died(report: Report) -> Iterator[str]:
    """Yield the links that are dead now and were not in the outputs last written."""
    for found in report.to_act_on[Verdict.DEAD]:
        if found.verdict is Verdict.DEAD and found.reported not in (None, Verdict.DEAD):
            yield found.url


def _relicensed(report: Report) -> Iterator[dict[str, str]]:
    """Yield the repositories whose licence differs from the outputs last written."""
    for change in report.changes:
        if change.kind == "licence":
            yield {"repository": change.subject, "change": change.detail}
