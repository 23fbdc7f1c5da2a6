"""The pieces of work: which list, how many requests at once, and what physics allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.limit import limit
from benchmarks.lists import Link, one_large_host, spread, urls, write


@dataclass(frozen=True, slots=True)
class Work:
    """A list with its links; `limit` in seconds."""

    name: str
    title: str
    links: Sequence[Link]
    concurrency: int
    per_host: int
    limit: float


def works(folder: Path, port: int) -> list[Work]:
    """Write the lists, and return the work on them."""
    many, large = spread(10_000, 500), one_large_host(1000, 0.6, 238)
    write(folder, "many", urls(many, port))
    write(folder, "large", urls(large, port))
    of_many = partial(Work, "many", links=many, per_host=10)
    return [
        of_many(title="A. 10,000 links, 500 hosts, C=500", concurrency=500, limit=limit(many, 500)),
        of_many(title="B. the same, C=100", concurrency=100, limit=limit(many, 100)),
        Work("large", "C. 1,000 links, 60 % on one host, C=200, P=10", large, 200, 10, limit(large, 200, 10)),
    ]
