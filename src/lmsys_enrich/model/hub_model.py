"""Facts of a hub about a model, a data set or an application of one."""

from typing import Self

from lmsys_enrich.model.facts import Facts, Update
from lmsys_enrich.values import Count, Moment


class Model(Facts, kw_only=True):
    """
    Facts about a model, or about another thing that a hub of models holds.

    `hub` is the hub's host, `kind` is `model`, `dataset`, `space` or `collection`.
    `license` is the hub's own word for it. `gated` is true where readers must ask for
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
