"""The lists that are measured on, drawn with a fixed seed, each as YAML for us and as Markdown for peers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

_SEED = 20261124
# Of 200 links of old lists, about so many answer otherwise.
_STATUSES = (*[200] * 188, *[301] * 6, *[404] * 5, 500)
ALIVE = tuple(status for status in _STATUSES if status < HTTPStatus.BAD_REQUEST)
"""The same without links that are gone or fail."""

GONE = ("/404/", "/500/")
"""How the paths of those begin."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a list: which host of the farm, and what there."""

    host: int
    path: str


def spread(links: int, hosts: int, *, statuses: Sequence[int] = _STATUSES) -> list[Link]:
    """Return links shared evenly among hosts, in no order."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    made = [Link(number % hosts, f"/{chance.choice(statuses)}/{number}") for number in range(links)]
    chance.shuffle(made)
    return made


def one_large_host(links: int, share: float, others: int) -> list[Link]:
    """Return links of which a share lies on host 0, as awesome lists have theirs on GitHub."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    large = round(links * share)
    made = [
        Link(0 if number < large else 1 + number % others, f"/{chance.choice(_STATUSES)}/{number}")
        for number in range(links)
    ]
    chance.shuffle(made)
    return made


def in_orders(links: Sequence[Link], orders: int) -> list[Sequence[Link]]:
    """Return the same links in so many orders, the first as it is: where a slow one stands is luck."""
    others = (random.Random(_SEED + n).sample(links, len(links)) for n in range(1, orders))  # noqa: S311 - no secret
    return [links, *others]


def address(host: int) -> str:
    """Return the address of a host of the farm."""
    return f"127.{1 + host // 62_500}.{host // 250 % 250}.{1 + host % 250}"


def urls(links: Sequence[Link], port: int, scheme: str = "http") -> list[str]:
    """Return the addresses of links on a farm that listens at a port."""
    return [f"{scheme}://{address(link.host)}:{port}{link.path}" for link in links]


def write(folder: Path, name: str, addresses: Sequence[str]) -> None:
    """Write `NAME.yaml` and `NAME.md`."""
    entries = "".join(
        f"      - name: Entry {number}\n        url: {url}\n" for number, url in enumerate(addresses)
    )
    text = f"title: A list\nsections:\n  - title: All\n    entries:\n{entries}"
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    lines = "".join(f"- [Entry {number}]({url}) - A page.\n" for number, url in enumerate(addresses))
    (folder / f"{name}.md").write_text(f"# A list\n\n## All\n\n{lines}", encoding="utf-8")
