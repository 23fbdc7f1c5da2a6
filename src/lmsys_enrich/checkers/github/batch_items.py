"""Questions gathered by what they are about, so that a repository is asked about once."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from lmsys_enrich.checkers.github.links import GitHubLink, Name, OwnerLink, RepositoryLink
from lmsys_enrich.checkers.github.repo_resources import lookups
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.values import Value, replace

REPOSITORIES_AT_ONCE = 50
"""What a first request asks about: 50 to 100 is what others found to work, and costs one point of quota."""

MOST_AT_ONCE = 100
"""What a request asks about where GitHub answers quickly: more would cost a second point."""

_LOOKUPS_AT_ONCE = 100  # files, issues and the like: each costs GitHub a look into a repository


class RepositoryItem(Value):
    """
    A repository, and the questions about it and what lies in it.

    `again` is true when a field could not be told the first time.
    """

    name: Name
    links: tuple[tuple[LinkTask, RepositoryLink], ...]
    again: bool = False

    @property
    def wants_facts(self) -> bool:
        """Whether one of the links is to the repository itself."""
        return any(link.resource is None for _, link in self.links)

    @property
    def first_segment(self) -> str:
        return self.name.owner.lower()

    @property
    def tasks(self) -> tuple[LinkTask, ...]:
        return tuple(task for task, _ in self.links)


class OwnerItem(Value):
    """A user or an organisation, and the questions about it."""

    login: str
    links: tuple[tuple[LinkTask, OwnerLink], ...]

    @property
    def first_segment(self) -> str:
        return self.login.lower()

    @property
    def tasks(self) -> tuple[LinkTask, ...]:
        return tuple(task for task, _ in self.links)


BatchItem: TypeAlias = RepositoryItem | OwnerItem


def batch_items(links: Iterable[tuple[LinkTask, GitHubLink]]) -> list[BatchItem]:
    """Gather the questions, in the order in which each subject first comes up."""
    gathered: dict[str, BatchItem] = {}
    for task, target in links:
        match target:
            case RepositoryLink(name):
                previous = gathered.get(name.key)
                earlier = previous.links if isinstance(previous, RepositoryItem) else ()
                gathered[name.key] = RepositoryItem(name, (*earlier, (task, target)))
            case OwnerLink(login):
                previous = gathered.get(login.lower())
                held = previous.links if isinstance(previous, OwnerItem) else ()
                gathered[login.lower()] = OwnerItem(login, (*held, (task, target)))
    return list(gathered.values())


def halves(batch: Sequence[BatchItem]) -> list[tuple[BatchItem, ...]]:
    """Return two smaller batches, or none if there is nothing left to divide."""
    if len(batch) > 1:
        middle = (len(batch) + 1) // 2
        return [tuple(batch[:middle]), tuple(batch[middle:])]
    match tuple(batch):
        case (RepositoryItem(links=links) as item,) if len(links) > 1:
            middle = (len(links) + 1) // 2
            return [(replace(item, links=links[:middle]),), (replace(item, links=links[middle:]),)]
        case _:
            return []


def batches(found: Iterable[BatchItem], size: int = REPOSITORIES_AT_ONCE) -> Iterator[tuple[BatchItem, ...]]:
    """Yield what to ask in one request: at most `size` subjects, and not too much in them."""
    waiting = pieces(found)
    while waiting:
        yield next_batch(waiting, size)


def next_batch(waiting: deque[BatchItem], size: int) -> tuple[BatchItem, ...]:
    """Take from the front what to ask in one request; `waiting` holds pieces and is not empty."""
    batch = [waiting.popleft()]
    weight = _weight(batch[0])
    while waiting and len(batch) < size and weight + _weight(waiting[0]) <= _LOOKUPS_AT_ONCE:
        weight += _weight(waiting[0])
        batch.append(waiting.popleft())
    return tuple(batch)


def pieces(found: Iterable[BatchItem]) -> deque[BatchItem]:
    """Return the subjects, none with more links than one request may look up."""
    return deque(_split(found))


def _split(found: Iterable[BatchItem]) -> Iterator[BatchItem]:
    """Yield the subjects, those with more links than one request may look up in pieces."""
    for item in found:
        if isinstance(item, OwnerItem) or _weight(item) <= _LOOKUPS_AT_ONCE:
            yield item
            continue
        piece: list[tuple[LinkTask, RepositoryLink]] = []
        weight = 0
        for task, link in item.links:
            more = _lookups(link)
            if piece and weight + more > _LOOKUPS_AT_ONCE:
                yield replace(item, links=tuple(piece))
                piece, weight = [], 0
            piece.append((task, link))
            weight += more
        yield replace(item, links=tuple(piece))


def _weight(item: BatchItem) -> int:
    if isinstance(item, OwnerItem):
        return 0
    return sum(_lookups(link) for _, link in item.links)


def _lookups(link: RepositoryLink) -> int:
    return len(lookups(link.resource)) if link.resource is not None else 0
