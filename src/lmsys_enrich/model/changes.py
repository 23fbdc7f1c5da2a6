"""Changes between two runs, for maintainers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from lmsys_enrich.model.facts import Paper, Repository
from lmsys_enrich.model.finding import Finding, OfFindings, Verdict, repository_of
from lmsys_enrich.values import Value, value_field

_LIVING = frozenset({Verdict.ALIVE, Verdict.MOVED, Verdict.GUARDED})
_ASLEEP = timedelta(days=365)
_MOST_STARS = 10

_Repositories: TypeAlias = Mapping[tuple[str, int | str], Repository]
_Papers: TypeAlias = Mapping[str, tuple[Paper, Finding]]


class Snapshot(Value):
    """Snapshot of a run: entries by id, findings by address."""

    taken_at: datetime
    entries: Mapping[str, str]
    findings: Mapping[str, Finding]

    def repositories(self) -> _Repositories:
        """Return the repositories by forge and id, which survives a change of name."""
        found = self.findings.items()
        links = {one.repository.identity: url for url, one in found if one.repository}
        return OfFindings(links, self.findings, repository_of)

    def papers(self) -> _Papers:
        """Return the papers by the identifier that links refer to them by, with the finding of a link."""
        found = self.findings.items()
        links = {one.paper.key: url for url, one in found if one.paper}
        return OfFindings(links, self.findings, lambda one: (one.paper, one) if one.paper else None)


class Change(Value):
    """Change: its kind, its subject and its details."""

    kind: str
    subject: str
    detail: str = ""


class Changes(Value):
    """All changes, by kind and in the order of the newer list; `stars` has the largest, gains first."""

    between: tuple[datetime, datetime]
    changes: Sequence[Change]
    stars: Sequence[tuple[str, int, int]] = value_field(default=())


def changes_between(old: Snapshot, new: Snapshot) -> Changes:
    """Compare two runs."""
    before, after = old.repositories(), new.repositories()
    changes = (
        *_entries(old, new),
        *_links(old, new),
        *_repositories(before, after, old.taken_at),
        *_papers(old.papers(), new.papers()),
    )
    return Changes((old.taken_at, new.taken_at), changes, tuple(_stars(before, after)))


def _entries(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    yield from (Change("added", name) for key, name in new.entries.items() if key not in old.entries)
    yield from (Change("removed", name) for key, name in old.entries.items() if key not in new.entries)


def _links(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    for url, after in new.findings.items():
        before = old.findings.get(url)
        if before is None or before.effective_verdict is after.effective_verdict:
            continue
        match after.effective_verdict:
            case Verdict.DEAD:
                yield Change("died", url, after.effective_reason)
            case Verdict.FAILING:
                yield Change("failing", url, after.effective_reason)
            case Verdict.MOVED:
                yield Change(
                    "moved", url, after.suggestion.url if after.suggestion else after.effective_reason
                )
            case _:
                pass
        if before.effective_verdict in {Verdict.DEAD, Verdict.FAILING} and after.effective_verdict in _LIVING:
            yield Change("revived", url, f"was {before.effective_verdict}: {before.effective_reason}")


def _repositories(earlier: _Repositories, now: _Repositories, then: datetime) -> Iterator[Change]:
    for key, after in now.items():
        before = earlier.get(key)
        if before is None:
            continue
        name = after.key
        if before.key.lower() != name.lower():
            yield Change("renamed", before.key, name)
        if after.archived and before.archived is False:
            yield Change("archived", name, f"{after.archived_at:%Y-%m-%d}" if after.archived_at else "")
        if before.archived and after.archived is False:
            yield Change("unarchived", name)
        if before.license != after.license and "license" not in after.kept:
            yield Change("licence", name, f"{before.license or 'none'} → {after.license or 'none'}")
        if _woke_up(before, after, then):
            yield Change(
                "active again",
                name,
                f"last commit {before.last_commit:%Y-%m-%d} → {after.last_commit:%Y-%m-%d}",
            )


def _papers(earlier: _Papers, now: _Papers) -> Iterator[Change]:
    for key, (after, _) in now.items():
        if key not in earlier:
            continue
        before, finding = earlier[key]
        subject = after.title or key
        if after.withdrawn and before.withdrawn is False:
            yield Change("withdrawn", subject, key)
        # A fact that no source provided before is new only to this program.
        if after.retracted and not before.retracted and (before.retracted is False or finding.asked):
            yield Change("retracted", subject, key)
        if after.venue is not None and before.venue is None and finding.asked:
            yield Change("published", subject, f"{key} at {after.venue}")


def _woke_up(before: Repository, after: Repository, then: datetime) -> bool:
    """Return whether there are commits again after a year without any."""
    if before.last_commit is None or after.last_commit is None:
        return False
    return after.last_commit > before.last_commit and then - before.last_commit > _ASLEEP


def _stars(earlier: _Repositories, now: _Repositories) -> Iterator[tuple[str, int, int]]:
    """Yield name, gain and number of the repositories whose stars changed most, both ways."""
    gains = [
        (facts.key, facts.stars - before.stars, facts.stars)
        for key, facts in now.items()
        if (before := earlier.get(key)) is not None
        and facts.stars is not None
        and before.stars is not None
        and facts.stars != before.stars
    ]
    gains.sort(key=lambda gain: (-gain[1], gain[0]))
    up = [gain for gain in gains if gain[1] > 0][:_MOST_STARS]
    down = [gain for gain in gains if gain[1] < 0][-_MOST_STARS:]
    yield from (*up, *down)
