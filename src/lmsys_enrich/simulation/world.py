"""What exists in a simulation: repositories, people, websites. Read from a TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from lmsys_enrich.values import Value, value_field

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class SimulatedRepository(Value, kw_only=True):
    """
    A repository with its facts and what lies in it.

    `was` are names that it had before. `fate` is empty, or why nobody gets to see
    it as it is: `blocked` (DMCA), or `sso` (its organisation shuts tokens out).
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
    was: tuple[str, ...] = ()
    fate: str = ""


class SimulatedPage(Value):
    """What a website answers at one path, or what it does instead (`misdeed`)."""

    status: int = 200
    headers: Mapping[str, str] = value_field(default_factory=dict)
    body: str = ""
    head: int | None = None  # another status for HEAD
    misdeed: str = ""


@dataclass(frozen=True)
class World:
    """
    All that there is. A host that is not among `sites` does not exist.

    `pages` of a site are found under their path; any other path is not found.
    """

    repositories: tuple[SimulatedRepository, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    """Users and organisations by login, each with its GraphQL type."""
    sites: Mapping[str, Mapping[str, SimulatedPage]] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> Mapping[str, SimulatedRepository]:
        before = {name.lower(): found for found in reversed(self.repositories) for name in found.was}
        now = {found.name.lower(): found for found in reversed(self.repositories)}
        return {**before, **now}

    def repository(self, name: str) -> SimulatedRepository | None:
        """Return a repository by its name, or by one that it had and nobody has taken since."""
        return self._by_name.get(name.lower())


def read_world(path: Path) -> World:
    """Read a scenario: tables `repositories`, `owners` and `sites`."""
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    repositories = tuple(
        _repository(number, table) for number, table in enumerate(content.get("repositories", ()), 1)
    )
    owners = {repository.name.partition("/")[0]: "Organization" for repository in repositories}
    sites = {
        host: {location: SimulatedPage(**page) for location, page in pages.items()}
        for host, pages in content.get("sites", {}).items()
    }
    return World(repositories, {**owners, **content.get("owners", {})}, sites)


def _repository(number: int, table: Mapping[str, Any]) -> SimulatedRepository:
    values: dict[str, Any] = {
        "id": number,
        **{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()},
    }
    # TOML has no word for nothing: a branch without a name is none.
    values["branch"] = values.get("branch", "main") or None
    return SimulatedRepository(**values)
