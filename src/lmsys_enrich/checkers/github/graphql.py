"""Batches through GraphQL: one query, the response read alias by alias."""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from lmsys_enrich.api.json_values import Node, node, nodes, text
from lmsys_enrich.api.results import (
    AccessDenied,
    NotFound,
    Ok,
    QueryTooLarge,
    TransientError,
    Unavailable,
    errors_of,
    unknown_fields,
)
from lmsys_enrich.checkers.github.batches import (
    BatchItem,
    BatchQuery,
    BatchResult,
    ItemLookup,
    Job,
    OwnerItem,
    RepositoryItem,
    ResourceLookup,
    batches,
    halves,
)
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.links import Page, RepoResource, RepositoryLink, is_full_name
from lmsys_enrich.checkers.github.query import alias_of, from_graphql, is_lookup_alias, lookup_alias, query
from lmsys_enrich.checkers.github.resources import (
    NO_ACCOUNT,
    NO_REPOSITORY,
    Gone,
    address_of,
    is_there,
    lookups,
    of_owner,
    of_repository,
    of_resource,
)
from lmsys_enrich.checkers.github.responses import error_type
from lmsys_enrich.checkers.protocol import CheckError
from lmsys_enrich.http.messages import RequestKind
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.values import Value, replace

_NOT_FOUND = "NOT_FOUND"
_FORBIDDEN = "FORBIDDEN"
# Organisations can deny a token or a network access even to public repositories:
# https://docs.github.com/en/enterprise-cloud@latest/authentication/authenticating-with-single-sign-on
_ACCESS_DENIED = ("saml enforcement", "ip allow list", "saml sso")


class Found(Value):
    """The item exists; `failed` has the error type of each field that has an error."""

    node: Node
    failed: dict[str, str]


class _Context(Value):
    """Context for reading a batch: the fields left out of its query, and the forge's host."""

    now: datetime
    left_out: frozenset[str]
    forge: str


AliasResult: TypeAlias = Found | NotFound | AccessDenied | TransientError


def read_aliases(body: object, count: int) -> list[AliasResult]:
    """Return the result of each of the batch's `count` items, matched by alias."""
    errors = nodes(node(body).get("errors"))
    by_alias: dict[str, list[Node]] = {}
    for error in errors:
        by_alias.setdefault(_path(error)[0] if _path(error) else "", []).append(error)
    data = node(node(body).get("data"))
    # An error without a path can be that of any item without a result.
    everywhere = by_alias.get("", [])
    return [
        _read_alias(data.get(alias_of(position)), by_alias.get(alias_of(position), everywhere))
        for position in range(count)
    ]


def is_missing(failure: str | None) -> bool:
    """Return true if a field without a value does not exist: GitHub says so, or gives no error."""
    return failure in {None, _NOT_FOUND}


def is_final(failure: str) -> bool:
    """Return true if a retry would have the same error."""
    return failure in {_NOT_FOUND, _FORBIDDEN}


def _read_alias(value: object, errors: list[Node]) -> AliasResult:
    if isinstance(value, dict):
        return Found(value, {path[1]: _kind(error) for error in errors if len(path := _path(error)) > 1})
    if any(_kind(error) == _FORBIDDEN for error in errors):
        return AccessDenied()
    if any(_kind(error) == _NOT_FOUND and len(_path(error)) == 1 for error in errors):
        return NotFound()
    return TransientError(_first_message(errors))


def _kind(error: Node) -> str:
    message = (text(error.get("message")) or "").lower()
    saml = node(error.get("extensions")).get("saml_failure") is True
    if saml or any(phrase in message for phrase in _ACCESS_DENIED):
        return _FORBIDDEN
    return error_type(error)


def _path(error: Node) -> tuple[str, ...]:
    path = error.get("path")
    return tuple(map(str, path)) if isinstance(path, list) else ()


def _first_message(errors: Iterable[Node]) -> str:
    return next((message for error in errors if (message := text(error.get("message")))), "no response")


async def query_batch(api: GitHubApi, batch: Sequence[BatchItem], now: datetime) -> BatchResult:
    """Query a batch; one that is too large is divided, never repeated in the same size."""
    left_out = api.unknown_fields
    result = await api.graphql(query(batch, left_out))
    while isinstance(result, Ok) and (new := unknown_fields(errors_of(result.body)) - left_out):
        # An older GitHub Enterprise lacks fields, and one that it lacks fails the whole query.
        left_out = api.unknown_fields = api.unknown_fields | left_out | new
        result = await api.graphql(query(batch, left_out))
    match result:
        case Unavailable() if api.rate_limiter.refuses(RequestKind.GRAPHQL) and await api.has_rest():
            # REST may respond where GraphQL is forbidden, or is not there.
            return BatchResult(next=[ItemLookup(item) for item in batch])
        case Unavailable():
            return BatchResult()  # its links stay unchecked; the rate limiter has the obstacle
        case QueryTooLarge():
            smaller: list[Job] = [BatchQuery(half) for half in halves(batch)]
            # A single link that is too large for GraphQL may not be for REST.
            return BatchResult(next=smaller or [ItemLookup(batch[0])], too_large=len(batch))
        case Ok(body=body, seconds=seconds):
            return _read_batch(batch, body, seconds, _Context(now, left_out, api.forge))


