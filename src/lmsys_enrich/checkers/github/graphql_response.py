"""What a GraphQL answer says of each subject of its batch: the errors are told apart by their paths."""

from collections.abc import Iterable
from typing import TypeAlias

from lmsys_enrich.checkers.github.json_values import Node, node, nodes, text
from lmsys_enrich.checkers.github.query import alias_of
from lmsys_enrich.checkers.github.responses import error_type
from lmsys_enrich.values import Value

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
        _read(data.get(alias_of(position)), by_alias.get(alias_of(position), everywhere))
        for position in range(count)
    ]


def is_missing(failure: str | None) -> bool:
    """Whether a field without a value is one that GitHub says is not there, or has no error at all."""
    return failure in {None, _NOT_FOUND}


def is_final(failure: str) -> bool:
    """Whether asking again would bring the same error."""
    return failure in {_NOT_FOUND, _FORBIDDEN}


def _read(value: object, errors: list[Node]) -> AliasAnswer:
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
