"""Facts about repositories, papers and models, and the merging of old and new facts about one subject."""

from collections.abc import Mapping
from typing import Generic, Self, TypeVar

from lmsys_enrich.values import Count, Moment, Value, replace, value_field


class Facts(Value, kw_only=True):
    """
    Base class of facts about one subject, all times in UTC.

    `fetched_at` dates the facts; the few that could not be learned then and were kept
    from earlier have their own dates in `kept`.
    """

    fetched_at: Moment
    kept: dict[str, Moment] = value_field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name by which links refer to the subject."""
        raise NotImplementedError

    def is_same(self, known: Self) -> bool:
        """Return whether these and the known facts are about the same subject."""
        raise NotImplementedError

    def joined(self, known: Self) -> Mapping[str, object]:
        """Return the merged values of the fields whose new and known values are combined."""
        del known
        return {}


FactsT = TypeVar("FactsT", bound=Facts)


class Update(Value, Generic[FactsT]):
    """
    Facts of one response.

    `missing_fields` names the fields whose value in `facts` is meaningless, because the
    response did not have them: there None does not mean that no value exists.
    """

    facts: FactsT
    missing_fields: frozenset[str] = frozenset()


def merge(known: FactsT | None, update: Update[FactsT]) -> FactsT:
    """Return the new facts, completed by known ones that the response lacks, each with its date."""
    new = update.facts
    if known is None or not new.is_same(known):
        return new
    fields = update.missing_fields.intersection(new.__struct_fields__)
    earlier = {name: getattr(known, name) for name in fields}
    learned = {name: known.kept.get(name, known.fetched_at) for name in sorted(earlier)}
    dates = {name: at for name, at in learned.items() if at != new.fetched_at}
    joined = new.joined(known)
    if not earlier and not joined:
        return new
    return replace(new, **earlier, **joined, kept=dates)


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
    names another repository: its id.
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
        """The name by which links refer to it: `owner/name` on GitHub, `host/path` on other forges."""
        return repository_key(self.forge, self.full_name)

    @property
    def identity(self) -> tuple[str, int | str]:
        """Forge and id, which survives a rename; forge and name where no id is known."""
        return self.forge, self.full_name.lower() if self.id is None else self.id

    def is_same(self, known: Self) -> bool:
        if self.id is None:  # half a response: the name alone identifies it
            return known.key.lower() == self.key.lower()
        return known.forge == self.forge and known.id in {None, self.id}

    def joined(self, known: Self) -> Mapping[str, object]:
        """Keep the id that a response lacks."""
        return {"id": known.id} if self.id is None and known.id is not None else {}


class RepositoryUpdate(Update[Repository]):
    """Facts of one response about a repository."""


def repository_key(forge: str, full_name: str) -> str:
    """Return the key of a repository; GitHub's have one slash, all others more."""
    return full_name if forge == GITHUB else f"{forge}/{full_name}"


class Paper(Facts, kw_only=True):
    """
    Facts about a paper, from all registries that know it.

    `ids` has its identifiers by registry (`arxiv`, `doi`, `acl`, `s2`, …), without
    version and in lower case where case does not matter. `version` is the newest one.
    `published_as` is the DOI of the published paper, where this one is its preprint.
    """

    ids: dict[str, str] = value_field(default_factory=dict)
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: Count | None = None
    venue: str | None = None
    version: Count | None = None
    published_as: str | None = None
    citations: Count | None = None
    withdrawn: bool | None = None
    retracted: bool | None = None

    @property
    def key(self) -> str:
        """The name by which links refer to it: registry and identifier, of the first that is known."""
        return next((f"{registry}:{id_}" for registry, id_ in self.ids.items()), "")

    def is_same(self, known: Self) -> bool:
        shared = self.ids.keys() & known.ids.keys()
        return not shared or any(self.ids[registry] == known.ids[registry] for registry in shared)

    def joined(self, known: Self) -> Mapping[str, object]:
        """Merge the identifiers: each registry knows its own."""
        return {"ids": {**known.ids, **self.ids}} if known.ids.keys() - self.ids.keys() else {}


class PaperUpdate(Update[Paper]):
    """Facts of one response about a paper."""


class Model(Facts, kw_only=True):
    """
    Facts about a model, or about another thing that a hub of models holds.

    `hub` is the hub's host, `kind` is `model`, `dataset`, `space` or `collection`.
    `license` is the hub's own word for it. `gated` is true where readers must request
    access; the facts are public all the same.
    """

    full_name: str
    kind: str = "model"
    hub: str = "huggingface.co"
    likes: Count | None = None
    downloads: Count | None = None
    license: str | None = None
    created_at: Moment | None = None
    last_modified: Moment | None = None
    gated: bool | None = None
    disabled: bool | None = None
    task: str | None = None
    renamed_from: str | None = None

    @property
    def key(self) -> str:
        """The name by which links refer to it."""
        return f"{self.hub}/{self.kind}/{self.full_name}"

    def is_same(self, known: Self) -> bool:
        names = {self.full_name.lower(), (self.renamed_from or "").lower()}
        return (self.hub, self.kind) == (known.hub, known.kind) and known.full_name.lower() in names


class ModelUpdate(Update[Model]):
    """Facts of one response about a model."""
