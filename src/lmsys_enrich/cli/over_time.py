"""`history.jsonl`: the figures of each day, one line a day, so that trends can be drawn."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.report import Report, summarise

HISTORY = "history.jsonl"
_MOST_DAYS = 1000
_MOST_DEATHS = 100


def history(out: Path, report: Report) -> dict[str, str]:
    """
    Return the file as it lies in the folder, with the figures of this run behind it.

    Of several runs in a day the last one stands, with all the day's deaths. Links
    are counted by the best knowledge there is, so that a night that found out
    nothing is no dip. What is no line of ours is dropped, as are days before the
    last thousand. Raises `OutputError` where the file cannot be read: it would be lost.
    """
    today = f"{report.run_time:%Y-%m-%d}"
    days = {str(line["date"]): line for line in _lying(out / HISTORY)}
    earlier = days.pop(today, {}).get("died")
    died = [url for url in earlier if isinstance(url, str)] if isinstance(earlier, list) else []
    figures = {
        "date": today,
        **_figures(report),
        "died": [*dict.fromkeys([*died, *_died(report)])][:_MOST_DEATHS],
    }
    kept = [line for date, line in sorted(days.items()) if date < today][1 - _MOST_DAYS :]
    lines = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in [*kept, figures])
    return {HISTORY: "".join(f"{line}\n" for line in lines)}


def _figures(report: Report) -> dict[str, int]:
    summary = summarise(report)
    stars = {
        facts.full_name.lower(): facts.stars or 0
        for found in report.findings.values()
        if (facts := found.repository) is not None
    }
    standing = Counter(found.standing for found in report.findings.values())
    return {
        "entries": summary.entries,
        "links": summary.links,
        **{verdict.value: standing[verdict] for verdict in Verdict},
        "repositories": summary.repositories,
        "archived": summary.archived,
        "stale": summary.stale,
        "stars": sum(stars.values()),
    }


def _died(report: Report) -> Iterator[str]:
    """Yield the links that are dead, and were not in the outputs last written."""
    for found in report.findings.values():
        if found.verdict is Verdict.DEAD and found.published not in (None, Verdict.DEAD):
            yield found.url


def _lying(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return  # there is none yet; if the folder is of no use, writing tells
    except OSError as problem:
        raise OutputError(
            f"{path}: cannot be read: {problem.strerror or problem}",
            hint="Give back the right to read it, or move it away.",
        ) from None
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and isinstance(found.get("date"), str):
            yield found
