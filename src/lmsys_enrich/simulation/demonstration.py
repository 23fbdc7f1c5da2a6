"""Demonstration: its lists, its notice, and an invented history for the trends."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from lmsys_enrich.model.catalog import Catalog, key_of
from lmsys_enrich.simulation.papers import Listed

NOTICE = (
    "The facts on this page are simulated: they come from forges, registries of papers, an archive"
    " and websites that are made up."
)

LISTS = (Path(__file__).parent / "fates.yaml",)
"""Lists about the scenario: one link of every fate."""

_WEEKS = 44
_WEEK = timedelta(days=7)
_GONE_EACH = 6  # weeks
_RELICENSED = {2: [{"repository": "example-lab/empty", "change": "MIT → none"}]}
"""Licence changes by weeks ago."""
_HOSTS = ("slides", "blog", "models", "papers")


def listed_links(catalogs: Iterable[Catalog]) -> dict[str, Listed]:
    """Return the words of lists about each link: for an entry's main link, its name, year and publisher."""
    listed: dict[str, Listed] = {}
    for catalog in catalogs:
        listed |= {key_of(link): Listed(f"On {link.url}") for link in catalog.links()}
        for entry in catalog.entries():
            year, venue = entry.cells.get("year"), entry.cells.get("publisher")
            said = Listed(
                entry.name,
                year if isinstance(year, int) else None,
                venue if isinstance(venue, str) else None,
            )
            listed |= {key_of(link): said for link in entry.links if link.role == "url"}
    return listed


def past_lines(today: date, links: int, stars: int) -> str:
    """Return a year's lines of `history.jsonl`, up to the figures of the demonstration."""
    lines = _lines(today, links, stars)
    return "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)


def _lines(today: date, links: int, stars: int) -> Iterator[dict[str, object]]:
    gone = 3
    for week in range(_WEEKS, 0, -1):
        when = today - week * _WEEK
        hosts = _HOSTS[: 1 + week // _GONE_EACH % len(_HOSTS)] if week % _GONE_EACH == 0 else ()
        happened = [f"https://{host}.example.org/{when:%Y}/{week}" for host in hosts]
        gone = 3 if week % (3 * _GONE_EACH) == 1 else gone + len(happened)  # the list is mended at times
        in_list = links * (1000 - 3 * week) // 1000
        yield {
            "date": f"{when:%Y-%m-%d}",
            "links": in_list,
            "alive": max(0, in_list - gone - 4),
            "moved": 3,
            "dead": gone,
            "failing": 3,
            "stars": stars * (1000 - 6 * week - week * week // 20) // 1000,
            "died": happened,
            "relicensed": _RELICENSED.get(week, []),
        }
