"""Facts of a forge about a repository."""

from typing import Self

from lmsys_enrich.model.facts import Facts, Update
from lmsys_enrich.values import Count, Moment, Value

GITHUB = "github.com"
"""Host of the forge of facts that older caches and outputs hold: these knew no other."""


class Release(Value):
    """The latest release that is neither a draft nor a pre-release."""

    tag: str
    published_at: Moment | None


class Repository(Facts, kw_only=True):
    """
    Facts about a repository.

    `forge` is the host of the forge that it is on: names and ids of two forges have
    nothing to do with each other. `software` is what the forge runs: `github`,
    `gitlab` or `forgejo`. `license` is an SPDX identifier, `"other"` where the
    forge cannot classify the file, None where there is none. `last_commit` is the
    committer date of the default branch's head. `taken_over_by` is set while the name
    answers for another repository: its id.
    """

    full_name: str
    id: Count | None
    forge: str = GITHUB
    software: str = "github"
    stars: Count | None = None
    forks: Count | None = None
    license: str | None = None
    last_commit: Moment | None = None
    pushed_at: Moment | None = None
    created_at: Moment | None = None
    archived: bool | None = None
    archived_at: Moment | None = None
    disabled: bool | None = None
    locked: bool | None = None
    fork: bool | None = None
    template: bool | None = None
    mirror: bool | None = None
    empty: bool | None = None
    description: str | None = None
    homepage: str | None = None
    language: str | None = None
    topics: tuple[str, ...] = ()
    default_branch: str | None = None
    latest_release: Release | None = None
    renamed_from: str | None = None
    taken_over_by: Count | None = None

    @property
    def key(self) -> str:
        """The name by which links refer to it: of GitHub's `owner/name`, of another forge's `host/path`."""
        return repository_key(self.forge, self.full_name)

    @property
    def identity(self) -> tuple[str, int | str]:
        """Forge and id, which survives a rename; forge and name where no id is known."""
        return self.forge, self.full_name.lower() if self.id is None else self.id

    def is_same(self, known: Self) -> bool:
        return known.forge == self.forge and known.id in {None, self.id}


class RepositoryUpdate(Update[Repository]):
    """Facts of one response about a repository."""


def repository_key(forge: str, full_name: str) -> str:
    """Return the key of a repository; GitHub's have one slash, all others more."""
    return full_name if forge == GITHUB else f"{forge}/{full_name}"
