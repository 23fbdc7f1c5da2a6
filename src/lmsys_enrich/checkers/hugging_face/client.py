"""Hugging Face's API: one request for each item, since it has no batches."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import unquote

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.json_api import JsonApi, Service
from lmsys_enrich.api.json_values import Node, count, flag, moment, node, parse, text, texts
from lmsys_enrich.api.rate_limiter import Pace
from lmsys_enrich.api.results import (
    Classified,
    Final,
    Ok,
    QueryTooLarge,
    TokenRejected,
    TransientError,
    Unavailable,
)
from lmsys_enrich.checkers.hugging_face.links import HOST, Kind, is_full_name
from lmsys_enrich.http.messages import Outcome, Response
from lmsys_enrich.model.facts import Model, ModelUpdate, Paper, PaperUpdate
from lmsys_enrich.values import Value

# Parts of messages about a token, beside those about a thing that is not there.
_BAD_TOKEN = re.compile(
    r"invalid credentials|(?:access )?token\b.{0,100}\b(?:expired|invalid|revoked)|invalid token"
)
_NOT_SHOWN = frozenset({"RepoNotFound", "GatedRepo"})
_DISABLED = "access to this resource is disabled"
_EVERY = ("cardData", "createdAt", "disabled", "lastModified", "likes", "tags")
_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.MODEL: (*_EVERY, "downloads", "gated", "pipeline_tag"),
    Kind.DATASET: (*_EVERY, "downloads", "gated"),
    Kind.SPACE: _EVERY,
}
_FACT_OF_FIELD: Mapping[str, str] = {
    "likes": "likes",
    "downloads": "downloads",
    "createdAt": "created_at",
    "lastModified": "last_modified",
    "gated": "gated",
    "disabled": "disabled",
    "pipeline_tag": "task",
}
FACTS = frozenset({*_FACT_OF_FIELD.values(), "license"})
"""Facts that the hub may provide about a model."""

_PAPER_FACTS = frozenset(Paper.__struct_fields__) - {"ids", "title", "year", "fetched_at", "kept"}
_UNKNOWN_BEFORE = "2022-03-02T23:29:04.000Z"
"""Time of creation of everything older: https://huggingface.co/docs/hub/api."""


class NotShown(Value):
    """The hub shows no item of that name: it is gone or private, which only its page may reveal."""


class Account(Value):
    """A user or an organisation that exists."""


class Disabled(Value):
    """The hub says that access was disabled."""


Thing: TypeAlias = ModelUpdate | PaperUpdate | Account | Disabled | NotShown
Failure: TypeAlias = QueryTooLarge | TransientError | Unavailable


class HubApi:
    """API of the hub, with a token or anonymously."""

    def __init__(self, apis: Apis) -> None:
        access = apis.access.hugging_face
        service = Service(
            "Hugging Face",
            "https://status.huggingface.co",
            "HF_TOKEN",
            pace=Pace(in_flight=4),
            classify=_classify,
        )
        self.api = JsonApi(apis, service, access.url, access.token)

    async def repository(self, kind: Kind, name: str, now: datetime) -> Thing | Failure:
        """Request a model, a data set or a space; renames are followed."""
        parameters = [("expand[]", field) for field in _FIELDS[kind]]
        path = f"/api/{kind.value}s/{name}"
        result = await self.api.get(path, parameters)
        if isinstance(result, Ok) and result.status == HTTPStatus.BAD_REQUEST:
            # One unknown field fails the request; without this parameter the hub chooses the fields.
            result = await self.api.get(path)
        return _read(result, lambda body: from_repository(body, kind, now))

    async def collection(self, name: str, now: datetime) -> Thing | Failure:
        """Request a collection."""
        result = await self.api.get(f"/api/collections/{name}")
        return _read(result, lambda body: from_collection(body, name, now))

    async def paper(self, identifier: str, now: datetime) -> Thing | Failure:
        """Request the page of a paper."""
        result = await self.api.get(f"/api/papers/{identifier}")
        return _read(result, lambda body: from_paper(body, identifier, now))

    async def account(self, name: str, now: datetime) -> Thing | Failure:
        """
        Request an account; one segment may also be a model of the first ones.

        Organisations come first: lists name more of them than users.
        """
        for path in (f"/api/organizations/{name}/overview", f"/api/users/{name}/overview"):
            found = _read(await self.api.get(path), lambda body: from_overview(body, name))
            if not isinstance(found, NotShown):
                return found
        return await self.repository(Kind.MODEL, name, now)


