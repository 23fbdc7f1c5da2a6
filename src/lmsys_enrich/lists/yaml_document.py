"""
YAML text as typed nodes, each with its place. Nothing else that reads knows the library.

Built from the parser's events, because constructors know no places and take three
times as long. Plain `yes`, `no`, `on` and `off` are true and false, as in YAML 1.1.
A plain number is a number only if it reads back as it is written: `1.10`, `010` and
`12:30` stay text, so that no version and no time turns into something else.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from lmsys_enrich.lists.mistakes import Mistake, shown
from lmsys_enrich.model.catalog import Cell, Place

Loader: TypeAlias = "type[yaml.SafeLoader | yaml.CSafeLoader]"
FASTEST_LOADER: Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_DEEPEST = 100
_MOST_COPIED = 100_000  # nodes that aliases may add: far more than any list needs, far less than a bomb
_MOST_DIGITS = 15  # what every reader of JSON and YAML takes without loss
_TEXT_TAG = "tag:yaml.org,2002:str"

# Characters that YAML forbids (https://yaml.org/spec/1.2.2/#51-character-set), and the
# line breaks that editors do not count: after them every line number would be wrong.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
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

# What the parsers (libyaml's and Python's) say, and what most often lies behind it.
_ADVICE = (
    ("mapping values are not allowed", "put a text that holds a colon and a space in quotes"),
    ("unexpected end of stream", "a closing quote is missing"),
    ("did not find expected key", "look at the indentation and for missing quotes"),
    ("expected <block end>", "look at the indentation and for missing quotes"),
    ("expected '-' indicator", "look at the indentation"),
    ("expected ':'", "look for a key without its colon"),
    ("expected ',' or", "look for a missing comma or bracket"),
    ("escape", "in double quotes write \\\\ for a backslash, or use single quotes"),
)


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value: `text` as it reads without its quotes, `value` what YAML makes of it."""

    place: Place
    text: str
    value: Cell


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """Values in their order."""

    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Values under their keys' texts, in their order, each with its key."""

    place: Place
    pairs: dict[str, tuple[ScalarNode, "Node"]]


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Many small nodes and no garbage: the collector would take two thirds of the time of reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def read_document(
    text: str, file: str, mistakes: list[Mistake], loader: Loader = FASTEST_LOADER
) -> Node | None:
    """Return the root, and add to `mistakes`; None if the file is empty or cannot be read to its end."""
    text = text.removeprefix("\ufeff")
    if forbidden := _FORBIDDEN.search(text):
        mistakes.append(_forbidden(text, forbidden, file))
        return None
    builder = _Builder(file, mistakes)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as problem:
        mistakes.append(_syntax_mistake(problem, text, file))
        return None
    except (ValueError, OverflowError) as problem:  # escapes and versions that a parser does not look at
        mistakes.append(Mistake(builder.latest, f"not YAML: what follows cannot be read ({problem})"))
        return None
    except _Unreadable as problem:
        mistakes.append(problem.mistake)
        return None
    return builder.root


