"""
YAML text as typed nodes, each with its location. The only reader that uses PyYAML.

Built from the parser's events, because constructors know no locations and take three
times as long. Plain `yes`, `no`, `on` and `off` are true and false, as in YAML 1.1.
A plain number is a number only if it reads back as it is written: `1.10`, `010` and
`12:30` stay text, so that no version and no time turns into something else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from sys import intern
from typing import TypeAlias, cast

import yaml

from lmsys_enrich.characters import CONTROLS, NONCHARACTERS
from lmsys_enrich.lists.mistakes import Mistake, shown
from lmsys_enrich.model.catalog import Cell, Location
from lmsys_enrich.spool import Spool
from lmsys_enrich.values import Value

Loader: TypeAlias = "type[yaml.SafeLoader | yaml.CSafeLoader]"
FASTEST_LOADER: Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_DEEPEST = 100
_MOST_IN_MEMORY = 50_000  # items of a sequence: as nodes they take three times what the entries take
_MOST_COPIED = 100_000  # nodes that aliases may add: far more than any list needs, far less than a bomb
_MOST_DIGITS = 15  # what every reader of JSON and YAML takes without loss
_TEXT_TAG = "tag:yaml.org,2002:str"

# Characters that YAML forbids (https://yaml.org/spec/1.2.2/#51-character-set), and the
# line breaks that editors do not count: after them every line number would be wrong. Not written as
# all others than those allowed: to compile that takes 9 ms.
_FORBIDDEN = re.compile(f"[{CONTROLS}{NONCHARACTERS}\u2028\u2029\ufeff]")
_INTEGER = re.compile(r"-?[0-9]+")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+")
_NULL = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE = ("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
_WORDS: dict[str, Cell] = {
    **dict.fromkeys(_NULL),
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
}

# Messages of the parsers (libyaml's and Python's), and their most frequent causes.
_ADVICE = (
    ("mapping values are not allowed", "put text that contains a colon and a space in quotes"),
    ("unexpected end of stream", "a closing quote is missing"),
    ("did not find expected key", "check the indentation, and for missing quotes"),
    ("expected <block end>", "check the indentation, and for missing quotes"),
    ("expected '-' indicator", "check the indentation"),
    ("expected ':'", "check for a key without its colon"),
    ("expected ',' or", "check for a missing comma or bracket"),
    ("escape", "in double quotes write \\\\ for a backslash, or use single quotes"),
)


class ScalarNode(Value):
    """A single value: `text` as it reads without its quotes, `value` what YAML makes of it."""

    file: str
    line: int
    column: int
    text: str
    value: Cell

    @property
    def location(self) -> Location:
        return Location(self.file, self.line, self.column)


class SequenceNode(Value):
    """Values in their order."""

    file: str
    line: int
    column: int
    items: Sequence["Node"]

    @property
    def location(self) -> Location:
        return Location(self.file, self.line, self.column)


class MappingNode(Value):
    """Values under their keys' texts, in their order; `spots` are the keys' lines and columns."""

    file: str
    line: int
    column: int
    values: Mapping[str, "Node"]
    spots: Mapping[str, tuple[int, int]]

    @property
    def location(self) -> Location:
        return Location(self.file, self.line, self.column)

    def key_location(self, key: str) -> Location:
        """Return the location of one of the keys."""
        return Location(self.file, *self.spots[key])


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode
"""A location is made on demand, for few are read."""


def read_document(
    text: str, file: str, mistakes: list[Mistake], loader: Loader = FASTEST_LOADER
) -> Node | None:
    """Return the root, and add to `mistakes`; None if the file is empty or cannot be read completely."""
    text = text.removeprefix("\ufeff")
    if forbidden := _FORBIDDEN.search(text):
        mistakes.append(_forbidden(text, forbidden, file))
        return None
    builder = _Builder(yaml.parse(text, Loader=loader), file, mistakes)
    try:
        return builder.root()
    except yaml.MarkedYAMLError as problem:
        mistakes.append(_syntax_mistake(problem, text, file))
    except (ValueError, OverflowError) as problem:  # escapes and versions that a parser does not look at
        mistakes.append(Mistake(builder.latest, f"not YAML: the rest cannot be read ({problem})"))
    except _Unreadable as problem:
        mistakes.append(problem.mistake)
    return None


class _Unreadable(Exception):
    """Signal that reading on would be pointless or dangerous."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