def _read_batch(batch: Sequence[BatchItem], body: object, seconds: float, context: _Context) -> BatchResult:
    aliases = read_aliases(body, len(batch))
    result, again = BatchResult(), list[BatchItem]()
    for item, found in zip(batch, aliases, strict=True):
        again.extend(_read(result, item, found, context))
    result.next.extend(_retry_jobs(batch, again))
    if sum(isinstance(found, TransientError) for found in aliases) > 1:
        # GitHub's resource limits end a query in the middle: several items without a result.
        result.too_large = len(batch)
    else:
        result.completed, result.seconds = len(batch), seconds
    return result


def _retry_jobs(batch: Sequence[BatchItem], again: Sequence[BatchItem]) -> Iterator[Job]:
    """Regroup items without a result, so that no batch is repeated unchanged."""
    for smaller in batches(again, (len(batch) + 1) // 2):
        yield ItemLookup(smaller[0]) if smaller == tuple(batch) else BatchQuery(smaller)


def _read(result: BatchResult, item: BatchItem, found: AliasResult, context: _Context) -> list[BatchItem]:
    """Add an item's observations and jobs to the batch result; return the items to retry."""
    match (found, item):
        case (NotFound(), OwnerItem()):
            result.gone(item, Gone(NO_ACCOUNT))
        case (NotFound(), _):
            result.gone(item, Gone(NO_REPOSITORY))
        case (AccessDenied(), _):
            # Public repositories can be requested without the token.
            result.next.append(ItemLookup(item, anonymous=True))
        case (Found(body), OwnerItem(login, links)) if _is_login(body, login):
            result.observations.extend(of_owner(task, page=link.page) for task, link in links)
        case (Found() as repository, RepositoryItem()):
            return _RepositoryReader(result, item, repository, context).read()
        case (_, OwnerItem()):
            # Null with or without an error: GraphQL has no other field for accounts, REST has.
            result.next.append(ItemLookup(item))
        case _:  # null without a final error
            return [item]
    return []


def _is_login(found: Node, login: str) -> bool:
    return (text(found.get("login")) or "").lower() == login.lower()


class _RepositoryReader(Value):
    """Reads the result of a repository that exists, for each of its links."""

    result: BatchResult
    item: RepositoryItem
    found: Found
    context: _Context

    def read(self) -> list[BatchItem]:
        """Add observations to the batch result; return the item with the links to retry."""
        full_name = text(self.found.node.get("nameWithOwner"))
        if full_name is None or not is_full_name(full_name):  # not even a name
            self.result.next.append(ItemLookup(self.item))
            return []
        again = [pair for pair in self.item.links if not self._is_settled_or_bug(*pair, full_name)]
        if not again:
            return []
        if self.item.again:
            self.result.unanswered.append("GitHub sent only a part of the response")
            return []
        return [replace(self.item, links=tuple(again), again=True)]

    def _is_settled_or_bug(self, task: LinkTask, link: RepositoryLink, full_name: str) -> bool:
        """Judge one link. A bug on the way costs this link alone."""
        try:
            return self._is_settled(task, link, full_name)
        except Exception:  # noqa: BLE001 - whatever the response holds, the other links are judged
            self.result.errors.append(CheckError(task, traceback.format_exc()))
            return True

    def _is_settled(self, task: LinkTask, link: RepositoryLink, full_name: str) -> bool:
        if link.resource is None:
            return self._add_facts(task, link)
        return self._add_resource(task, link, link.resource, full_name)

    def _add_facts(self, task: LinkTask, link: RepositoryLink) -> bool:
        """Add the facts; with fields that failed and may recover only at the second attempt."""
        failed = {name: kind for name, kind in self.found.failed.items() if not is_lookup_alias(name)}
        may_recover = not all(map(is_final, failed.values()))
        update = from_graphql(self.found.node, failed, self.context.now, self.context.forge)
        if update is None or (may_recover and not self.item.again):
            return False
        self.result.observations.append(of_repository(task, link, update))
        return True

    def _add_resource(
        self, task: LinkTask, link: RepositoryLink, resource: RepoResource, full_name: str
    ) -> bool:
        position = self.item.links.index((task, link))
        names = [
            lookup_alias(position, number) for number in range(len(lookups(resource, self.context.left_out)))
        ]
        there = next((value for name in names if is_there(value := self.found.node.get(name))), None)
        if there is not None or isinstance(resource, Page):
            at = address_of(node(there).get("url"), link.base)
            observation = of_resource(task, link, resource, full_name, at)
            self.result.observations.append(observation)
            return True
        if not names:  # no field of the API proves it: its page can
            self.result.deferred.append(task)
            return True
        failures = [self.found.failed.get(name) for name in names]
        if all(map(is_missing, failures)):
            # It may have been transferred or renamed, which REST knows.
            self.result.next.append(ResourceLookup(task, link, resource, full_name))
            return True
        if all(failure is None or is_final(failure) for failure in failures):
            # The token may not see it; its page is public, or guarded.
            self.result.deferred.append(task)
            return True
        return False