class _Unreadable(Exception):
    """Reading on would be pointless or dangerous."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(slots=True)
class _Open:
    """A sequence or mapping whose end has not been read; `size` and `height` count with copies."""

    place: Place
    anchor: str | None
    items: list[Node] | None = None
    pairs: dict[str, tuple[ScalarNode, Node]] = field(default_factory=dict)
    key: ScalarNode | None = None
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _Anchored:
    node: Node
    size: int
    height: int


class _Builder:
    """Makes nodes of events, without recursion, and within bounds whatever aliases say."""

    def __init__(self, file: str, mistakes: list[Mistake]) -> None:
        self.root: Node | None = None
        self.latest = Place(file, 1, 1)
        self._file = file
        self._mistakes = mistakes
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._copied = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
            self._anchor(event.anchor, node, 1, 1)
            self._put(node, 1, 1)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._copy(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _Unreadable(Mistake(self._place(event), "a second document begins; a list is only one"))

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        place, text = self._place(event), event.value
        self._refuse_tag(event, place)
        if event.style == '"' and (forbidden := _FORBIDDEN.search(text)):
            self._mistakes.append(
                Mistake(place, f"the escape for {_name_of(forbidden[0])} stands for no text")
            )
        is_plain = event.implicit[0] and event.tag is None
        return ScalarNode(place, text, _value(text) if is_plain else text)

    def _begin(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        place = self._place(event)
        self._refuse_tag(event, place)
        items: list[Node] | None = [] if isinstance(event, yaml.SequenceStartEvent) else None
        self._open.append(_Open(place, event.anchor, items))
        self._refuse_depth(len(self._open), place)

    def _end(self) -> None:
        ended = self._open.pop()
        node: Node
        if ended.items is None:
            node = MappingNode(ended.place, ended.pairs)
        else:
            node = SequenceNode(ended.place, tuple(ended.items))
        self._anchor(ended.anchor, node, ended.size, ended.height)
        self._put(node, ended.size, ended.height)

    def _copy(self, event: yaml.AliasEvent) -> None:
        place = self._place(event)
        anchored = self._anchors.get(str(event.anchor))
        if anchored is None:
            message = f"*{event.anchor} refers to &{event.anchor}, which does not stand before it"
            raise _Unreadable(Mistake(place, f"{message}; put a text that begins with * in quotes"))
        self._copied += anchored.size
        if self._copied > _MOST_COPIED:
            raise _Unreadable(Mistake(place, "aliases make this list too large; write the values out"))
        self._refuse_depth(len(self._open) + anchored.height, place)
        self._put(anchored.node, anchored.size, anchored.height)

    def _anchor(self, name: str | None, node: Node, size: int, height: int) -> None:
        if name is not None:
            self._anchors[name] = _Anchored(node, size, height)

    def _put(self, node: Node, size: int, height: int) -> None:
        if not self._open:
            self.root = node
            return
        into = self._open[-1]
        into.size += size
        into.height = max(into.height, height + 1)
        if into.items is not None:
            into.items.append(node)
        elif into.key is None:
            into.key = self._key(node, into)
        else:
            into.pairs.setdefault(into.key.text, (into.key, node))
            into.key = None

    def _key(self, node: Node, mapping: _Open) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            self._mistakes.append(Mistake(node.place, "a key must be a word, not a list or a mapping"))
            return ScalarNode(node.place, "", None)
        if earlier := mapping.pairs.get(node.text):
            line = earlier[0].place.line
            self._mistakes.append(
                Mistake(node.place, f"{shown(node.text)} stands here twice, first on line {line}")
            )
        if node.text == "<<":
            self._mistakes.append(
                Mistake(node.place, "merge keys (<<) are not understood; write the values out")
            )
        return node

    def _refuse_depth(self, depth: int, place: Place) -> None:
        if depth > _DEEPEST:
            raise _Unreadable(Mistake(place, f"nested more than {_DEEPEST} levels deep"))

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> None:
        if event.tag is not None and event.tag != _TEXT_TAG:
            message = f"the tag {shown(event.tag)} is not understood; put a text that begins with ! in quotes"
            self._mistakes.append(Mistake(place, message))

    def _place(self, event: yaml.Event) -> Place:
        if (mark := event.start_mark) is not None:
            self.latest = Place(self._file, mark.line + 1, mark.column + 1)
        return self.latest


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
    more = f", nor can {count} more such characters further on" if count else ""
    return Mistake(Place(file, line, column), f"{_name_of(found[0])} cannot stand in a list{more}; remove it")


def _name_of(character: str) -> str:
    return f"the invisible character U+{ord(character):04X}"


def _syntax_mistake(problem: yaml.MarkedYAMLError, text: str, file: str) -> Mistake:
    mark = problem.problem_mark or problem.context_mark
    if mark is None:
        return Mistake(Place(file, 1, 1), "not YAML")
    said = problem.problem or "not understood"
    if problem.context and problem.context_mark:
        since = problem.context_mark.line
        said += f" {problem.context}" + (f" that begins on line {since + 1}" if since != mark.line else "")
    if "cannot start any token" in said:
        said = f"a text cannot begin with {shown(text[mark.index])}"
        advice = "indent with spaces" if text[mark.index] == "\t" else "put it in quotes"
    else:
        advice = next((advice for words, advice in _ADVICE if words in said), "")
    return Mistake(
        Place(file, mark.line + 1, mark.column + 1), "; ".join(filter(None, (f"not YAML: {said}", advice)))
    )
