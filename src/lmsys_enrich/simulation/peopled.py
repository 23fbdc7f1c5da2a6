"""A world in which the links of a list exist, so that any list can be shown on it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from lmsys_enrich.simulation.world import SimulatedPage, SimulatedRepository, World

_GITHUB = "github.com"
_LICENSES = ("Apache-2.0", "Apache-2.0", "MIT", "MIT", "BSD-3-Clause", "NOASSERTION", None)
_LANGUAGES = ("Python", "Python", "C++", "Cuda", "Go", "Rust")
_LATEST = datetime(2026, 11, 20, tzinfo=UTC)
_MOST_DAYS = 900
_MOST_STARS = 60_000


def with_links(world: World, urls: Iterable[str]) -> World:
    """Return the world with everything that the links lead to; what it has already stays as it is."""
    repositories: dict[str, SimulatedRepository] = {}
    sites = {host: dict(pages) for host, pages in world.sites.items()}
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname == _GITHUB:
            name = "/".join(parts.path.strip("/").split("/")[:2]).removesuffix(".git")
            if "/" in name and world.repository(name) is None:
                repositories.setdefault(name.lower(), _repository(name))
        elif parts.hostname:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            sites.setdefault(parts.hostname, {}).setdefault(target, SimulatedPage())
    owners = {repository.name.partition("/")[0]: "Organization" for repository in repositories.values()}
    return replace(
        world,
        repositories=(*world.repositories, *repositories.values()),
        owners={**owners, **world.owners},
        sites=sites,
    )


def _repository(name: str) -> SimulatedRepository:
    """Make facts up that look like those of a repository, the same for a name each time."""
    chance = int(sha256(name.lower().encode()).hexdigest(), 16)
    days = chance % _MOST_DAYS
    committed = _LATEST - timedelta(days=days * days // _MOST_DAYS)
    return SimulatedRepository(
        name=name,
        id=chance % 2**31,
        stars=chance // 7 % 1000 * (chance // 11 % 1000) * _MOST_STARS // 1_000_000,
        forks=chance // 13 % 900,
        language=_LANGUAGES[chance // 17 % len(_LANGUAGES)],
        license=_LICENSES[chance // 19 % len(_LICENSES)],
        committed_at=committed,
        pushed_at=committed,
    )
