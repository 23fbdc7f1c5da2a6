"""One batch through GraphQL: the response read alias by alias."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from lmsys_enrich.api.json_values import Node, node, nodes, text
from lmsys_enrich.api.results import Ok, QueryTooLarge, Unavailable
from lmsys_enrich.checkers.github.batches import (
    AskBatch,
    BatchItem,
    BatchResult,
    Job,
    LookAtSubject,
    LookForPart,
    OwnerItem,
    RepositoryItem,
    batches,
    halves,
)
from lmsys_enrich.checkers.github.client import Api
from lmsys_enrich.checkers.github.facts import from_graphql
from lmsys_enrich.checkers.github.links import Page, RepoResource, RepositoryLink
from lmsys_enrich.checkers.github.observations import (
    NO_ACCOUNT,
    NO_REPOSITORY,
    Gone,
    of_owner,
    of_part,
    of_repository,
)
from lmsys_enrich.checkers.github.query import alias_of, is_part_alias, part_alias, query
from lmsys_enrich.checkers.github.repo_resources import address, is_there, lookups
from lmsys_enrich.checkers.github.responses import error_type
from lmsys_enrich.model.finding import LinkTask
from lmsys_enrich.values import Value, replace

_NOT_FOUND = "NOT_FOUND"
_FORBIDDEN = "FORBIDDEN"
# An organisation may shut out a token or a network even from what is public.
_SHUT_OUT = ("saml enforcement", "ip allow list", "saml sso")


class Found(Value):
    """The subject is there; `failed` has the type of the error for each field that has one."""

    node: Node
    failed: dict[str, str]


class Missing(Value):
    """GitHub says that there is no such thing."""


class AccessDenied(Value):
    """The token may not see it, though everybody may without one."""


class NoResult(Value):
    """There is neither an answer nor a reason that would be final."""

    message: str


AliasAnswer: TypeAlias = Found | Missing | AccessDenied | NoResult


def read_aliases(body: object, count: int) -> list[AliasAnswer]:
    """Return what the answer says of each of the batch's `count` subjects, in their order."""
    errors = nodes(node(body).get("errors"))
    by_alias: dict[str, list[Node]] = {}
    for error in errors:
        by_alias.setdefault(_path(error)[0] if _path(error) else "", []).append(error)
    data = node(node(body).get("data"))
    # An error without a path may be about any subject that is not told.
    everywhere = by_alias.get("", [])
    return [
        _read_alias(data.get(alias_of(position)), by_alias.get(alias_of(position), everywhere))
        for position in range(count)
    ]


def is_missing(failure: str | None) -> bool:
    """Whether a field without a value is one that GitHub says is not there, or has no error at all."""
    return failure in {None, _NOT_FOUND}


def is_final(failure: str) -> bool:
    """Whether asking again would bring the same error."""
    return failure in {_NOT_FOUND, _FORBIDDEN}


def _read_alias(value: object, errors: list[Node]) -> AliasAnswer:
    if isinstance(value, dict):
        return Found(value, {path[1]: _kind(error) for error in errors if len(path := _path(error)) > 1})
    if any(_kind(error) == _FORBIDDEN for error in errors):
        return AccessDenied()
    if any(_kind(error) == _NOT_FOUND and len(_path(error)) == 1 for error in errors):
        return Missing()
    return NoResult(_first_message(errors))


def _kind(error: Node) -> str:
    message = (text(error.get("message")) or "").lower()
    saml = node(error.get("extensions")).get("saml_failure") is True
    if saml or any(words in message for words in _SHUT_OUT):
        return _FORBIDDEN
    return error_type(error)


def _path(error: Node) -> tuple[str, ...]:
    path = error.get("path")
    return tuple(map(str, path)) if isinstance(path, list) else ()


def _first_message(errors: Iterable[Node]) -> str:
    return next((message for error in errors if (message := text(error.get("message")))), "no answer")


async def ask_batch(api: Api, batch: Sequence[BatchItem], now: datetime) -> BatchResult:
    """Ask about a batch. What was too much at once is asked again in halves, never in the same size."""
    match await api.graphql(query(batch)):
        case Unavailable():
            return BatchResult()
        case QueryTooLarge():
            smaller: list[Job] = [AskBatch(half) for half in halves(batch)]
            return BatchResult(next=smaller or [LookAtSubject(batch[0])], too_much=len(batch))
        case Ok(body=body, seconds=seconds):
            return _read_batch(batch, body, now, seconds)