def from_overview(found: Node, name: str) -> Account | NotShown | None:
    """Read a user, whose name is `user`, or an organisation; None where it has no name."""
    names = {written.lower() for member in ("user", "name") if (written := text(found.get(member)))}
    if not names:
        return None
    return Account() if name.lower() in names else NotShown()  # renamed: its page leads to the new name


def from_repository(found: Node, kind: Kind, now: datetime) -> ModelUpdate | None:
    """Read a model, a data set or a space; None where it has no id."""
    full_name = text(found.get("id"))
    if full_name is None or not is_full_name(full_name):
        return None
    gated = found.get("gated")
    created = found.get("createdAt")
    facts = Model(
        full_name=full_name,
        kind=kind.value,
        hub=HOST,
        fetched_at=now,
        likes=count(found.get("likes")),
        downloads=count(found.get("downloads")),
        license=_license(found),
        created_at=None if created == _UNKNOWN_BEFORE else moment(created),
        last_modified=moment(found.get("lastModified")),
        gated=gated in {"auto", "manual"} if isinstance(gated, str) else flag(gated),
        disabled=flag(found.get("disabled")),
        task=text(found.get("pipeline_tag")),
    )
    learned = {name for field, name in _FACT_OF_FIELD.items() if field in found}
    if "cardData" in found or "tags" in found:
        learned.add("license")
    return ModelUpdate(facts, FACTS - learned)


def from_collection(found: Node, name: str, now: datetime) -> ModelUpdate | None:
    """Read a collection."""
    if text(found.get("slug")) is None and text(found.get("title")) is None:
        return None
    facts = Model(
        full_name=unquote(name),
        kind=Kind.COLLECTION.value,
        hub=HOST,
        fetched_at=now,
        likes=count(found.get("upvotes")),
        last_modified=moment(found.get("lastUpdated")),
    )
    return ModelUpdate(facts, FACTS - {"likes", "last_modified"})


def from_paper(found: Node, identifier: str, now: datetime) -> PaperUpdate | None:
    """Read the page of a paper: its title and year, the rest is for registries."""
    title = text(found.get("title"))
    if title is None or text(found.get("id")) not in {None, identifier}:
        return None
    published = moment(found.get("publishedAt"))
    facts = Paper(
        ids={"arxiv": identifier},
        title=" ".join(title.split()),
        year=published.year if published else None,
        fetched_at=now,
    )
    return PaperUpdate(facts, _PAPER_FACTS)


def _license(found: Node) -> str | None:
    card = node(found.get("cardData"))
    value = card.get("license")
    words = texts(value if isinstance(value, list) else [value])
    if words == ("other",):
        return text(card.get("license_name")) or "other"
    tags = (tag.removeprefix("license:") for tag in texts(found.get("tags")) if tag.startswith("license:"))
    return ", ".join(words) or next(tags, None)


def _read(result: Final, read: Callable[[Node], Thing | None]) -> Thing | Failure:
    if not isinstance(result, Ok):
        return result
    body = node(result.body)
    if result.status == HTTPStatus.OK:
        value = read(body)
        return value if value is not None else TransientError("a response without a name")
    message = _message(result.headers, body)
    if result.status == HTTPStatus.FORBIDDEN and _DISABLED in message:
        return Disabled()
    is_about_it = result.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}
    if is_about_it or result.headers.get("x-error-code") in _NOT_SHOWN:
        return NotShown()
    return TransientError(message or f"status {result.status}")


def _classify(outcome: Outcome, usual: Classified) -> Classified:
    """Distinguish a bad token from a missing model, which are both 401."""
    match usual:
        case TokenRejected() if isinstance(outcome, Response):
            body = node(parse(outcome.body))
            is_bad = _BAD_TOKEN.search(_message(outcome.headers, body))
            return usual if is_bad else Ok(outcome.status, outcome.headers, body)
        case _:
            return usual


def _message(headers: Mapping[str, str], body: Node) -> str:
    return (headers.get("x-error-message") or text(body.get("error")) or "").lower()
