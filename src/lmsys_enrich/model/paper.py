"""Facts of registries about a paper."""

from collections.abc import Mapping
from typing import Self

from lmsys_enrich.model.facts import Facts, Update
from lmsys_enrich.values import Count, value_field


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
        """Unite the identifiers: each registry knows its own."""
        return {"ids": {**known.ids, **self.ids}} if known.ids.keys() - self.ids.keys() else {}


class PaperUpdate(Update[Paper]):
    """Facts of one response about a paper."""
