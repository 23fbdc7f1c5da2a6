"""What is known about a link: what was seen in this run, and what earlier runs add."""

from datetime import date
from enum import StrEnum

from lmsys_enrich.model.repository import Repository, RepositoryUpdate
from lmsys_enrich.values import Count, Moment, Value, replace


class Verdict(StrEnum):
    """What the evidence allows to say of a link; the order is that of reports."""

    ALIVE = "alive"
    MOVED = "moved"
    DEAD = "dead"
    FAILING = "failing"
    GUARDED = "guarded"
    SKIPPED = "skipped"
    UNCHECKED = "unchecked"


LIVING = frozenset({Verdict.ALIVE, Verdict.MOVED})
"""What is known to be there. A guarded link is not: nobody could look behind its site's wall."""

LOST = frozenset({Verdict.DEAD, Verdict.FAILING})
"""What is gone, or looks so."""


class Hop(Value):
    """One redirect on the way: the address that answered, with which status."""

    url: str
    status: Count


class Suggestion(Value):
    """A better address for the source, and why it is one."""

    url: str
    why: str


class Validators(Value):
    """What tells one state of a page from another, as its server sent it: RFC 9110 §8.8."""

    etag: str | None = None
    last_modified: str | None = None


class LinkTask(Value):
    """A link to ask about, under its key, with what earlier runs found out about it."""

    url: str
    previous: "Finding | None" = None


class Observation(Value):
    """
    What an asker saw of one link in this run; `url` is the question's.

    `may_die` is false for a failure that never becomes a death by lasting, as a
    deep address that redirects to its site's home page. `got` is there where
    only GET gave this answer, HEAD would have been in vain.
    """

    url: str
    verdict: Verdict
    reason: str
    http_status: Count | None = None
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    suggestion: Suggestion | None = None
    can_become_dead: bool = True
    repository: RepositoryUpdate | None = None
    validators: Validators | None = None


class Finding(Value, kw_only=True):
    """
    What is held about one link after a run.

    Where the verdict is `unchecked`, everything but `verdict` and `reason` is
    what earlier runs found: `last_verdict` and `last_reason` are theirs, and
    `checked_at` is their date.

    `failing_since` is when the present failure was first seen, `failures` on how
    many different days since, the last of them `failed_on`; `moves` on how many
    days in a row the link was seen to lead to where `suggestion` says, the last
    of them `moved_on`. `verdict_since` is when a run first came to this verdict
    without another one since. `published` is the verdict that stands in the outputs
    last written. `got` is as in `Answer`.
    """

    url: str
    verdict: Verdict
    reason: str
    checked_at: Moment | None = None
    http_status: Count | None = None
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    suggestion: Suggestion | None = None
    first_seen: Moment | None = None
    last_alive: Moment | None = None
    verdict_since: Moment | None = None
    failing_since: Moment | None = None
    failures: Count = 0
    failed_on: date | None = None
    can_become_dead: bool = True
    moves: Count = 0
    moved_on: date | None = None
    last_verdict: Verdict | None = None
    last_reason: str | None = None
    reported: Verdict | None = None
    repository: Repository | None = None
    validators: Validators | None = None

    @property
    def effective_verdict(self) -> Verdict:
        """The best knowledge there is: the verdict, or the last one where this run has none."""
        return effective_verdict(self.verdict, self.last_verdict)

    @property
    def effective_reason(self) -> str:
        """Why the standing is what it is: the reason, or the last one where this run has none."""
        if self.verdict is Verdict.UNCHECKED and self.last_reason is not None:
            return self.last_reason
        return self.reason


def effective_verdict(verdict: Verdict, last_verdict: Verdict | None) -> Verdict:
    """Return the best knowledge there is: see `Finding.standing`."""
    return last_verdict if verdict is Verdict.UNCHECKED and last_verdict is not None else verdict


def unchecked(task: LinkTask, reason: str) -> Finding:
    """Return what earlier runs found about a link that this run did not reach."""
    previous = task.previous
    if previous is None:
        return Finding(url=task.url, verdict=Verdict.UNCHECKED, reason=reason)
    if previous.effective_verdict is Verdict.UNCHECKED:
        return replace(previous, verdict=Verdict.UNCHECKED, reason=reason)
    return replace(
        previous,
        verdict=Verdict.UNCHECKED,
        reason=reason,
        last_verdict=previous.effective_verdict,
        last_reason=previous.effective_reason,
    )
