"""Code shared by the checkers of all forges: links, facts read from tables of fields, verdicts."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from lmsys_enrich.api.json_values import Node
from lmsys_enrich.checkers.protocol import CheckResult, Deferred
from lmsys_enrich.model.facts import ModelUpdate, Repository, RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask, Observation, Suggestion, Verdict
from lmsys_enrich.urls import InvalidAddress, host_of, path_of
from lmsys_enrich.values import Value, replace

_FLAGS = ("archived", "disabled", "locked", "empty", "mirror")
_NOT_FOUND = 404
_NO_FACTS = {"full_name", "id", "forge", "software", "fetched_at", "kept", "renamed_from", "taken_over_by"}
FACTS = frozenset(Repository.__struct_fields__) - _NO_FACTS
"""Facts about a repository that a forge may provide."""

# Every repository has these: null, or a value of another type, is none of them.
_NEVER_NULL = frozenset(
    {
        *("stars", "forks", "archived", "disabled", "locked", "fork", "template", "mirror", "empty"),
        "created_at",
    }
)


class Fact(NamedTuple):
    """The facts that are read from one field of a response, and how."""

    names: tuple[str, ...]
    read: Callable[[object], Mapping[str, object]]


def fact(name: str, read: Callable[[object], object]) -> Fact:
    """Return the rule for reading one fact from one field."""
    return Fact((name,), lambda value: {name: read(value)})


class Identity(Value):
    """A repository's name and id, the host and software of its forge, and the time of the response."""

    full_name: str
    id: int | None
    forge: str
    software: str
    fetched_at: datetime


def read_repository(
    found: Node, table: Mapping[str, Fact], identity: Identity, without: Collection[str] = ()
) -> RepositoryUpdate:
    """
    Read the fields of a table; `without` names fields that have no value because they failed.

    Facts of these, of fields that the response lacks or that cannot be read, and of no
    field at all are missing.
    """
    values: dict[str, object] = {}
    learned: set[str] = set()
    for field, (names, read) in table.items():
        value = found.get(field)
        values |= read(value)
        if field in found and field not in without:
            learned.update(name for name in names if _is_learned(name, value, values[name]))
    facts = Repository(  # the tables give each fact its type
        full_name=identity.full_name,
        id=identity.id,
        forge=identity.forge,
        software=identity.software,
        fetched_at=identity.fetched_at,
        **values,  # type: ignore[arg-type]  # see above
    )
    return RepositoryUpdate(facts, FACTS - learned)


def _is_learned(name: str, value: object, fact: object) -> bool:
    """Return whether a field provides a fact; null, an empty text or list may be that there is none."""
    if fact is not None and fact != ():
        return True
    if name in _NEVER_NULL:
        return False
    if name == "topics":
        return isinstance(value, list | dict)
    return value is None or value == "" or isinstance(value, list | dict)


class ForgeLink(Value, kw_only=True):
    """
    A link to a repository or an account, or to a page below it.

    `page` is the first segment of what lies below `path`, `suffix` all of it, as
    written; `prefix` is written before it. `is_proved_by_page` is true where that page
    itself shows that it is there.
    """

    path: str
    page: str | None = None
    prefix: str = ""
    suffix: str = ""
    is_proved_by_page: bool = False

    @property
    def key(self) -> str:
        """The path, the same for all spellings."""
        return self.path.lower()


class Account(Value):
    """A user, an organisation or a group that exists; `name` is its present one, if known."""

    kind: str
    name: str | None = None


class NotThere(Value):
    """The thing does not exist according to the forge, or is not visible."""


Found: TypeAlias = RepositoryUpdate | Account | NotThere


def path_below(url: str, site: str) -> str | None:
    """Return the path of an address below a forge's host and path; None for an address elsewhere."""
    host, _, root = site.partition("/")
    try:
        path = path_of(url) if host_of(url) == host else ""
    except InvalidAddress:
        return None
    if not root:
        return path or None
    return path.removeprefix(f"/{root}") if path.startswith(f"/{root}/") else None


def judge(  # noqa: PLR0911 - a table of results
    task: LinkTask, link: ForgeLink, found: Found, site: str
) -> CheckResult:
    """Return the result of a link to a forge; `site` is its host, with the path at which it lies."""

    def address(full_name: str) -> str:
        return f"https://{site}/{link.prefix}{full_name}{link.suffix}"

    match found:
        case NotThere():
            # A forge does not say which.
            return dead(task, f"{site} shows no such project: it is gone or private", _NOT_FOUND)
        case Account() | RepositoryUpdate() if link.is_proved_by_page:
            return Deferred(task)
        case Account(kind, name) if name is None or name.lower() == link.key:
            page = f"; no API covers the page itself ({link.page})" if link.page is not None else ""
            return alive(task, f"the {kind} exists{page}")
        case Account(kind, name):
            return moved(task, address(name or link.path), f"the {kind} is now {name}")
        case RepositoryUpdate(facts) if link.page is None:
            return of_repository(task, found, link.path, address)
        case RepositoryUpdate(facts) if facts.full_name.lower() != link.key:
            return moved(task, address(facts.full_name), f"the repository is now {facts.full_name}")
        case RepositoryUpdate():
            return alive(task, f"its repository exists; no API covers the page itself ({link.page})")


def alive(
    task: LinkTask, reason: str, update: RepositoryUpdate | None = None, model: ModelUpdate | None = None
) -> Observation:
    """Return the observation of something that exists at the link's address."""
    return Observation(task.url, Verdict.ALIVE, reason, final_url=task.url, repository=update, model=model)


def moved(
    task: LinkTask,
    url: str,
    why: str,
    update: RepositoryUpdate | None = None,
    model: ModelUpdate | None = None,
) -> Observation:
    """Return the observation of something that exists at another address."""
    return Observation(
        task.url,
        Verdict.MOVED,
        why,
        final_url=url,
        suggestion=Suggestion(url, why),
        repository=update,
        model=model,
    )


def dead(task: LinkTask, reason: str, status: int | None = None) -> Observation:
    """Return the observation of something that does not exist according to its forge."""
    return Observation(task.url, Verdict.DEAD, reason, http_status=status)


def of_repository(
    task: LinkTask, update: RepositoryUpdate, written: str, address: Callable[[str], str]
) -> Observation:
    """
    Return the observation of a repository, with its facts.

    `written` is its name in the link, `address` gives the link's address for another
    name. The id distinguishes a rename, where the repository has another name, from a takeover,
    where the name has another repository.
    """
    facts = update.facts
    previous = task.previous.repository if task.previous is not None else None
    # An id that only outputs hold may have been edited: the forge's replaces it.
    if previous is not None and task.is_proven and _is_another(previous, facts):
        reason = f"another repository has taken this name: its id is {facts.id}, it was {previous.id}"
        # The list means the repository that had the name before: its facts stay.
        return alive(task, reason, RepositoryUpdate(replace(previous, taken_over_by=facts.id)))
    if facts.full_name.lower() == written.lower():
        return alive(task, _with_flags("the repository exists", facts), update)
    renamed = replace(update, facts=replace(facts, renamed_from=written))
    return moved(
        task,
        address(facts.full_name),
        _with_flags(f"the repository is now {facts.full_name}", facts),
        renamed,
    )


def _is_another(previous: Repository, new: Repository) -> bool:
    if previous.forge != new.forge:
        return False
    return previous.id is not None and new.id is not None and previous.id != new.id


def _with_flags(reason: str, facts: Repository) -> str:
    return ", ".join((reason, *(flag for flag in _FLAGS if getattr(facts, flag))))
