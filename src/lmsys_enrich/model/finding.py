"""Findings about links: the observation of one run, joined with those of earlier runs."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from lmsys_enrich.model.facts import Model, ModelUpdate, Paper, PaperUpdate, Repository, RepositoryUpdate
from lmsys_enrich.values import Count, Moment, Value, replace, value_field

KeyT = TypeVar("KeyT")
T = TypeVar("T")


class Verdict(StrEnum):
    """Verdict about a link, in the order of reports."""

    ALIVE = "alive"
    MOVED = "moved"
    DEAD = "dead"
    FAILING = "failing"
    GUARDED = "guarded"
    SKIPPED = "skipped"
    UNCHECKED = "unchecked"


LIVING = frozenset({Verdict.ALIVE, Verdict.MOVED})
"""Verdicts of links known to be there. A guarded one is not: its site let no robot look."""

LOST = frozenset({Verdict.DEAD, Verdict.FAILING})
"""Verdicts of links that are gone, or look so."""

ACT_ON = (Verdict.DEAD, Verdict.FAILING, Verdict.MOVED)
"""Verdicts that a maintainer acts on, the most urgent first."""


class Hop(Value):
    """One redirect of a chain: the address that responded, and its status."""

    url: str
    status: Count


class SuggestionKind(StrEnum):
    """Relation of a suggested address to the link's own."""

    MOVED = "moved"
    ARCHIVED = "archived"


class Suggestion(Value):
    """Better address for the list, and the reason; an archived copy is not a move."""

    url: str
    why: str
    kind: SuggestionKind = SuggestionKind.MOVED


class Validators(Value):
    """Validators of a page's state, as its server sent them: RFC 9110 §8.8."""

    etag: str | None = None
    last_modified: str | None = None


class LinkTask(Value):
    """
    Link to check, under its key, with the finding of earlier runs.

    `fragments` are those with which the list links to its page, where they are checked.
    `is_proven` is false for a finding that only outputs contain: these are in the
    repository, where anybody who proposes a change can edit them.
    """

    url: str
    previous: "Finding | None" = None
    fragments: tuple[str, ...] = ()
    is_proven: bool = True


class Observation(Value):
    """
    Result of a checker for one link in this run; `url` is the task's.

    `can_become_dead` is false for a failure that never makes a link dead, however long it lasts: a
    deep address that redirects to its site's home page, for example.
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
    paper: PaperUpdate | None = None
    model: ModelUpdate | None = None
    validators: Validators | None = None


class Finding(Value):
    """
    Knowledge about one link after a run.

    Where the verdict is `unchecked`, everything but `verdict` and `reason` is
    what earlier runs found: `last_verdict` and `last_reason` are theirs, and
    `checked_at` is their date.

    `failing_since` is when the present failure was first seen, `failures` on how
    many different days since, the last of them `failed_on`; `moves` on how many
    days in a row the link was seen to lead to where `suggestion` says, the last
    of them `moved_on`. `verdict_since` is when a run first came to this verdict
    without another one since. `reported` is the verdict in the outputs last written.
    `asked` has the date of the last response of each fact source, also of one that
    knew nothing. `snapshot` is an archived copy of a link confirmed dead.
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
    paper: Paper | None = None
    model: Model | None = None
    asked: dict[str, Moment] = value_field(default_factory=dict)
    snapshot: Suggestion | None = None
    validators: Validators | None = None

    @property
    def proposal(self) -> Suggestion | None:
        """The address to write instead: a better one, or for a dead link its archived copy."""
        if self.suggestion is not None or self.effective_verdict is not Verdict.DEAD:
            return self.suggestion
        return self.snapshot

    @property
    def effective_verdict(self) -> Verdict:
        """The verdict, or the last one where this run has none."""
        if self.last_verdict is None or self.verdict is not Verdict.UNCHECKED:
            return self.verdict
        return self.last_verdict

    @property
    def effective_reason(self) -> str:
        """The reason of the effective verdict."""
        if self.verdict is Verdict.UNCHECKED and self.last_reason is not None:
            return self.last_reason
        return self.reason


def unchecked(task: LinkTask, reason: str) -> Finding:
    """Return the finding of earlier runs for a link that this run did not reach."""
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


class OfFindings(Mapping[KeyT, T], Generic[KeyT, T]):
    """
    Facts by the key of their subject, each read from the finding of one link when it is looked up.

    `links` has the link of each key. A long list's findings are on disk, and so are these facts.
    """

    def __init__(
        self, links: Mapping[KeyT, str], findings: Mapping[str, Finding], read: Callable[[Finding], T | None]
    ) -> None:
        self._links = links
        self._findings = findings
        self._read = read

    def __getitem__(self, key: KeyT) -> T:
        facts = self._read(self._findings[self._links[key]])
        if facts is None:
            raise KeyError(key)
        return facts

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)


def repository_of(finding: Finding) -> Repository | None:
    """Return the facts of the repository that a link leads to."""
    return finding.repository


def paper_of(finding: Finding) -> Paper | None:
    """Return the facts of the paper that a link leads to."""
    return finding.paper


def model_of(finding: Finding) -> Model | None:
    """Return the facts of the model that a link leads to."""
    return finding.model