class _Builder:
    """Builder of nodes from events, with limits on depth and on the size that aliases can reach."""

    def __init__(self, events: Iterator[yaml.Event], file: str, mistakes: list[Mistake]) -> None:
        self._latest: yaml.Event = yaml.StreamStartEvent()
        self._events = events
        self._file = file
        self._mistakes = mistakes
        self._anchors: dict[str, Node] = {}
        self._copied = 0

    @property
    def latest(self) -> Location:
        return Location(self._file, *_spot(self._latest))

    def root(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, 0)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._latest = event
                    raise self._unreadable("a second YAML document begins here; a list is a single document")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        """Return the node that begins with an event, inside of `depth` others."""
        self._latest = event
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(event, depth + 1)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, depth + 1)
        else:
            return self._copy(cast("yaml.AliasEvent", event), depth)  # no other event begins a node
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        line, column = _spot(event)
        text = event.value
        value = _value(text) if self._is_plain(event) else text
        return ScalarNode(self._file, line, column, text, value)

    def _is_plain(self, event: yaml.ScalarEvent) -> bool:
        """Return whether a value is plain; mistakes in the tags and escapes of others are noted."""
        if event.tag is None and event.implicit[0]:
            return True
        self._refuse_tag(event)
        if event.style == '"' and (forbidden := _FORBIDDEN.search(event.value)):
            self._mistake(f"the escape for {_name_of(forbidden[0])} is not allowed")
        return False

    def _sequence(self, event: yaml.SequenceStartEvent, depth: int) -> SequenceNode:
        location = self._begin(event, depth)
        items: list[Node] | Spool[Node] = []
        while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(inner, depth))
            if len(items) == _MOST_IN_MEMORY:
                items = Spool(items)
        return SequenceNode(*location, items)

    def _mapping(self, event: yaml.MappingStartEvent, depth: int) -> MappingNode:
        location = self._begin(event, depth)
        values: dict[str, Node] = {}
        spots: dict[str, tuple[int, int]] = {}
        node = MappingNode(*location, values, spots)
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            key, spot = self._key(inner, node, depth)
            value = self._node(next(self._events), depth)
            if key not in values and key != "<<":  # of which all is said
                values[key] = value
                spots[key] = spot
        return node

    def _begin(self, event: yaml.CollectionStartEvent, depth: int) -> tuple[str, int, int]:
        """Return file, line and column."""
        self._refuse_tag(event)
        self._refuse_depth(depth)
        return self._file, *_spot(event)

    def _key(self, event: yaml.Event, mapping: MappingNode, depth: int) -> tuple[str, tuple[int, int]]:
        """Return a key's text, shared by all mappings that have it, and its location."""
        if isinstance(event, yaml.ScalarEvent) and event.anchor is None:
            self._latest = event
            self._is_plain(event)
            key, spot = intern(event.value), _spot(event)
        else:
            read = self._node(event, depth)
            spot = read.line, read.column
            if not isinstance(read, ScalarNode):
                self._mistakes.append(Mistake(read.location, "a key must be a word, not a list or a mapping"))
                return "<<", spot
            key = intern(read.text)
        if key in mapping.values or key == "<<":
            self._refuse_key(key, Location(self._file, *spot), mapping)
        return key, spot

    def _refuse_key(self, key: str, location: Location, mapping: MappingNode) -> None:
        if key in mapping.values:
            line = mapping.key_location(key).line
            self._mistakes.append(Mistake(location, f"{shown(key)} appears twice, first on line {line}"))
        if key == "<<":
            message = "merge keys (<<) are not supported; write the values out"
            self._mistakes.append(Mistake(location, message))

    def _copy(self, event: yaml.AliasEvent, depth: int) -> Node:
        name = str(event.anchor)
        node = self._anchors.get(name)
        if node is None:
            message = f"*{name} refers to &{name}, which is not defined before it"
            raise self._unreadable(f"{message}; put text that begins with * in quotes")
        size, height = _measured(node)
        self._copied += size
        if self._copied > _MOST_COPIED:
            raise self._unreadable("aliases make this list too large; write the values out")
        self._refuse_depth(depth + height)
        return node

    def _refuse_depth(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise self._unreadable(f"nested more than {_DEEPEST} levels deep")

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag != _TEXT_TAG:
            self._mistake(
                f"the tag {shown(event.tag)} is not supported; put text that begins with ! in quotes"
            )

    def _mistake(self, message: str) -> None:
        self._mistakes.append(Mistake(self.latest, message))

    def _unreadable(self, message: str) -> _Unreadable:
        return _Unreadable(Mistake(self.latest, message))


def _spot(event: yaml.Event) -> tuple[int, int]:
    """Return line and column; a mark that the parser lacks counts as the start."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _measured(node: Node) -> tuple[int, int]:
    """Return the number of nodes in a node and its depth, with the repetitions by aliases."""
    if isinstance(node, ScalarNode):
        return 1, 1
    values = node.items if isinstance(node, SequenceNode) else node.values.values()
    inner = [_measured(value) for value in values]
    keys = len(inner) if isinstance(node, MappingNode) else 0
    return 1 + keys + sum(size for size, _ in inner), 1 + max((height for _, height in inner), default=0)


def _value(text: str) -> Cell:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-0123456789" or len(text) > _MOST_DIGITS:
        return text
    number: int | float
    if _INTEGER.fullmatch(text):
        number = int(text)
    elif _FLOAT.fullmatch(text):
        number = float(text)
    else:
        return text
    return number if str(number) == text else text


def _forbidden(text: str, found: re.Match[str], file: str) -> Mistake:
    before = text[: found.start()]
    line = before.count("\n") + 1
    column = found.start() - (before.rfind("\n") + 1) + 1
    count = sum(1 for _ in _FORBIDDEN.finditer(text)) - 1
    more = f", nor are {count} more such characters below" if count else ""
    return Mistake(
        Location(file, line, column), f"{_name_of(found[0])} is not allowed in a list{more}; remove it"
    )


def _name_of(character: str) -> str:
    return f"the invisible character U+{ord(character):04X}"


def _syntax_mistake(problem: yaml.MarkedYAMLError, text: str, file: str) -> Mistake:
    mark = problem.problem_mark or problem.context_mark
    if mark is None:
        return Mistake(Location(file, 1, 1), "not YAML")
    message = problem.problem or "not understood"
    if problem.context and problem.context_mark:
        since = problem.context_mark.line
        message += f" {problem.context}" + (f" that begins on line {since + 1}" if since != mark.line else "")
    if "cannot start any token" in message:
        message = f"text cannot begin with {shown(text[mark.index])}"
        advice = "indent with spaces" if text[mark.index] == "\t" else "put it in quotes"
    else:
        advice = next((advice for words, advice in _ADVICE if words in message), "")
    return Mistake(
        Location(file, mark.line + 1, mark.column + 1),
        "; ".join(filter(None, (f"not YAML: {message}", advice))),
    )
