"""
Guard against losing many living links in one run.

One night in 2026 a generator whose requests a forge had begun to refuse wrote a
list with 70 of its 180 projects missing, which went unnoticed for two weeks:
https://github.com/best-of-lists/best-of-generator/issues/90
"""

from collections.abc import Callable, Iterable, Sequence

from lmsys_enrich.errors import MassChange
from lmsys_enrich.model.finding import LIVING, Finding, Verdict

_SHOWN = 10


def refuse_mass_change(
    findings: Iterable[Finding], previous: Callable[[str], Finding | None], max_change: float
) -> None:
    """
    Raise `MassChange` if more than `max_change` percent of the living links are lost.

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
            examples.append(f"  {finding.url}: {loss}")
    if lost * 100 > max_change * living:
        raise MassChange(_message(lost, living, examples), hint=_hint(max_change))


def _loss(before: Finding, after: Finding) -> str | None:
    if after.verdict is Verdict.DEAD:
        return after.reason
    if before.repository is not None and after.repository is None:
        return "its facts would be lost"
    return None


def _message(lost: int, living: int, examples: Sequence[str]) -> str:
    more = [f"  and {lost - _SHOWN} more"] if lost > _SHOWN else []
    head = f"{lost} of {living} links that were alive would be dead or without facts; nothing was written:"
    return "\n".join([head, *examples[:_SHOWN], *more])


def _hint(max_change: float) -> str:
    return (
        f"Look at some of them. If it is true, run again with --accept-changes"
        f" (or raise --max-change, now {max_change:g})."
    )
