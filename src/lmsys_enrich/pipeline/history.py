"""What an answer of today means beside what earlier runs found."""

from datetime import datetime

from lmsys_enrich.model.finding import LIVING, LOST, Answer, Finding, Question, Verdict
from lmsys_enrich.model.repository import merge
from lmsys_enrich.values import replace


def find(question: Question, answer: Answer, now: datetime, dead_after: int) -> Finding:
    """
    Join an answer with its link's past.

    Facts about a repository outlive whatever becomes of its link. A failure
    that lasts is a death once it was seen on `dead_after` different days: two
    runs in one night count once, and a day without an answer counts for nothing.
    """
    known = question.known
    repository = known.repository if known else None
    last_alive = known.last_alive if known else None
    finding = Finding(
        url=question.url,
        verdict=answer.verdict,
        reason=answer.reason,
        checked_at=now,
        http_status=answer.http_status,
        final_url=answer.final_url,
        hops=answer.hops,
        suggestion=answer.suggestion,
        first_seen=known.first_seen if known else now,
        last_alive=now if answer.verdict in LIVING else last_alive,
        published=known.published if known else None,
        repository=merge(repository, answer.repository) if answer.repository else repository,
        got=answer.got,
    )
    if answer.verdict is Verdict.MOVED:
        return _with_moves(finding, known, now)
    if answer.verdict in LOST:
        return _with_failures(finding, known, answer, now, dead_after)
    return finding


def _with_moves(finding: Finding, known: Finding | None, now: datetime) -> Finding:
    """Count the days on which the link was seen to lead to the same place."""
    moves, moved_on = 1, now.date()
    if known is not None and known.moved_on is not None and known.suggestion == finding.suggestion:
        another_day = now.date() > known.moved_on
        moves, moved_on = known.moves + another_day, max(moved_on, known.moved_on)
    return replace(finding, moves=moves, moved_on=moved_on)


def _with_failures(
    finding: Finding, known: Finding | None, answer: Answer, now: datetime, dead_after: int
) -> Finding:
    """Count the days on which the link failed in a row, and call it dead when they are enough."""
    since, failures, failed_on = now, 1, now.date()
    if known is not None and known.failed_on is not None and known.may_die == answer.may_die:
        since = known.failing_since or now
        another_day = now.date() > known.failed_on
        failures = known.failures + another_day
        failed_on = now.date() if another_day else known.failed_on
    verdict, reason = answer.verdict, answer.reason
    if verdict is Verdict.FAILING and answer.may_die and failures >= dead_after:
        verdict, reason = Verdict.DEAD, f"{reason}; failed on {failures} days since {since:%Y-%m-%d}"
    return replace(
        finding,
        verdict=verdict,
        reason=reason,
        failing_since=since,
        failures=failures,
        failed_on=failed_on,
        may_die=answer.may_die,
    )
