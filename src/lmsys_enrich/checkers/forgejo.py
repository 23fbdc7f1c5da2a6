"""Forgejo checker: repositories and their owners on Forgejo and Gitea, one by one through REST."""

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, count, flag, moment, node, text, texts
from lmsys_enrich.api.rate_limiter import MAX_IN_FLIGHT
from lmsys_enrich.api.results import Final, Ok, QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.batched import BY_PAGES, Subjects, estimate_of
from lmsys_enrich.checkers.protocol import Checker, CheckResult, Deferred, Estimate, TaskQueue
from lmsys_enrich.checkers.repositories import GONE_OR_PRIVATE, alive, dead, moved, of_repository
from lmsys_enrich.model.facts import Repository, RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.access import ForgeAccess
from lmsys_enrich.urls import InvalidAddress, host_of, path_of
from lmsys_enrich.values import Value, replace

_OK, _NOT_FOUND = 200, 404
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
# https://codeberg.org/forgejo/forgejo/src/branch/forgejo/models/user/user.go: reservedUsernames
_SITE_PAGES = frozenset(
    {
        *("-", "admin", "api", "assets", "attachments", "avatar", "avatars", "captcha", "commits", "debug"),
        *("devtest", "error", "explore", "favicon.ico", "ghost", "issues", "login", "metrics", "milestones"),
        *("new", "notifications", "org", "pulls", "raw", "repo", "repo-avatars", "robots.txt", "search"),
        *("serviceworker.js", "ssh_info", "stars", "swagger.v1.json", "user", "v2"),
    }
)
# Pages that tell by themselves whether the thing is there; the others have their repository's verdict.
_PROVED_BY_PAGE = frozenset(
    {"src", "raw", "media", "commit", "issues", "pulls", "releases", "blame", "archive"}
)
_TELLS: Mapping[str, str] = {
    "stars_count": "stars",
    "forks_count": "forks",
    "archived": "archived",
    "archived_at": "archived_at",
    "created_at": "created_at",
    "default_branch": "default_branch",
    "description": "description",
    "website": "homepage",
    "language": "language",
    "topics": "topics",
    "mirror": "mirror",
    "fork": "fork",
    "template": "template",
    "empty": "empty",
    "licenses": "license",  # of Gitea since 1.23; Forgejo tells none
}
_FACTS = frozenset({*_TELLS.values(), "last_commit", "pushed_at", "disabled", "locked", "latest_release"})


class ForgejoLink(Value):
    """A link to an owner, to a repository, or to a `page` below one; `suffix` is the rest of the address."""

    owner: str
    name: str | None
    page: str | None = None
    suffix: str = ""

    @property
    def full_name(self) -> str:
        return self.owner if self.name is None else f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        return self.full_name.lower()


class Account(Value):
    """A user or an organisation that exists, under its present name."""

    name: str


class NotThere(Value):
    """The forge says that there is no such thing, or does not show it."""


Found: TypeAlias = RepositoryUpdate | Account | NotThere


def parse_link(url: str, host: str) -> ForgejoLink | None:  # noqa: PLR0911 - a table of forms
    """Return the link, or None for an address of another host, and for a page of the forge itself."""
    if host not in url:
        return None  # nearly every link of nearly every list; a key has its host in small letters
    try:
        if host_of(url) != host:
            return None
        segments = [segment for segment in path_of(url).split("/") if segment]
    except InvalidAddress:
        return None
    if not segments or segments[0].lower() in _SITE_PAGES:
        return None
    if len(segments) == 1:
        owner = segments[0]
        is_feed = owner.endswith((".rss", ".atom", ".png", ".keys", ".gpg"))
        return None if is_feed or not _is_name(owner) else ForgejoLink(owner, None)
    owner, name, below = segments[0], segments[1].removesuffix(".git"), segments[2:]
    if not (_is_name(owner) and _is_name(name)):
        return None
    return ForgejoLink(owner, name, below[0] if below else None, f"/{'/'.join(below)}" if below else "")


def from_rest(found: Node, forge: str, now: datetime) -> RepositoryUpdate | None:
    """Read a body of `GET /repos/{owner}/{repo}`; None where it has no name."""
    full_name = text(found.get("full_name"))
    if full_name is None or full_name.count("/") != 1 or not all(map(_is_name, full_name.split("/"))):
        return None
    archived_at = moment(found.get("archived_at"))
    facts = Repository(
        full_name=full_name,
        id=count(found.get("id")),
        forge=forge,
        software="forgejo",
        fetched_at=now,
        stars=count(found.get("stars_count")),
        forks=count(found.get("forks_count")),
        archived=flag(found.get("archived")),
        # The time zero stands for a repository that is not archived.
        archived_at=archived_at if flag(found.get("archived")) and archived_at else None,
        created_at=moment(found.get("created_at")),
        default_branch=text(found.get("default_branch")),
        description=text(found.get("description")),
        homepage=text(found.get("website")),
        language=text(found.get("language")),
        topics=texts(found.get("topics")),
        mirror=flag(found.get("mirror")),
        fork=flag(found.get("fork")),
        template=flag(found.get("template")),
        empty=flag(found.get("empty")),
        license=next(iter(texts(found.get("licenses"))), None),
    )
    return RepositoryUpdate(facts, _FACTS - {name for field, name in _TELLS.items() if field in found})


