"""YAML exactly as PyYAML emits it; most lines are assembled here, because lists are long."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

_CACHED_LINES = 2**12
_LONGEST = 2**16  # the library folds lines of a million bytes
_LONGEST_KEY = 30  # characters; YAML writes a key of more than 128 bytes in another form

# A text that needs no quotes, by the library's rules and by those of readers: it begins with a letter, is
# none of the words for true, false and null, and no colon, number sign or blank is where it would end
# it. Other texts may need none as well: the library decides that.
# Defined by the characters it may not have, which compiles eight times as fast.
_NOWHERE = "\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe-\U0010ffff"
_FIRST = rf"[^\0-@\[-`{{-~{_NOWHERE}]"
_INNER = f"[^\0- :{_NOWHERE}]*+"
# Groups are not possessive: Python before 3.11.5 finds wrong matches
# (https://github.com/python/cpython/issues/106052).
_is_plain = re.compile(rf"{_FIRST}{_INNER}(?:(?::(?! |\Z)| (?![ #]|\Z)){_INNER})*").fullmatch
_WORDS = frozenset({"y", "yes", "n", "no", "true", "false", "on", "off", "null"})
_has_breaks = re.compile("[\n\r\x85\u2028\u2029]").search


def yaml_lines(value: Mapping[str, object], depth: int = 0) -> str:
    """Return `yaml_text` of a mapping nested `depth` mappings deep."""
    lines: list[str] = []
    _add(lines, value, depth)
    return "".join(lines)


def yaml_item(value: Mapping[str, object], depth: int) -> str:
    """Return `yaml_text` of a mapping that is an item of a list, its dash `depth` mappings deep."""
    lines = yaml_lines(value, depth + 1)
    return f"{'  ' * depth}- {lines[2 * depth + 2 :]}"


def _add(lines: list[str], pairs: Mapping[str, object], depth: int) -> None:
    indent = "  " * depth
    for key, value in pairs.items():
        if not _is_simple(key):
            lines.append(_by_the_library(key, value, depth))
        elif isinstance(value, str):
            text = value if _may_stand(value) else _quoted(value) if _is_one_line(value) else None
            lines.append(f"{indent}{key}: {text}\n" if text else _by_the_library(key, value, depth))
        elif isinstance(value, dict):
            lines.append(f"{indent}{key}:\n" if value else f"{indent}{key}: {{}}\n")
            _add(lines, value, depth + 1)
        elif isinstance(value, (list, tuple)):
            lines.append(_by_the_library(key, value, depth))
        else:
            lines.append(f"{indent}{key}: {word(value)}\n")


def _may_stand(text: str) -> bool:
    return _is_plain(text) is not None and text.lower() not in _WORDS


def _is_one_line(text: str) -> bool:
    return len(text) < _LONGEST and _has_breaks(text) is None


@lru_cache(maxsize=_CACHED_LINES)
def _is_simple(key: object) -> bool:
    return isinstance(key, str) and len(key) <= _LONGEST_KEY and _may_stand(key)


@lru_cache(maxsize=_CACHED_LINES)
def _quoted(text: str) -> str:
    """Return a text of one line as the value of a key."""
    return yaml_text({"a": text})[len("a: ") : -len("\n")]


def _by_the_library(key: str, value: object, depth: int) -> str:
    """Return any pair, emitted within as many mappings, since depth affects its layout."""
    within: object = {key: value}
    for _ in range(depth):
        within = {"a": within}
    return yaml_text(within).split("\n", depth)[depth]


_Dumper: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
_NO_FOLDING = 2**20
_CACHED_TEXTS = 2**14
_TAG = "tag:yaml.org,2002:"
_NO_TAG = (True, False)


class Flow(list[object]):
    """Sequence in flow style: on one line."""


def yaml_text(value: object) -> str:
    """
    Return block style, keys in their order, no line folded, and nothing shared by reference.

    Events go straight to the emitter: the nodes between, which `yaml.dump` builds
    of everything, take most of its time. `yaml_lines` returns the same in half the
    time of this: 0.24 s less for 10,000 entries.
    """
    return str(yaml.emit(_document(value), Dumper=_Dumper, allow_unicode=True, width=_NO_FOLDING))


def _document(value: object) -> Iterator[yaml.Event]:
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    yield from _events(value)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _events(value: object) -> Iterator[yaml.Event]:
    match value:
        case Mapping():
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
            for key, held in value.items():
                yield _scalar(key)
                yield from _events(held)
            yield yaml.MappingEndEvent()
        case list() | tuple():
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=isinstance(value, Flow))
            for held in value:
                yield from _events(held)
            yield yaml.SequenceEndEvent()
        case _:
            yield _scalar(value)


def _scalar(value: object) -> yaml.ScalarEvent:
    if isinstance(value, str):
        return yaml.ScalarEvent(None, None, _may_be_plain(value), value)
    return yaml.ScalarEvent(None, None, _NO_TAG, word(value))


def word(value: object) -> str:
    """Return the plain scalar of a value that is not a text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            # YAML 1.1 wants a point in every number that is not an integer.
            return re.sub(r"^(-?\d+)e", r"\1.0e", repr(value))
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"no YAML for {type(value).__name__}")


@lru_cache(maxsize=_CACHED_TEXTS)
def _may_be_plain(text: str) -> tuple[bool, bool]:
    """Return whether a text reads back as text without further quotes."""
    return _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == f"{_TAG}str", True


_RESOLVER: Any = yaml.resolver.Resolver()