def _read_batch(batch: Sequence[BatchItem], body: object, now: datetime, seconds: float) -> BatchResult:
    aliases = read_aliases(body, len(batch))
    result, again = BatchResult(), list[BatchItem]()
    for item, answer in zip(batch, aliases, strict=True):
        again.extend(_read(result, item, answer, now))
    result.next.extend(_ask_again(batch, again))
    several = sum(isinstance(answer, NoResult) for answer in aliases) > 1
    if several:
        return replace(result, too_much=len(batch))
    return replace(result, told=len(batch), seconds=seconds)


def _ask_again(batch: Sequence[BatchItem], again: Sequence[BatchItem]) -> Iterator[Job]:
    """Yield how to ask about the subjects of a batch that were not told: never in the same company."""
    for smaller in batches(again, (len(batch) + 1) // 2):
        yield LookAtSubject(smaller[0]) if smaller == tuple(batch) else AskBatch(smaller)


def _read(result: BatchResult, item: BatchItem, answer: AliasAnswer, now: datetime) -> list[BatchItem]:
    """Add to the step what the answer says; return what is to be asked again."""
    match (answer, item):
        case (Missing(), OwnerItem()):
            result.gone(item, Gone(NO_ACCOUNT))
        case (Missing(), _):
            result.gone(item, Gone(NO_REPOSITORY))
        case (AccessDenied(), _):
            result.next.append(LookAtSubject(item, anonymous=True))
        case (Found(), OwnerItem(links=links)):
            result.observations.extend(of_owner(task, page=link.page) for task, link in links)
        case (Found() as found, RepositoryItem()):
            return _RepositoryReader(result, item, found, now).read()
        case (_, OwnerItem()):
            # Without an error, or with one: of accounts GraphQL tells nothing more.
            result.next.append(LookAtSubject(item))
        case _:
            return [item]
    return []


class _RepositoryReader(Value):
    """Reads the answer about a repository that is there, for each of its links."""

    result: BatchResult
    item: RepositoryItem
    found: Found
    now: datetime

    def read(self) -> list[BatchItem]:
        """Add answers to the step; return the subject with the links that must be asked again."""
        full_name = text(self.found.node.get("nameWithOwner"))
        if full_name is None:
            self.result.next.append(LookAtSubject(self.item))
            return []
        again = [pair for pair in self.item.links if not self._is_told(*pair, full_name)]
        if not again:
            return []
        if self.item.again:
            self.result.untold.append("GitHub told only a part of what was asked")
            return []
        return [replace(self.item, links=tuple(again), again=True)]

    def _is_told(self, task: LinkTask, link: RepositoryLink, full_name: str) -> bool:
        if link.resource is None:
            return self._tell_facts(task, link)
        return self._tell_part(task, link, link.resource, full_name)

    def _tell_facts(self, task: LinkTask, link: RepositoryLink) -> bool:
        """Answer with the facts; where some could not be told, only if it is the second time."""
        failed = {name: kind for name, kind in self.found.failed.items() if not is_part_alias(name)}
        passing = not all(map(is_final, failed.values()))
        update = from_graphql(self.found.node, failed, self.now)
        if update is None or (passing and not self.item.again):
            return False
        self.result.observations.append(of_repository(task, link, update))
        return True

    def _tell_part(
        self, task: LinkTask, link: RepositoryLink, resource: RepoResource, full_name: str
    ) -> bool:
        position = self.item.links.index((task, link))
        names = [part_alias(position, number) for number in range(len(lookups(resource)))]
        there = next((value for name in names if is_there(value := self.found.node.get(name))), None)
        if there is not None or isinstance(resource, Page):
            self.result.observations.append(of_part(task, link, resource, full_name, address(node(there))))
            return True
        if not names:
            self.result.for_web.append(task)
            return True
        if all(is_missing(self.found.failed.get(name)) for name in names):
            self.result.next.append(LookForPart(task, link, resource, full_name))
            return True
        return False
