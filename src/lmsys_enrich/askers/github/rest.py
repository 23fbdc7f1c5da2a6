"""
Looking through REST at what GraphQL cannot tell: why something is missing, and where it went.

Also the only way to ask without a token.
"""

from datetime import datetime
from typing import TypeAlias
from urllib.parse import quote

from lmsys_enrich.askers.github.answers import NO_ACCOUNT, NO_REPOSITORY, Gone
from lmsys_enrich.askers.github.api import Api, Closed, Unanswered
from lmsys_enrich.askers.github.facts import from_rest, with_last_commit, with_latest_release
from lmsys_enrich.askers.github.json_reading import node, text
from lmsys_enrich.askers.github.outcomes import Said
from lmsys_enrich.askers.github.targets import Name
from lmsys_enrich.model.repository import Learned
from lmsys_enrich.values import Value

_OK = 200
_EMPTY = 409  # what GitHub says of the commits of an empty repository
_GONE = frozenset({404, 410})
_BLOCKED = frozenset({403, 451})


class Silent(Value):
    """Nothing was found out."""

    message: str


Look: TypeAlias = Gone | Silent


async def repository(api: Api, name: Name, now: datetime) -> Learned | Look:
    """Look at a repository by its name, renames followed."""
    said = await api.rest(f"/repos/{name}")
    if isinstance(said, Said) and said.status == _OK:
        learned = from_rest(node(said.body), now)
        return learned if learned is not None else Silent("an answer that names no repository")
    return _unfound(said, NO_REPOSITORY)


async def last_commit(api: Api, learned: Learned) -> Learned:
    """Add the date of the default branch's head; costs one request."""
    said = await api.rest(f"/repos/{learned.facts.full_name}/commits?per_page=1")
    if not isinstance(said, Said) or said.status not in {_OK, _EMPTY}:
        return learned
    return with_last_commit(learned, said.body, empty=said.status == _EMPTY)


async def latest_release(api: Api, learned: Learned) -> Learned:
    """Add the latest release; costs one request."""
    said = await api.rest(f"/repos/{learned.facts.full_name}/releases/latest")
    if not isinstance(said, Said) or said.status not in {_OK, *_GONE}:
        return learned
    return with_latest_release(learned, node(said.body) if said.status == _OK else None)


async def owner(api: Api, login: str) -> str | Look:
    """Return what a user or an organisation is called."""
    said = await api.rest(f"/users/{login}")
    if isinstance(said, Said) and said.status == _OK:
        return text(node(said.body).get("login")) or login
    return _unfound(said, NO_ACCOUNT)


async def issue(api: Api, name: Name, number: int) -> str | Look:
    """Return the address of an issue or pull request, which may have gone to another repository."""
    said = await api.rest(f"/repos/{name}/issues/{number}")
    if isinstance(said, Said) and said.status == _OK:
        return text(node(said.body).get("html_url")) or Silent("an answer without an address")
    return _unfound(said, "the repository is there, but not the issue or pull request")


async def branch(api: Api, name: Name, ref: str) -> str | Look:
    """
    Return what a branch is called now.

    GitHub leads from a renamed branch to the new one, in REST as on its pages:
    https://docs.github.com/en/rest/branches/branches#get-a-branch
    """
    said = await api.rest(f"/repos/{name}/branches/{quote(ref, safe='')}")
    if isinstance(said, Said) and said.status == _OK:
        return text(node(said.body).get("name")) or Silent("an answer without a name")
    return _unfound(said, "the repository is there, but not the branch or tag")


def _unfound(said: Said | Unanswered | Closed, missing: str) -> Look:
    match said:
        case Said(status, _, body) if status in _BLOCKED and (reason := _block(body)):
            return Gone(f"GitHub shows it to nobody (blocked: {reason})", status)
        case Said(451):
            return Gone("GitHub shows it to nobody for legal reasons", 451)
        case Said(status) if status in _GONE:
            return Gone(missing, status)
        case Said(status, _, body):
            return Silent(text(node(body).get("message")) or f"status {status}")
        case Unanswered(message):
            return Silent(message)
        case Closed():
            return Silent("the gate is closed")


def _block(body: object) -> str | None:
    """Return why a repository is blocked: `dmca`, `tos` and others."""
    block = node(body).get("block")
    if not isinstance(block, dict):
        return None
    reason = text(block.get("reason")) or "no reason given"
    return reason.upper() if reason == "dmca" else reason
