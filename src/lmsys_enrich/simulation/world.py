"""World of a simulation: its repositories, owners and websites, read from a TOML file or made from links."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lmsys_enrich.checkers.github.links import (
    Asset,
    Commit,
    Discussion,
    File,
    Issue,
    OwnerLink,
    RepoResource,
    RepositoryLink,
    Tag,
    parse_link,
)
from lmsys_enrich.simulation.forges import Projects, read_projects, with_projects
from lmsys_enrich.simulation.papers import Library, Listed, read_library, with_papers
from lmsys_enrich.values import Value, replace, value_field

SCENARIO = Path(__file__).parent / "scenario.toml"
"""Default scenario: one thing of every kind."""

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_GITHUB = "https://github.com"
_LICENSES = ("Apache-2.0", "Apache-2.0", "MIT", "MIT", "BSD-3-Clause", "NOASSERTION", None)
_LANGUAGES = ("Python", "Python", "C++", "Cuda", "Go", "Rust")
_LATEST = datetime(2026, 11, 20, tzinfo=UTC)
_MOST_DAYS = 900
_MOST_STARS = 60_000


class SimulatedRepository(Value, kw_only=True):
    """
    A repository with its facts and its content.

    `refs` are branches, tags and commits beside `branch`, `assets` the files of every
    release. `was` are former names. `fate` is empty, `blocked` (DMCA), or `sso` (its
    organisation rejects tokens).
    """

    name: str
    id: int
    stars: int = 0
    forks: int = 0
    description: str | None = None
    homepage: str | None = None
    language: str | None = None
    license: str | None = None
    topics: tuple[str, ...] = ()
    branch: str | None = "main"
    refs: tuple[str, ...] = ()
    created_at: datetime = _LONG_AGO
    pushed_at: datetime = _LONG_AGO
    committed_at: datetime | None = None
    archived_at: datetime | None = None
    disabled: bool = False
    locked: bool = False
    fork: bool = False
    template: bool = False
    mirror: bool = False
    files: tuple[str, ...] = ("README.md",)
    issues: tuple[int, ...] = ()
    pulls: tuple[int, ...] = ()
    discussions: tuple[int, ...] = ()
    releases: Mapping[str, datetime] = value_field(default_factory=dict)
    assets: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    fate: str = ""


class SimulatedPage(Value):
    """Response of a website at one path, or its `misdeed` in place of one."""

    status: int = 200
    headers: Mapping[str, str] = value_field(default_factory=dict)
    body: str = ""
    head: int | None = None  # another status for HEAD
    misdeed: str = ""


@dataclass(frozen=True)
class World:
    """
    All things of a simulation. A host that is not among `sites` does not exist.

    `pages` of a site are found under their path; any other path is not found.
    """

    repositories: tuple[SimulatedRepository, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    """Users and organisations by login, each with its GraphQL type."""
    sites: Mapping[str, Mapping[str, SimulatedPage]] = field(default_factory=dict)
    library: Library = field(default_factory=Library)
    projects: Projects = field(default_factory=Projects)
    """Projects of other forges, and models."""

    @cached_property
    def _by_name(self) -> Mapping[str, SimulatedRepository]:
        before = {name.lower(): found for found in reversed(self.repositories) for name in found.was}
        now = {found.name.lower(): found for found in reversed(self.repositories)}
        return {**before, **now}

    def repository(self, name: str) -> SimulatedRepository | None:
        """Return a repository by its name, or by a former name that no other has taken."""
        return self._by_name.get(name.lower())


def read_world(path: Path) -> World:
    """Read a scenario: tables `repositories`, `owners`, `sites`, `papers` and `snapshots`."""
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    repositories = tuple(
        _repository(number, table) for number, table in enumerate(content.get("repositories", ()), 1)
    )
    owners = {repository.name.partition("/")[0]: "Organization" for repository in repositories}
    sites = {
        host: {location: SimulatedPage(**page) for location, page in pages.items()}
        for host, pages in content.get("sites", {}).items()
    }
    known = {**owners, **content.get("owners", {})}
    projects = read_projects(content.get("projects", ()))
    return World(repositories, known, sites, read_library(content), projects)


def _repository(number: int, table: Mapping[str, Any]) -> SimulatedRepository:
    values: dict[str, Any] = {
        "id": number,
        **{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()},
    }
    # TOML has no word for nothing: a branch without a name does not exist.
    values["branch"] = values.get("branch", "main") or None
    return SimulatedRepository(**values)


def with_links(world: World, listed: Mapping[str, Listed]) -> World:
    """Return the world with a repository, paper or page for each link that has none."""
    repositories: dict[str, SimulatedRepository] = {}
    owners: dict[str, str] = {}
    sites = {host: dict(pages) for host, pages in world.sites.items()}
    for url in listed:
        match parse_link(url, _GITHUB):
            case OwnerLink(login):
                owners[login] = "User"
            case RepositoryLink(name, resource) if world.repository(str(name)) is None:
                made_up = repositories.get(name.key) or _made_up_repository(str(name))
                repositories[name.key] = _with_resource(made_up, resource)
            case None if host := urlsplit(url).hostname:
                parts = urlsplit(url)
                target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
                sites.setdefault(host, {}).setdefault(target, SimulatedPage())
    owners |= {repository.name.partition("/")[0]: "Organization" for repository in repositories.values()}
    return replace_fields(
        world,
        repositories=(*world.repositories, *repositories.values()),
        owners={**owners, **world.owners},
        sites=sites,
        library=with_papers(world.library, listed),
        projects=with_projects(world.projects, listed),
    )


def _made_up_repository(name: str) -> SimulatedRepository:
    """Invent plausible facts about a repository, always the same ones for a name."""
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


def _with_resource(repository: SimulatedRepository, resource: RepoResource | None) -> SimulatedRepository:
    """Return the repository with what a link leads to within it; the first segment is taken for the ref."""
    match resource:
        case File((ref, *path)):
            files = (*repository.files, "/".join(path)) if path else repository.files
            return replace(repository, refs=(*repository.refs, ref), files=files)
        case Commit(revision):
            return replace(repository, refs=(*repository.refs, revision))
        case Issue(number):
            return replace(repository, issues=(*repository.issues, number))
        case Discussion(number):
            return replace(repository, discussions=(*repository.discussions, number))
        case Tag(tag) | Asset(tag):
            assets = (*repository.assets, resource.file) if isinstance(resource, Asset) else repository.assets
            releases = {**repository.releases, tag: repository.pushed_at}
            return replace(repository, releases=releases, assets=assets)
        case _:
            return repository
