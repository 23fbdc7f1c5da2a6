"""Typed access to the fields of a YAML mapping; mistakes are noted, and reading goes on."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from lmsys_enrich.lists.mistakes import Mistake, closest, did_you_mean, shown
from lmsys_enrich.lists.yaml_document import MappingNode, Node, ScalarNode, SequenceNode
from lmsys_enrich.model.catalog import Cell, Location

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LAST_YEAR = 9999
_MOST_SUGGESTIONS = 1000  # more would not be read, and each takes a tenth of a millisecond


class Fields:
    """
    The fields of one mapping, as `what` ("an entry") in messages.

    A field without a value counts as missing. Methods return None, or
    an empty sequence, for a missing value and for a mistake.
    """

    def __init__(self, node: MappingNode, what: str, mistakes: list[Mistake]) -> None:
        self.keys = node.values.keys()
        self._node = node
        self._values = node.values
        self._what = what
        self._mistakes = mistakes
        self._meant: set[str] = set()

    @property
    def location(self) -> Location:
        return self._node.location

    def only(self, known: AbstractSet[str], remark: str = "") -> None:
        """Note every unknown key; to be called before any key is required."""
        if self.keys <= known:
            return
        for key in self.keys:
            if key not in known:
                suggestion = remark
                if len(self._mistakes) < _MOST_SUGGESTIONS:
                    self._meant.add(closest(key, tuple(known)) or "")
                    # A key that is not a typing error may be a column that its section does not name yet.
                    suggestion = f"{remark}{did_you_mean(key, known)}"
                self.note(
                    self._node.key_location(key), f"{shown(key)} is not a key of {self._what}{suggestion}"
                )

    def note(self, location: Location, message: str) -> None:
        """Add a mistake."""
        self._mistakes.append(Mistake(location, message))

    def node(self, key: str) -> Node | None:
        """Return the value unchanged, or None if it is empty."""
        node = self._values.get(key)
        return None if isinstance(node, ScalarNode) and node.value is None else node

    def location_of(self, key: str) -> Location:
        """Return the location of a key's value, or of the mapping if it has none."""
        node = self._values.get(key)
        return node.location if node is not None else self.location

    def require(self, key: str) -> bool:
        """Return whether the key exists; note it if it is missing, unless a mistyped key explains that."""
        is_there = key in self._values
        if not is_there and key not in self._meant:
            self.note(self.location, f"{self._what} needs {key}")
        return is_there

    def required_line(self, key: str) -> str:
        """Return a text as one line, and note if there is none."""
        if not self.require(key):
            return ""
        line = self.line(key)
        if not line and (line == "" or self.node(key) is None):
            self.note(self.location_of(key), f"{key} is empty; {self._what} needs it")
        return line or ""

    def line(self, key: str) -> str | None:
        """Return a text as one line."""
        text = self.text(key)
        return " ".join(text.split()) if text is not None else None

    def text(self, key: str) -> str | None:
        """Return a text with its line breaks, without blank ends."""
        node = self.node(key)
        if node is None:
            return None
        text = self.text_of(node, key)
        return text.rstrip().lstrip("\r\n") if text is not None else None

    def text_of(self, node: Node, what: str) -> str | None:
        """Return a scalar's text; a number must be in quotes to be one."""
        if not isinstance(node, ScalarNode):
            self.note(node.location, f"{what} must be text, not {_kind(node)}")
        elif isinstance(node.value, str) or (
            isinstance(node.value, bool) and node.text.lower() not in _BOOLEANS
        ):
            return node.text
        else:
            self.note(node.location, f"{what} must be text; put {shown(node.text)} in quotes")
        return None

    def cell(self, key: str) -> Cell:
        """Return a scalar as YAML reads it."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return node.text.strip() if isinstance(node.value, str) else node.value
        self.note(node.location, f"{key} must be text, a number, true or false, not {_kind(node)}")
        return None

    def year(self, key: str) -> int | None:
        """Return a year."""
        node = self.node(key)
        if node is None:
            return None
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LAST_YEAR:
            return value
        written = f", not {shown(node.text)}" if isinstance(node, ScalarNode) else ""
        in_quotes = isinstance(value, str) and value.isdecimal()
        self.note(
            node.location, f"{key} must be a year such as 2022{' without quotes' if in_quotes else written}"
        )
        return None

    def date(self, key: str) -> date | None:
        """Return a day, written as 2027-01-31."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, ScalarNode) and _DATE.fullmatch(node.text):
            try:
                return date.fromisoformat(node.text)
            except ValueError:
                pass  # no such day; noted below
        written = shown(node.text) if isinstance(node, ScalarNode) else _kind(node)
        self.note(node.location, f"{key} must be a day such as 2027-01-31, not {written}")
        return None

    def items(self, key: str, example: str) -> Sequence[Node]:
        """Return the items of a list."""
        node = self.node(key)
        if isinstance(node, SequenceNode):
            return node.items
        if node is not None:
            self.note(node.location, f"{key} must be a list, {example}, not {_kind(node)}")
        return ()

    def mapping(self, key: str, example: str) -> MappingNode | None:
        """Return a mapping."""
        node = self.node(key)
        return mapping_of(node, f"{key} must be {example}", self._mistakes) if node is not None else None


def mapping_of(node: Node, must: str, mistakes: list[Mistake]) -> MappingNode | None:
    """Return the node if it is a mapping; else note the mistake."""
    if isinstance(node, MappingNode):
        return node
    mistakes.append(Mistake(node.location, f"{must}, not {_kind(node)}"))
    return None


_BOOLEANS = frozenset({"true", "false"})


def _kind(node: Node) -> str:
    match node:
        case MappingNode():
            return "a mapping"
        case SequenceNode():
            return "a list"
        case ScalarNode(value=None):
            return "nothing"
        case _:
            return shown(node.text)
