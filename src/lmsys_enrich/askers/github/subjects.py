"""Questions gathered by what they are about, so that a repository is asked about once."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from lmsys_enrich.askers.github.parts import lookups
from lmsys_enrich.askers.github.targets import Name, OwnerLink, RepositoryLink, Target
from lmsys_enrich.model.finding import Question
from lmsys_enrich.values import Value, replace

REPOSITORIES_AT_ONCE = 50
"""What a first request asks about: 50 to 100 is what others found to work, and costs one point of quota."""

MOST_AT_ONCE = 100
"""What a request asks about where GitHub answers quickly: more would cost a second point."""

_LOOKUPS_AT_ONCE = 100  # files, issues and the like: each costs GitHub a look into a repository


class RepositorySubject(Value):
    """
    A repository, and the questions about it and what lies in it.

    `again` is true when a field could not be told the first time.
    """

    name: Name
    links: tuple[tuple[Question, RepositoryLink], ...]
    again: bool = False

    @property
    def wants_facts(self) -> bool:
        """Whether one of the links is to the repository itself."""
        return any(link.part is None for _, link in self.links)

    @property
    def first_segment(self) -> str:
        return self.name.owner.lower()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for question, _ in self.links)


class OwnerSubject(Value):
    """A user or an organisation, and the questions about it."""

    login: str
    links: tuple[tuple[Question, OwnerLink], ...]

    @property
    def first_segment(self) -> str:
        return self.login.lower()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for question, _ in self.links)


Subject: TypeAlias = RepositorySubject | OwnerSubject


def subjects(targets: Iterable[tuple[Question, Target]]) -> list[Subject]:
    """Gather the questions, in the order in which each subject first comes up."""
    gathered: dict[str, Subject] = {}
    for question, target in targets:
        match target:
            case RepositoryLink(name):
                known = gathered.get(name.key)
                earlier = known.links if isinstance(known, RepositorySubject) else ()
                gathered[name.key] = RepositorySubject(name, (*earlier, (question, target)))
            case OwnerLink(login):
                known = gathered.get(login.lower())
                held = known.links if isinstance(known, OwnerSubject) else ()
                gathered[login.lower()] = OwnerSubject(login, (*held, (question, target)))
    return list(gathered.values())


def halves(batch: Sequence[Subject]) -> list[tuple[Subject, ...]]:
    """Return two smaller batches, or none if there is nothing left to divide."""
    if len(batch) > 1:
        middle = (len(batch) + 1) // 2
        return [tuple(batch[:middle]), tuple(batch[middle:])]
    match tuple(batch):
        case (RepositorySubject(links=links) as subject,) if len(links) > 1:
            middle = (len(links) + 1) // 2
            return [(replace(subject, links=links[:middle]),), (replace(subject, links=links[middle:]),)]
        case _:
            return []


def batches(found: Iterable[Subject], size: int = REPOSITORIES_AT_ONCE) -> Iterator[tuple[Subject, ...]]:
    """Yield what to ask in one request: at most `size` subjects, and not too much in them."""
    waiting = pieces(found)
    while waiting:
        yield next_batch(waiting, size)


def next_batch(waiting: deque[Subject], size: int) -> tuple[Subject, ...]:
    """Take from the front what to ask in one request; `waiting` holds pieces and is not empty."""
    batch = [waiting.popleft()]
    weight = _weight(batch[0])
    while waiting and len(batch) < size and weight + _weight(waiting[0]) <= _LOOKUPS_AT_ONCE:
        weight += _weight(waiting[0])
        batch.append(waiting.popleft())
    return tuple(batch)


def pieces(found: Iterable[Subject]) -> deque[Subject]:
    """Return the subjects, none with more links than one request may look up."""
    return deque(_split(found))


def _split(found: Iterable[Subject]) -> Iterator[Subject]:
    """Yield the subjects, those with more links than one request may look up in pieces."""
    for subject in found:
        if isinstance(subject, OwnerSubject) or _weight(subject) <= _LOOKUPS_AT_ONCE:
            yield subject
            continue
        piece: list[tuple[Question, RepositoryLink]] = []
        weight = 0
        for question, link in subject.links:
            more = _lookups(link)
            if piece and weight + more > _LOOKUPS_AT_ONCE:
                yield replace(subject, links=tuple(piece))
                piece, weight = [], 0
            piece.append((question, link))
            weight += more
        yield replace(subject, links=tuple(piece))


def _weight(subject: Subject) -> int:
    if isinstance(subject, OwnerSubject):
        return 0
    return sum(_lookups(link) for _, link in subject.links)


def _lookups(link: RepositoryLink) -> int:
    return len(lookups(link.part)) if link.part is not None else 0