def forgejo_checkers(apis: Apis) -> Iterable[Checker]:
    """Return a checker for each Forgejo that is known or that the settings name."""
    return [ForgejoChecker(apis, forge) for forge in apis.access.forgejo]


class ForgejoChecker:
    """
    Checks repositories and their owners on one Forgejo.

    A rename is a redirect with 307, a temporary one: it is known by the other name. A page
    below a repository is proved by itself, or has the verdict of its repository.
    """

    def __init__(self, apis: Apis, forge: ForgeAccess) -> None:
        self._host = forge.host
        self._clock = apis.clock
        name = "Codeberg" if forge.host == "codeberg.org" else forge.host
        variable = "CODEBERG_TOKEN" if forge.host == "codeberg.org" else "LMSYS_ENRICH_TOKENS"
        service = Service(name, f"https://{forge.host}", variable, token_prefix="token ")  # noqa: S106
        self._api = JsonApi(apis, service, f"{forge.url}/api/v1", forge.token)
        self._subjects: Subjects[str, ForgejoLink] | None = None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._subjects.obstacles(self._api, BY_PAGES) if self._subjects is not None else ()

    def claims(self, url: str) -> bool:
        return self._parse(url) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        links = [(url, link) for url in urls if (link := self._parse(url)) is not None]
        owners = {link.key for _, link in links if link.name is None}
        repositories = {link.key for _, link in links if link.name is not None}
        requests = len(owners) + 2 * len(repositories)  # the second for the last commit
        pages = tuple(url for url, link in links if link.page in _PROVED_BY_PAGE)
        return Estimate((estimate_of(self._api, self._host, requests),), pages)

    def advice(self, count: int) -> str | None:
        del count  # anonymous requests are enough
        return None

    async def check(self, queue: TaskQueue) -> AsyncGenerator[CheckResult, None]:
        self._subjects = subjects = Subjects(queue.planned, self._parse, lambda link: link.key)
        results = subjects.look_up(
            self._look_up, self._judge, in_flight=MAX_IN_FLIGHT, defers_unanswered=True
        )
        async with aclosing(results):
            async for result in results:
                yield result

    async def _look_up(
        self, keys: Sequence[str]
    ) -> Mapping[str, Found] | QueryTooLarge | TransientError | Unavailable:
        (key,) = keys
        if "/" not in key:
            result = await self._api.get(f"/users/{quote(key)}")
            body = result.body if isinstance(result, Ok) and result.status == _OK else None
            login = text(node(body).get("login"))
            return {key: Account(login)} if login is not None else _failure(key, result)
        result = await self._api.get(f"/repos/{quote(key)}")
        if not isinstance(result, Ok) or result.status != _OK:
            return _failure(key, result)
        update = from_rest(node(result.body), self._host, self._clock.run_time)
        if update is None:
            return TransientError("a response that names no repository")
        return {key: await self._with_last_commit(update)}

    async def _with_last_commit(self, update: RepositoryUpdate) -> RepositoryUpdate:
        """Add the date of the default branch's head: `updated_at` moves with stars and settings too."""
        facts = update.facts
        if facts.empty or facts.default_branch is None:
            return update
        branch = quote(facts.default_branch, safe="")
        result = await self._api.get(f"/repos/{quote(facts.full_name)}/branches/{branch}")
        commit = node(node(result.body).get("commit")) if isinstance(result, Ok) else {}
        at = moment(commit.get("timestamp"))
        if at is None:
            return update
        return RepositoryUpdate(replace(facts, last_commit=at), update.missing_fields - {"last_commit"})

    def _judge(self, task: LinkTask, link: ForgejoLink, found: Found) -> CheckResult:
        match found:
            case NotThere():
                return dead(task, GONE_OR_PRIVATE.format(self._host), _NOT_FOUND)
            case Account(name):
                if name.lower() == link.key:
                    return alive(task, "the account is there")
                return moved(task, f"https://{self._host}/{name}", f"the account is now {name}")
            case RepositoryUpdate():
                return self._of_repository(task, link, found)

    def _of_repository(self, task: LinkTask, link: ForgejoLink, update: RepositoryUpdate) -> CheckResult:
        def address(full_name: str) -> str:
            return f"https://{self._host}/{full_name}{link.suffix}"

        full_name = update.facts.full_name
        if link.page is None:
            return of_repository(task, update, link.full_name, address)
        if link.page in _PROVED_BY_PAGE:
            return Deferred(task)
        if full_name.lower() != link.key:
            return moved(task, address(full_name), f"the repository is now {full_name}")
        return alive(task, f"its repository is there; no API proves the page itself ({link.page})")

    def _parse(self, url: str) -> ForgejoLink | None:
        return parse_link(url, self._host)


def _failure(key: str, result: Final) -> Mapping[str, Found] | QueryTooLarge | TransientError | Unavailable:
    match result:
        # In the form of Forgejo's `APINotFound`, which every proxy's own page lacks.
        case Ok(status, _, body) if status == _NOT_FOUND and text(node(body).get("message")) is not None:
            return {key: NotThere()}
        case Ok(status):
            return TransientError(f"status {status}")
        case _:
            return result


def _is_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None and value not in {".", ".."}
