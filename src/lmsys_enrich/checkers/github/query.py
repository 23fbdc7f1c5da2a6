"""
GraphQL query of a batch: an alias for each item, one fragment, variables for all values.

Values are variables, so that batches of one shape have the same text; the facts
are in one fragment, because GitHub also limits the time for reading a query.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lmsys_enrich.checkers.github.batches import BatchItem, OwnerItem, RepositoryItem
from lmsys_enrich.checkers.github.lookups import Lookup, lookups
from lmsys_enrich.values import Value

_PART = "part"
_IDENTITY = "nameWithOwner databaseId"
# No counts of issues or commits: with them, batches exceed the ten seconds that GitHub allows.
_FACTS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("stargazerCount", "forkCount", "description", "homepageUrl", "isArchived", "archivedAt"),
            *(
                "isDisabled",
                "isLocked",
                "isFork",
                "isTemplate",
                "isMirror",
                "isEmpty",
                "createdAt",
                "pushedAt",
            ),
        )
    },
    "primaryLanguage": "primaryLanguage{name}",
    "licenseInfo": "licenseInfo{spdxId}",
    "defaultBranchRef": "defaultBranchRef{name target{... on Commit{committedDate}}}",
    "latestRelease": "latestRelease{tagName publishedAt}",
    "repositoryTopics": "repositoryTopics(first:20){nodes{topic{name}}}",
}


class Query(Value):
    """A GraphQL document and its variables."""

    text: str
    variables: dict[str, str | int]


def alias_of(position: int) -> str:
    """Return the alias of the batch's item at that position."""
    return f"r{position}"


def lookup_alias(link: int, candidate: int) -> str:
    """Return the alias of one lookup of the item's link at that position."""
    return f"{_PART}{link}_{candidate}"


def is_lookup_alias(name: str) -> bool:
    """Return true if a field of a result is a lookup and no fact."""
    return name.startswith(_PART)


def query(batch: Sequence[BatchItem], left_out: Collection[str] = ()) -> Query:
    """Write the query of a batch, without the fields that the server lacks."""
    writer = _QueryWriter(left_out)
    fields = " ".join(f"{alias_of(position)}:{writer.item(item)}" for position, item in enumerate(batch))
    declared = ",".join(f"${name}:{kind}" for name, kind in writer.types.items())
    text = f"query({declared}){{rateLimit{{cost remaining resetAt}} {fields}}}"
    wants_facts = any(isinstance(item, RepositoryItem) and item.wants_facts for item in batch)
    if not wants_facts:
        return Query(text, writer.variables)
    facts = " ".join(selection for name, selection in _FACTS.items() if name not in left_out)
    return Query(f"{text}\nfragment Facts on Repository{{{_IDENTITY} {facts}}}", writer.variables)


@dataclass(slots=True)
class _QueryWriter:
    """Writes items, with a variable for each value."""

    left_out: Collection[str]
    variables: dict[str, str | int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)

    def item(self, item: BatchItem) -> str:
        if isinstance(item, OwnerItem):
            return f"repositoryOwner(login:{self._variable('String!', item.login)}){{login}}"
        owner = self._variable("String!", item.name.owner)
        name = self._variable("String!", item.name.name)
        selection = ["...Facts" if item.wants_facts else _IDENTITY]
        for number, (_, link) in enumerate(item.links):
            for candidate, lookup in enumerate(lookups(link.resource, self.left_out)):
                selection.append(f"{lookup_alias(number, candidate)}:{self._lookup(lookup)}")
        return f"repository(owner:{owner} name:{name}){{{' '.join(selection)}}}"

    def _lookup(self, lookup: Lookup) -> str:
        """Write a lookup; an argument without a name goes into its selection."""
        selection = lookup.selection
        arguments: list[str] = []
        for name, kind, value in lookup.arguments:
            variable = self._variable(kind, value)
            if name:
                arguments.append(f"{name}:{variable}")
            else:
                selection = selection % variable
        return f"{lookup.field}({' '.join(arguments)}){selection}"

    def _variable(self, kind: str, value: str | int) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        self.types[name] = kind
        return f"${name}"
