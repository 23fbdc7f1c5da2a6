"""Links on GitHub: which repository, account or resource an address names."""

import re
from typing import TypeAlias
from urllib.parse import quote, unquote

from lmsys_enrich.urls import InvalidAddress, host_of, path_of, query_of
from lmsys_enrich.values import Value, replace

SITE_PAGES = frozenset(
    {
        *("about", "account", "advisories", "apps", "business", "codespaces", "collections", "contact"),
        *("copilot", "customer-stories", "dashboard", "enterprise", "enterprises", "events", "explore"),
        *("features", "gist", "issues", "join", "login", "logout", "marketplace", "mcp", "new", "newsroom"),
        *("notifications", "organizations", "orgs", "premium-support", "pricing", "pulls", "readme"),
        *("resources", "search", "security", "sessions", "settings", "signup", "site", "site-policy"),
        *("solutions", "sponsors", "stars", "team", "topics", "trending", "trust-center"),
        *("user-attachments", "users", "why-github"),
    }
)
"""Pages of GitHub itself, of which the API has nothing."""

PERHAPS_SITE_PAGES = frozenset(
    {
        *("access", "accounts", "admin", "agents", "ai", "anonymous", "any", "api", "attributes", "auth"),
        *("billing", "blob", "blog", "bounty", "branches", "businesses", "c", "cache", "careers"),
        *("case-studies", "categories", "central", "certification", "changelog", "chat", "cla", "cloud"),
        *("codereview", "collection", "comments", "commit", "commits", "community", "companies", "compare"),
        *("contributing", "cookbook", "coupons", "customer", "customers", "dashboards", "design"),
        *("develop", "developer", "diff", "discover", "discussions", "docs", "downloads", "downtime"),
        *("editor", "editors", "edu", "education", "featured", "feed", "files", "fixtures", "forked"),
        *("garage", "ghost", "gists", "git-guides", "github-copilot", "graphs", "guide", "guides", "help"),
        *("help-wanted", "home", "hooks", "hosting", "hovercards", "identity", "images", "inbox"),
        *("individual", "info", "integration", "interfaces", "introduction", "investors", "jobs"),
        *("journal", "journals", "lab", "labs", "languages", "launch", "layouts", "learn", "legal"),
        *("library", "linux", "listings", "lists", "logos", "mac", "maintenance", "malware", "man"),
        *("mention", "mentioned", "mentioning", "mentions", "migrating", "milestones", "mine", "mirrors"),
        *("mobile", "models", "navigation", "network", "news", "newsletter", "none", "nonprofit"),
        *("nonprofits", "notices", "oauth", "offer", "open-source", "organisations", "pages", "partners"),
        *("payments", "personal", "plans", "plugins", "popular", "popularity", "posts", "press", "preview"),
        *("professional", "projects", "raw", "recommendations", "redeem", "releases", "render", "reply"),
        *("repositories", "restore", "revert", "save-net-neutrality", "saved", "scraping", "services"),
        *("shareholders", "shop", "showcases", "signin", "sitemap", "social-impact", "socials", "spam"),
        *("spark", "ssh", "staff", "starred", "startups", "static", "status", "statuses", "storage"),
        *("store", "stories", "styleguide", "subscriptions", "suggest", "suggestion", "suggestions"),
        *("support", "suspended", "talks", "teach", "teacher", "teachers", "teaching", "teams", "ten"),
        *("terms", "timeline", "topic", "tos", "tour", "train", "training", "translations", "tree"),
        *("updates", "username", "visualization", "w", "watching", "wiki", "wikis", "windows"),
        *("customer-terms", "works-with"),
    }
)
"""
Pages or accounts: where the API has no such account, the page decides.

From https://github.com/Mottie/github-reserved-names.
"""


_GITHUB = "github.com"
_RAW = "raw.githubusercontent.com"
# Underscores occur only in the names of managed enterprise users.
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_WIKI = ".wiki"  # ends the names of repositories of wikis, of which the API has nothing
_UNDECODABLE = "\ufffd"
_REVISION = re.compile(r"[0-9A-Fa-f]{1,64}")
_MAX_SEGMENTS = 40  # of a path: each may end the ref, so that each is one more lookup
_MAX_LENGTH = 4096  # of a path, as git's own limit on most systems
_LARGEST = 2**31 - 1  # of GraphQL's Int: https://spec.graphql.org/October2021/#sec-Int


class Name(Value):
    """A repository's name as written; `key` is the same for all spellings."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        return str(self).lower()


class Page(Value):
    """A page of a repository that no API proves, such as its wiki; `title` is its first segment."""

    title: str


class File(Value):
    """
    A file or folder at a ref. Only GitHub knows which segments are the ref, since it may contain slashes.

    `with_path` is false where the ref alone is already an address, as in `/tree/main`.
    """

    segments: tuple[str, ...]
    with_path: bool


class Commit(Value):
    """A commit, by its hash or the beginning of it."""

    revision: str


class Issue(Value):
    """An issue or a pull request: they share their numbers, and GitHub leads from one to the other."""

    number: int


class Discussion(Value):
    """A discussion."""

    number: int


class Tag(Value):
    """A release's page, which GitHub also has for a tag without a release."""

    tag: str


class Asset(Value):
    """A file attached to a release."""

    tag: str
    file: str


RepoResource: TypeAlias = Page | File | Commit | Issue | Discussion | Tag | Asset


