"""History: merges an observation of today with the last finding of its link."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from lmsys_enrich.credentials import carries_credentials, without_credentials
from lmsys_enrich.fact_sources.protocol import Addition
from lmsys_enrich.model.facts import FactsT, Update, merge
from lmsys_enrich.model.finding import (
    LIVING,
    LOST,
    Finding,
    LinkTask,
    Observation,
    Suggestion,
    Verdict,
    unchecked,
)
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.settings.tables import HostSetting, is_for
from lmsys_enrich.urls import InvalidAddress
from lmsys_enrich.values import replace

_CLOCK_SKEW = timedelta(days=1)


def update(task: LinkTask, observation: Observation, now: datetime, dead_after: int) -> Finding:
    """
    Merge an observation with the last finding of its link.

    A repository keeps its facts whatever its link's verdict. A link that keeps failing
    is dead once it failed on `dead_after` different days: two runs in one night count
    once, and a day without a result does not count.
    """
    if observation.verdict is Verdict.UNCHECKED:
        return unchecked(task, observation.reason)
    previous = _plausible(task.previous, now)
    known = previous or unchecked(task, "")
    finding = Finding(
        url=task.url,
        verdict=observation.verdict,
        reason=observation.reason,
        checked_at=now,
        http_status=observation.http_status,
        final_url=observation.final_url and without_credentials(observation.final_url),
        hops=tuple(replace(hop, url=without_credentials(hop.url)) for hop in observation.hops),
        suggestion=_publishable(observation.suggestion),
        first_seen=previous.first_seen if previous else now,
        last_alive=now if observation.verdict in LIVING else known.last_alive,
        reported=known.reported,
        repository=_merged(known.repository, observation.repository),
        paper=_merged(known.paper, observation.paper),
        model=_merged(known.model, observation.model),
        asked=known.asked,
        snapshot=known.snapshot,
        validators=observation.validators,
    )
    if observation.verdict is Verdict.MOVED:
        finding = _with_moves(finding, previous, now)
    elif observation.verdict in LOST:
        finding = _with_failures(finding, previous, observation, now, dead_after)
    return replace(finding, verdict_since=_verdict_since(finding, previous, now))


def _plausible(previous: Finding | None, now: datetime) -> Finding | None:
    """
    Return a finding of earlier runs without dates in the future.

    Outputs are in the repository, where dates can be planted: a failure that was
    counted last in 2999 would never be counted again. A clock set back by a day or
    less is left alone.
    """
    if previous is None:
        return None
    limit = now + _CLOCK_SKEW
    moments = ("first_seen", "last_alive", "verdict_since", "failing_since")
    days = ("failed_on", "moved_on")
    late: dict[str, object] = {
        name: None for name in moments if (at := getattr(previous, name)) is not None and at > limit
    }
    late |= {name: None for name in days if (on := getattr(previous, name)) is not None and on > limit.date()}
    asked = {source: at for source, at in previous.asked.items() if at <= limit}
    if len(asked) < len(previous.asked):
        late["asked"] = asked
    return replace(previous, **late) if late else previous


def _verdict_since(finding: Finding, previous: Finding | None, now: datetime) -> datetime | None:
    """Return the first run with this verdict; None if an earlier version recorded no date."""
    if previous is None or previous.effective_verdict is not finding.verdict:
        return now
    return previous.verdict_since


def add_facts(finding: Finding, addition: Addition, source: str, now: datetime) -> Finding:
    """Add the facts of a source and their date; the verdict stays."""
    return replace(
        finding,
        repository=_merged(finding.repository, addition.repository),
        paper=_merged(finding.paper, addition.paper),
        model=_merged(finding.model, addition.model),
        snapshot=_publishable(addition.snapshot) or finding.snapshot,
        asked={**finding.asked, source: now},
    )


def _merged(known: FactsT | None, update: Update[FactsT] | None) -> FactsT | None:
    return known if update is None else merge(known, update)


def _publishable(suggestion: Suggestion | None) -> Suggestion | None:
    """Return a suggestion, unless it would publish somebody's password or session id."""
    return None if suggestion is None or carries_credentials(suggestion.url) else suggestion


def _with_moves(finding: Finding, previous: Finding | None, now: datetime) -> Finding:
    """Count the days on which the link moved to the same address."""
    moves, moved_on = 1, now.date()
    if previous is not None and previous.moved_on is not None and previous.suggestion == finding.suggestion:
        another_day = now.date() > previous.moved_on
        moves, moved_on = previous.moves + another_day, max(moved_on, previous.moved_on)
    return replace(finding, moves=moves, moved_on=moved_on)


def _with_failures(
    finding: Finding, previous: Finding | None, observation: Observation, now: datetime, dead_after: int
) -> Finding:
    """Count the days in a row on which the link failed; it is dead when they reach `dead_after`."""
    since, failures, failed_on = now, 1, now.date()
    # Failures that can end in `dead` and those that cannot are counted apart.
    if (
        previous is not None
        and previous.failed_on is not None
        and previous.can_become_dead == observation.can_become_dead
    ):
        since = previous.failing_since or now
        another_day = now.date() > previous.failed_on
        failures = previous.failures + another_day
        failed_on = now.date() if another_day else previous.failed_on
    verdict, reason = observation.verdict, observation.reason
    if verdict is Verdict.FAILING and observation.can_become_dead and failures >= dead_after:
        verdict, reason = Verdict.DEAD, f"{reason}; failed on {failures} days since {since:%Y-%m-%d}"
    return replace(
        finding,
        verdict=verdict,
        reason=reason,
        failing_since=since,
        failures=failures,
        failed_on=failed_on,
        can_become_dead=observation.can_become_dead,
    )


_FIRST_ERROR = 400  # below it a status says nothing against the page, and redirects are followed
_BAD = frozenset({Verdict.DEAD, Verdict.FAILING, Verdict.GUARDED})


def accepted(observation: Observation, settings: Settings) -> Observation:
    """Return an observation as alive if its status is accepted for all hosts, or for the one that sent it."""
    status = observation.http_status
    if status is None or status < _FIRST_ERROR or observation.verdict not in _BAD:
        return observation
    if status not in settings.accept and status not in _of_host(observation, settings.hosts):
        return observation
    return replace(
        observation, verdict=Verdict.ALIVE, reason=f"{observation.reason}; the settings accept {status}"
    )


def _of_host(observation: Observation, hosts: Iterable[HostSetting]) -> frozenset[int]:
    statuses = frozenset[int]()
    for setting in hosts:
        try:
            if is_for(setting, observation.final_url or observation.url):
                statuses |= setting.accept
        except InvalidAddress:
            continue
    return statuses
