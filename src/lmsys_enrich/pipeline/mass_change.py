"""
Guard against losing many living links in one run.

One night in 2026 a generator whose requests a forge had begun to refuse wrote a
list with 70 of its 180 projects missing, which went unnoticed for two weeks:
https://github.com/best-of-lists/best-of-generator/issues/90
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from lmsys_enrich.errors import MassChange, OutputError
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import LIVING, Finding, Verdict
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.regular_file import read_regular_file

_SHOWN = 10
_FEW = 5  # links that may always be lost: a fifth of a short list is not a mass change
_MARK = "refused.json"
_MAX_SIZE = 2**20


def refuse_mass_change(
    findings: Iterable[Finding], previous: Callable[[str], Finding | None], max_change: float
) -> None:
    """
    Raise `MassChange` if more than five and more than `max_change` percent of the living links are lost.

    `previous` returns a link's earlier finding. A link is living if the outputs last
    written call it alive or moved. It is lost if this run calls it dead, or has no
    facts of its repository any more.
    """
    living = lost = 0
    examples: list[str] = []
    for finding in findings:
        before = previous(finding.url)
        if before is None or before.reported not in LIVING:
            continue
        living += 1
        if loss := _loss(before, finding):
            lost += 1
            if lost <= _SHOWN:
                examples.append(f"  {finding.url}: {loss}")
    if lost > _FEW and lost * 100 > max_change * living:
        raise MassChange(_message(lost, living, examples), hint=_hint(max_change))


def _loss(before: Finding, after: Finding) -> str | None:
    if after.verdict is Verdict.DEAD:
        return after.reason
    if before.repository is not None and after.repository is None:
        return "its facts would be lost"
    return None


def _message(lost: int, living: int, examples: Sequence[str]) -> str:
    more = [f"  and {lost - _SHOWN:,} more"] if lost > _SHOWN else []
    of_links = f"{lost:,} of {counted(living, 'link')} that were alive"
    head = f"{of_links} would be dead or without facts; nothing was written:"
    return "\n".join([head, *examples, *more])


def _hint(max_change: float) -> str:
    return (
        f"Check some of them. If the changes are real, run again with --accept-changes"
        f" (or raise --max-change, now {max_change:g})."
    )


def mark_refusal(cache: Path, out: Path, *, refused: bool) -> None:
    """
    Note in the cache whether the last run refused to write to `out`.

    Other commands then show what was last written. A cache that cannot be written is
    reported by the store.
    """
    marked = _marked(cache)
    wanted = marked | {_name(out)} if refused else marked - {_name(out)}
    if wanted != marked:
        with suppress(OutputError):
            write_files(cache, {_MARK: json.dumps(sorted(wanted)) + "\n"})


def was_refused(cache: Path, out: Path) -> bool:
    """Return true if the last run refused to write to `out`."""
    return _name(out) in _marked(cache)


def _name(out: Path) -> str:
    return os.path.realpath(out)  # unlike `resolve` this takes a link that leads to itself


def _marked(cache: Path) -> set[str]:
    try:
        marked = json.loads(read_regular_file(cache / _MARK, _MAX_SIZE, follow_links=False))
    except (OSError, ValueError, RecursionError):
        return set()
    return {name for name in marked if isinstance(name, str)} if isinstance(marked, list) else set()
