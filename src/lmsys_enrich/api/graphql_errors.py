"""Errors of GraphQL that any server may send: fields that an older version lacks."""

import re
from collections.abc import Iterable

from lmsys_enrich.api.json_values import Node, node, nodes, text

# As graphql-ruby words it, which GitHub and GitLab use.
_MISSING = re.compile(r"Field '([A-Za-z_]{1,100})' doesn't exist on type '[A-Za-z_]{1,100}'")
_UNDEFINED = "undefinedField"


def errors_of(body: object) -> tuple[Node, ...]:
    """Return the errors of a response."""
    return nodes(node(body).get("errors"))


def unknown_fields(errors: Iterable[Node]) -> frozenset[str]:
    """Return the fields that a server does not know; empty where an error is of another kind."""
    names: set[str] = set()
    for error in errors:
        extensions = node(error.get("extensions"))
        match = _MISSING.fullmatch(text(error.get("message")) or "")
        is_undefined = extensions.get("code") == _UNDEFINED
        name = text(extensions.get("fieldName")) if is_undefined else match[1] if match else None
        if name is None:
            return frozenset()
        names.add(name)
    return frozenset(names)
