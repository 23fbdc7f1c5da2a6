"""The pieces of work: which list, how many requests at once, and what physics allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.limit import limit
from benchmarks.lists import Link, one_large_host, spread, urls, write


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the farm listens, in the clear and encrypted."""

    clear: int
    encrypted: int


@dataclass(frozen=True, slots=True)
class Work:
    """A list with its links; `limit` and `own_limit` in seconds."""

    letter: str
    name: str
    title: str
    links: Sequence[Link]
    concurrency: int
    per_host: int = 10
    is_held_by_a_host: bool = False

    @property
    def limit(self) -> float:
        """What physics allows whoever asks once about each link."""
        return limit(self.links, self.concurrency, self.per_host if self.is_held_by_a_host else None)

    @property
    def own_limit(self) -> float:
        """What it allows us, who ask twice about what seems gone, and large hosts for their robots.txt."""
        return limit(self.links, self.concurrency, self.per_host, surely=True)


def works(folder: Path, ports: Ports) -> list[Work]:
    """Write the lists, and return the work on them."""
    many, large, private = spread(10_000, 500), one_large_host(1000, 0.6, 238), spread(5_000, 250)
    write(folder, "many", urls(many, ports.clear))
    write(folder, "large", urls(large, ports.clear))
    write(folder, "private", urls(private, ports.encrypted, "https"))
    return [
        Work("A", "many", "10,000 links, 500 hosts, C=500", many, 500),
        Work("B", "many", "the same, C=100", many, 100),
        Work("C", "large", "1,000 links, 60 % on one host, C=200, P=10", large, 200, is_held_by_a_host=True),
        Work("T", "private", "5,000 links, 250 hosts, encrypted, C=200", private, 200),
    ]
