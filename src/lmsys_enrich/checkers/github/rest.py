"""
Looking through REST at what GraphQL cannot tell: why something is missing, and where it went.

Also the only way to ask without a token.
"""

from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.checkers.github.client import Api, RetriesExhausted, Unavailable
from lmsys_enrich.checkers.github.facts import from_rest, with_last_commit, with_latest_release
from lmsys_enrich.checkers.github.json_values import node, text
from lmsys_enrich.checkers.github.links import Name
from lmsys_enrich.checkers.github.observations import NO_ACCOUNT, NO_REPOSITORY, Gone
from lmsys_enrich.checkers.github.responses import Ok
from lmsys_enrich.model.repository import RepositoryUpdate
from lmsys_enrich.values import Value

_OK = 200
_EMPTY = 409  # what GitHub says of the commits of an empty repository
_GONE = frozenset({404, 410})
_BLOCKED = frozenset({403, 451})


class NoAnswer(Value):
    """Nothing was found out."""

    message: str


Look: TypeAlias = Gone | NoAnswer


async def repository(api: Api, name: Name, now: datetime) -> RepositoryUpdate | Look:
    """Look at a repository by its name, renames followed."""
    response = await api.rest(f"/repos/{name}")
    if isinstance(response, Ok) and response.status == _OK:
        update = from_rest(node(response.body), now)
        return update if update is not None else NoAnswer("an answer that names no repository")
    return _unfound(response, NO_REPOSITORY)


async def last_commit(api: Api, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the date of the default branch's head; costs one request."""
    response = await api.rest(f"/repos/{update.facts.full_name}/commits?per_page=1")
    if not isinstance(response, Ok) or response.status not in {_OK, _EMPTY}:
        return update
    return with_last_commit(update, response.body, empty=response.status == _EMPTY)


async def latest_release(api: Api, update: RepositoryUpdate) -> RepositoryUpdate:
    """Add the latest release; costs one request."""
    response = await api.rest(f"/repos/{update.facts.full_name}/releases/latest")
    if not isinstance(response, Ok) or response.status not in {_OK, *_GONE}:
        return update
    return with_latest_release(update, node(response.body) if response.status == _OK else None)


async def owner(api: Api, login: str) -> str | Look:
    """Return what a user or an organisation is called."""
    response = await api.rest(f"/users/{login}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("login")) or login
    return _unfound(response, NO_ACCOUNT)


async def issue(api: Api, name: Name, number: int) -> str | Look:
    """Return the address of an issue or pull request, which may have gone to another repository."""
    response = await api.rest(f"/repos/{name}/issues/{number}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("html_url")) or NoAnswer("an answer without an address")
    return _unfound(response, "the repository is there, but not the issue or pull request")


async def branch(api: Api, name: Name, ref: str) -> str | Look:
    """
    Return what a branch is called now.

    GitHub leads from a renamed branch to the new one, in REST as on its pages:
    https://docs.github.com/en/rest/branches/branches#get-a-branch
    """
    response = await api.rest(f"/repos/{name}/branches/{quote(ref, safe='')}")
    if isinstance(response, Ok) and response.status == _OK:
        return text(node(response.body).get("name")) or NoAnswer("an answer without a name")
    return _unfound(response, "the repository is there, but not the branch or tag")


def _unfound(response: Ok | RetriesExhausted | Unavailable, missing: str) -> Look:
    match response:
        case Ok(status, _, body) if status in _BLOCKED and (reason := _block(body)):
            return Gone(f"GitHub shows it to nobody (blocked: {reason})", status)
        case Ok(451):
            return Gone("GitHub shows it to nobody for legal reasons", 451)
        case Ok(status) if status in _GONE:
            return Gone(missing, status)
        case Ok(status, _, body):
            return NoAnswer(text(node(body).get("message")) or f"status {status}")
        case RetriesExhausted(message):
            return NoAnswer(message)
        case Unavailable():
            return NoAnswer("the gate is closed")


def _block(body: object) -> str | None:
    """Return why a repository is blocked: `dmca`, `tos` and others."""
    block = node(body).get("block")
    if not isinstance(block, dict):
        return None
    reason = text(block.get("reason")) or "no reason given"
    return reason.upper() if reason == "dmca" else reason
