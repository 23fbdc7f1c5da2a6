"""Forgejo checker: repositories and their owners on Forgejo and Gitea, one by one through REST."""

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from urllib.parse import quote

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, count, flag, moment, node, text, texts
from lmsys_enrich.api.rate_limiter import MAX_IN_FLIGHT
from lmsys_enrich.api.results import Final, Ok, QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.batched import BY_PAGES, Subjects, estimate_of
from lmsys_enrich.checkers.forges import (
    Account,
    ForgeLink,
    Found,
    Identity,
    NotThere,
    fact,
    judge,
    path_below,
    read_repository,
)
from lmsys_enrich.checkers.protocol import Checker, CheckResult, Estimate, TaskQueue
from lmsys_enrich.clock import EPOCH
from lmsys_enrich.model.facts import RepositoryUpdate
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.model.report import Obstacle
from lmsys_enrich.settings.access import ForgeAccess
from lmsys_enrich.urls import query_of
from lmsys_enrich.values import replace

_OK, _NOT_FOUND = 200, 404
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
# https://codeberg.org/forgejo/forgejo/src/branch/forgejo/models/user/user.go: reservedUsernames
_SITE_PAGES = frozenset(
    {
        *("-", ".well-known", "admin", "api", "assets", "attachments", "avatar", "avatars", "captcha"),
        *("commits", "debug", "devtest", "error", "explore", "favicon.ico", "ghost", "issues", "login"),
        *("manifest.json", "media", "metrics", "milestones", "new", "notifications", "org", "pulls", "raw"),
        *("repo", "repo-avatars", "robots.txt", "search", "serviceworker.js", "ssh_info", "stars"),
        *("swagger.v1.json", "user", "v2"),
    }
)
_FEEDS = (".rss", ".atom", ".png", ".keys", ".gpg")  # of accounts
# Endings that no repository may have: `reservedRepoPatterns` in models/repo/repo.go.
_NO_REPOSITORIES = (".rss", ".atom", ".wiki")
# Pages that show by themselves whether the thing is there; the others have their repository's verdict.
_PROVED_BY_PAGE = frozenset(
    {"-", "src", "raw", "media", "commit", "issues", "pulls", "releases", "blame", "archive"}
)
_REST = {
    "stars_count": fact("stars", count),
    "forks_count": fact("forks", count),
    "archived": fact("archived", flag),
    "archived_at": fact("archived_at", moment),
    "created_at": fact("created_at", moment),
    "default_branch": fact("default_branch", text),
    "description": fact("description", text),
    "website": fact("homepage", text),
    "language": fact("language", text),
    "topics": fact("topics", texts),
    "mirror": fact("mirror", flag),
    "fork": fact("fork", flag),
    "template": fact("template", flag),
    "empty": fact("empty", flag),
    # Of Gitea since 1.23, several where there are several files; Forgejo has none.
    "licenses": fact("license", lambda value: ", ".join(texts(value)) or None),
}


def parse_link(url: str, site: str) -> ForgeLink | None:
    """Return the link, or None for an address of another site, and for a page of the forge itself."""
    path = path_below(url, site)
    if path is None:
        return None
    segments, query = [segment for segment in path.split("/") if segment], query_of(url)
    if not segments or segments[0].lower() in _SITE_PAGES:
        return None
    if len(segments) == 1:
        owner = segments[0]
        return None if owner.endswith(_FEEDS) or not _is_name(owner) else ForgeLink(path=owner)
    owner, name, below = segments[0], segments[1].removesuffix(".git"), segments[2:]
    if not (_is_name(owner) and _is_name(name)) or name.endswith(_NO_REPOSITORIES):
        return None
    path = f"{owner}/{name}"
    if name == "-":  # packages and projects of an account
        path, below = owner, segments[1:]
    return ForgeLink(
        path=path,
        page=below[0] if below else None,
        suffix=f"/{'/'.join(below)}{query}" if below else query,
        is_proved_by_page=bool(below) and below[0] in _PROVED_BY_PAGE,
    )


def from_rest(found: Node, forge: str, now: datetime) -> RepositoryUpdate | None:
    """Read a body of `GET /repos/{owner}/{repo}`; None where it has no name."""
    full_name = text(found.get("full_name"))
    if full_name is None or full_name.count("/") != 1 or not all(map(_is_name, full_name.split("/"))):
        return None
    identity = Identity(full_name, count(found.get("id")), forge, "forgejo", now)
    update = read_repository(found, _REST, identity)
    archived_at = update.facts.archived_at
    if not update.facts.archived or (archived_at is not None and archived_at <= EPOCH):
        # The time zero means that it is not archived, or was before Gitea noted the time.
        return replace(update, facts=replace(update.facts, archived_at=None))
    return update


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
        self._site = forge.site
        self._clock = apis.clock
        name = "Codeberg" if forge.host == "codeberg.org" else forge.host
        variable = "CODEBERG_TOKEN" if forge.host == "codeberg.org" else "LMSYS_ENRICH_TOKENS"
        service = Service(name, f"https://{forge.host}", variable, token_prefix="token ")  # noqa: S106 - an authentication scheme
        self._api = JsonApi(apis, service, f"{forge.url}/api/v1", forge.token)
        self._subjects: Subjects[str, ForgeLink] | None = None

    @property
    def obstacles(self) -> Sequence[Obstacle]:
        return self._subjects.obstacles(self._api, BY_PAGES) if self._subjects is not None else ()

    def claims(self, url: str) -> bool:
        # Most links belong to other hosts, so this quick check comes first; a key has its host in lower case.
        return self._host in url and self._parse(url) is not None

    def estimate(self, urls: Sequence[str]) -> Estimate:
        links = [(url, link) for url in urls if (link := self._parse(url)) is not None]
        keys = {link.key for _, link in links}
        requests = sum(2 if "/" in key else 1 for key in keys)  # the second for the last commit
        pages = tuple(url for url, link in links if link.is_proved_by_page)
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
            login = text(node(body).get("login")) or ""
            return {key: Account("account", login)} if _is_name(login) else _failure(key, result)
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

    def _judge(self, task: LinkTask, link: ForgeLink, found: Found) -> CheckResult:
        return judge(task, link, found, self._site)

    def _parse(self, url: str) -> ForgeLink | None:
        return parse_link(url, self._site)


def _failure(key: str, result: Final) -> Mapping[str, Found] | QueryTooLarge | TransientError | Unavailable:
    match result:
        case Ok(status, _, body) if status == _NOT_FOUND and _says_not_found(node(body)):
            return {key: NotThere()}
        case Ok(status):
            return TransientError(f"status {status}")
        case _:
            return result


def _says_not_found(body: Node) -> bool:
    """
    Return whether a 404 is in the form of Forgejo and Gitea; a gateway before them has a message alone.

    `APINotFound` names the API's description, older versions of it as `documentation_url`:
    https://github.com/go-gitea/gitea/blob/main/services/context/api.go
    """
    return text(body.get("message")) is not None and not body.keys().isdisjoint({"url", "documentation_url"})


def _is_name(value: str) -> bool:
    return _NAME.fullmatch(value) is not None and value not in {".", ".."}
