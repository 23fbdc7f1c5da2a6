"""Links on Hugging Face: which model, data set, space, collection, paper or account an address names."""

import re
from enum import StrEnum

from lmsys_enrich.urls import InvalidAddress, host_of, path_of, query_of
from lmsys_enrich.values import Value

HOST = "huggingface.co"
_HOSTS = frozenset({HOST, f"www.{HOST}", "hf.co"})
# First segments that are pages of the hub itself.
_SITE_PAGES = frozenset(
    {
        *("about", "amazon", "api", "blog", "brand", "changelog", "chat", "code-of-conduct", "contact"),
        *("content-guidelines", "content-policy", "courses", "docs", "endpoints", "enterprise", "events"),
        *("front", "gated", "hardware", "inference", "inference-api", "inference-endpoints"),
        *("inference-playground", "jobs", "join", "kernels", "landing", "languages", "learn", "login"),
        *("logout", "metrics", "models", "models-json", "new", "new-dataset", "new-space"),
        *("notifications", "oauth", "organizations", "playground", "posts", "pricing", "privacy", "pro"),
        *("reports", "robots.txt", "search", "security", "settings", "shop", "sitemap.xml", "storage"),
        *("subscribe", "support", "tasks", "team", "terms-of-service", "transformers", "v2", "welcome"),
    }
)
_BELOW = {"datasets": "dataset", "spaces": "space"}
# Pages that show by themselves whether the thing is there; the others have their repository's verdict.
_PROVED_BY_PAGE = frozenset({"blob", "commit", "commits", "discussions", "raw", "resolve", "tree"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_COLLECTION = re.compile(r"[A-Za-z0-9._%-]{1,200}-[0-9a-f]{24}")  # an emoji is escaped
_PAPER = re.compile(r"[0-9]{4}\.[0-9]{4,5}")


class Kind(StrEnum):
    """Kind of what a link leads to."""

    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"
    COLLECTION = "collection"
    PAPER = "paper"
    ACCOUNT = "account"  # a user or an organisation; or a model of the first ones, which had no owner


class HubLink(Value):
    """A link to something on the hub, or to a `page` below it; `suffix` is the rest of the address."""

    kind: Kind
    name: str
    page: str | None = None
    suffix: str = ""

    @property
    def key(self) -> tuple[Kind, str]:
        """Kind and name, the same for all spellings."""
        return self.kind, self.name.lower()

    @property
    def is_proved_by_page(self) -> bool:
        """True if its own page shows that the thing below is there."""
        return self.page in _PROVED_BY_PAGE

    def at(self, full_name: str) -> str:
        """Return the address of the same thing under another name."""
        return f"{address(self.kind, full_name)}{self.suffix}"


def address(kind: Kind, name: str) -> str:
    """Return the address of something on the hub."""
    folder = "" if kind in {Kind.MODEL, Kind.ACCOUNT} else f"{kind.value}s/"
    return f"https://{HOST}/{folder}{name}"


def parse_link(url: str) -> HubLink | None:  # noqa: PLR0911 - a table of forms
    """Return the link, or None for an address of another host, and for a page of the hub itself."""
    if "hf.co" not in url and HOST not in url:
        return None  # most links; a key has its host in lower case
    try:
        if host_of(url) not in _HOSTS:
            return None
        segments, query = [segment for segment in path_of(url).split("/") if segment], query_of(url)
    except InvalidAddress:
        return None
    match segments:
        case ["papers", paper] if _PAPER.fullmatch(paper):
            return HubLink(Kind.PAPER, paper)
        case ["collections", owner, slug] if is_name(owner) and _COLLECTION.fullmatch(slug):
            return HubLink(Kind.COLLECTION, f"{owner}/{slug}")
        case ["papers" | "collections", *_]:
            return None
        case ["datasets" | "spaces" as folder, *names]:
            return _repository(Kind(_BELOW[folder]), names, query)
        case [first, *_] if first.lower() in _SITE_PAGES:
            return None
        case [account] if is_name(account):
            return HubLink(Kind.ACCOUNT, account)
        case names:
            return _repository(Kind.MODEL, names, query)


def _repository(kind: Kind, names: list[str], query: str) -> HubLink | None:
    # The first data sets and models had no owner: `datasets/squad`, `gpt2/blob/main/README.md`.
    is_page_below = len(names) > 2 and names[1] in _PROVED_BY_PAGE  # noqa: PLR2004 - name, page, the rest
    length = 1 if len(names) == 1 or is_page_below else 2
    name, below = names[:length], names[length:]
    if not name or not all(map(is_name, name)) or (kind is Kind.SPACE and length == 1):
        return None
    suffix = f"/{'/'.join(below)}{query}" if below else query
    return HubLink(kind, "/".join(name), below[0] if below else None, suffix)


def is_name(text: str) -> bool:
    """Return whether a text can be the name of an account or of something that it owns."""
    return _NAME.fullmatch(text) is not None


def is_full_name(text: str) -> bool:
    """Return whether a text can be the id of a model, a data set or a space."""
    return text.count("/") <= 1 and all(map(is_name, text.split("/")))
