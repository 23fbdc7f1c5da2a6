"""What a forge knows about a repository, and how old and new knowledge become one."""

from lmsys_enrich.values import Count, Moment, Value, replace, value_field


class Release(Value):
    """The latest release that is neither a draft nor a pre-release."""

    tag: str
    published_at: Moment | None


class Repository(Value, kw_only=True):
    """
    The facts about a repository, all times in UTC.

    `license` is an SPDX identifier, `"other"` where the forge cannot classify
    the file, None where there is none. `last_commit` is the committer date of
    the default branch's head. `fetched_at` dates the facts; the few that could
    not be learned then and were kept from earlier have their own dates in `kept`.
    `taken_over_by` is set while the name answers for another repository: its id.
    """

    full_name: str
    id: Count | None
    fetched_at: Moment
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
    kept: dict[str, Moment] = value_field(default_factory=dict)


class RepositoryUpdate(Value):
    """
    What one answer told about a repository.

    `unlearned` names the fields whose value in `facts` means nothing because the
    forge failed to tell them: None there is not the fact that there is none.
    """

    facts: Repository
    missing_fields: frozenset[str] = frozenset()


def merge(known: Repository | None, update: RepositoryUpdate) -> Repository:
    """
    Return the new facts, with what was not learned kept from the earlier ones.

    Only facts about the same repository are kept: another `id` is another
    repository, whatever its name.
    """
    new = update.facts
    if known is None or not update.missing_fields or (known.id is not None and known.id != new.id):
        return new
    earlier = {name: getattr(known, name) for name in _FACTS & update.missing_fields}
    dates = {name: known.kept.get(name, known.fetched_at) for name in sorted(earlier)}
    return replace(new, **earlier, kept=dates)


_FACTS = frozenset(Repository.__struct_fields__) - {"full_name", "id", "fetched_at", "kept"}
