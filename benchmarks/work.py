"""Workloads: the list, the concurrency, and the least time that physics allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.limit import limit
from benchmarks.lists import ALIVE, Link, in_orders, one_large_host, spread, urls, write


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the farm listens, in the clear and encrypted."""

    clear: int
    encrypted: int


@dataclass(frozen=True)
class Work:
    """
    A list with its links, in another order for each round.

    The files of round 0 are `NAME-0.yaml` and `NAME-0.md`; limits are in seconds, one for each round.
    """

    letter: str
    name: str
    title: str
    orders: Sequence[Sequence[Link]]
    concurrency: int
    port: int
    per_host: int = 10
    is_held_by_a_host: bool = False

    @cached_property
    def limits(self) -> Sequence[float]:
        """Least seconds for a program that sends one request for each link."""
        per_host = self.per_host if self.is_held_by_a_host else None
        return [limit(links, self.concurrency, per_host) for links in self.orders]

    @cached_property
    def own_limits(self) -> Sequence[float]:
        """Least seconds for all that `lmsys-enrich` sends: GET after a failed HEAD, and robots.txt."""
        return [limit(links, self.concurrency, self.per_host, surely=True) for links in self.orders]


def works(folder: Path, ports: Ports, rounds: int) -> list[Work]:
    """Write the lists, and return the work on them."""
    clear, encrypted = ports.clear, ports.encrypted
    many = in_orders(spread(10_000, 500), rounds)
    alive = in_orders(spread(10_000, 500, statuses=ALIVE), rounds)
    large = in_orders(one_large_host(1000, 0.6, 238), rounds)
    private = in_orders(spread(5_000, 250), rounds)
    there = in_orders(spread(5_000, 250, statuses=ALIVE), rounds)
    for number in range(rounds):
        write(folder, f"many-{number}", urls(many[number], clear))
        write(folder, f"alive-{number}", urls(alive[number], clear))
        write(folder, f"large-{number}", urls(large[number], clear))
        write(folder, f"private-{number}", urls(private[number], encrypted, "https"))
        write(folder, f"there-{number}", urls(there[number], encrypted, "https"))
    of_one = "1,000 links, 60 % on one host, C=200, P=10"
    return [
        Work("A", "many", "10,000 links, 500 hosts, C=500", many, 500, clear),
        Work("A2", "alive", "10,000 links, none of them gone, C=500", alive, 500, clear),
        Work("B", "many", "the list of A, C=100", many, 100, clear),
        Work("B2", "alive", "the list of A2, C=100", alive, 100, clear),
        Work("C", "large", of_one, large, 200, clear, is_held_by_a_host=True),
        Work("T", "private", "5,000 links, 250 hosts, encrypted, C=200", private, 200, encrypted),
        Work("T2", "there", "5,000 links, none of them gone, encrypted, C=200", there, 200, encrypted),
    ]