class RepositoryLink(Value):
    """
    A link to a repository, or to its `resource`.

    `base` and `suffix` are the parts of the address before and after the repository's
    name. `moved` is the reason why the resource is at another address than the link's.
    """

    name: Name
    resource: RepoResource | None
    base: str
    suffix: str
    moved: str | None = None

    def at(self, full_name: str) -> str:
        """Return the address of the same thing in a repository of that name."""
        return f"{self.base}/{full_name}{self.suffix}"

    def on_branch(self, branch: str, named: slice, why: str) -> "RepositoryLink":
        """Return the link to the same file or folder on another branch than these of its segments name."""
        if not isinstance(self.resource, File):
            raise TypeError("only files and folders are on a branch")
        segments = list(self.resource.segments)
        path, mark, query = self.suffix.partition("?")
        written = [part for part in path.split("/") if part]
        kind, ref_and_path = written[: -len(segments)], written[-len(segments) :]
        segments[named], ref_and_path[named] = branch.split("/"), [quote(branch)]
        resource = replace(self.resource, segments=tuple(segments))
        suffix = f"/{'/'.join((*kind, *ref_and_path))}{mark}{query}"
        return replace(self, resource=resource, suffix=suffix, moved=why)


class OwnerLink(Value):
    """A link to a user or an organisation; `page` where it is to one of their pages that no API proves."""

    login: str
    page: bool = False


GitHubLink: TypeAlias = RepositoryLink | OwnerLink


def parse_link(url: str, server: str) -> GitHubLink | None:
    """
    Return the repository, resource or owner of a link on the GitHub at `server`.

    None for links that the API cannot check: pages of GitHub itself, names that no
    account can have, gists and GitHub Pages.
    """
    try:
        host, home = host_of(url), host_of(server)
    except InvalidAddress:
        return None
    is_raw = host == _RAW and home == _GITHUB
    if not is_raw and host not in {home, f"www.{home}"}:
        return None  # most links of most lists end here
    path, query = path_of(url), query_of(url)
    segments = tuple(unquote(segment) for segment in path.split("/") if segment)
    if not segments or any(_UNDECODABLE in segment for segment in segments):
        return None  # a name in another encoding than UTF-8 cannot stand in a request to the API
    if is_raw:
        return _raw(segments, path, query)
    return _at_server(server, segments, path, query)


def _at_server(server: str, segments: tuple[str, ...], path: str, query: str) -> GitHubLink | None:
    if segments[0] == "orgs" and len(segments) > 1:
        return _owner(segments[1], page=len(segments) > 2)  # noqa: PLR2004 - `/orgs/login/page`
    if segments[0].lower() in SITE_PAGES:
        return None
    if len(segments) == 1:
        return _owner(segments[0], page=False)
    name = _name(segments[0], segments[1])
    if name is None or name.key.endswith(_WIKI):
        return None
    if len(segments) == 2:  # noqa: PLR2004 - `/owner/name`
        return RepositoryLink(name, None, server, query)
    resource = _resource(segments[2], segments[3:])
    return None if resource is None else RepositoryLink(name, resource, server, _after(path, 2) + query)


def _raw(segments: tuple[str, ...], path: str, query: str) -> GitHubLink | None:
    name = _name(*segments[:2]) if len(segments) > 3 else None  # noqa: PLR2004 - owner, name, ref, path
    if name is None or name.owner == "wiki" or _is_too_long(segments):  # `/wiki/owner/name/file`
        return None
    return RepositoryLink(
        name, File(segments[2:], with_path=True), f"https://{_RAW}", _after(path, 2) + query
    )


def _owner(login: str, *, page: bool) -> OwnerLink | None:
    return OwnerLink(login, page) if _LOGIN.fullmatch(login) else None


def _name(owner: str, name: str) -> Name | None:
    bare = name.removesuffix(".git")
    return Name(owner, bare) if _LOGIN.fullmatch(owner) and _NAME.fullmatch(bare) else None


def is_full_name(text: str) -> bool:
    """Return true if a text can be the `owner/name` of a repository."""
    owner, _, name = text.partition("/")
    return _name(owner, name) is not None


def _after(path: str, count: int) -> str:
    """Return what follows the first `count` segments of a path, as written."""
    rest = path
    for _ in range(count):
        rest = rest.lstrip("/").partition("/")[2]
    return f"/{rest.strip('/')}"


def _resource(kind: str, rest: tuple[str, ...]) -> RepoResource | None:  # noqa: PLR0911 - a table of forms
    """Return the resource; a form that the API does not know is a page, with its repository's verdict."""
    if _is_too_long(rest) or any("@{" in segment for segment in rest):
        return Page(kind)  # the site also resolves `main@{2024-01-01}`, the API does not
    match (kind, rest):
        case ("blob" | "raw" | "blame", (_, _, *_)):
            return File(rest, with_path=True)
        case ("commits", (*_, last)) if last.endswith(".atom"):
            return Page(kind)  # a feed
        case ("tree" | "commits", (_, *_)):
            return File(rest, with_path=False)
        case ("commit", (shown, *_)) if _REVISION.fullmatch(revision := _without_format(shown)):
            return Commit(revision)
        case ("issues" | "pull", (shown, *_)) if _is_number(number := _without_format(shown)):
            return Issue(int(number)) if int(number) <= _LARGEST else None
        case ("discussions", (number, *_)) if _is_number(number):
            return Discussion(int(number)) if int(number) <= _LARGEST else None
        case ("releases", ("tag", *tag)) if tag:
            return Tag("/".join(tag))
        case ("releases", ("download", *tag, file)) if tag:
            return Asset("/".join(tag), file)
        case _:
            return Page(kind)


def _without_format(segment: str) -> str:
    """Return a commit or pull request without the suffix that gives it as text: `.patch`, `.diff`."""
    return segment.removesuffix(".patch").removesuffix(".diff")


def _is_too_long(segments: tuple[str, ...]) -> bool:
    return len(segments) > _MAX_SEGMENTS or sum(map(len, segments)) > _MAX_LENGTH


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST)) + 1
