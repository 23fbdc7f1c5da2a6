"""
The lines of YAML, put together here.

`yaml_text` makes an event of each value and takes ten times as long. It is asked
about what only its library knows: how a text is quoted that may not stand as it is.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from lmsys_enrich.outputs.yaml_text import word, yaml_text

_ENOUGH = 2**12
_LONGEST = 2**16  # the library folds lines of a million bytes
_LONGEST_KEY = 30  # letters; a key of more than 128 bytes has a form of its own

# A text that needs no quotes, by the library's rules and by those of readers: it begins with a letter, is
# none of the words for true, false and null, and no colon, number sign or blank stands where it would end
# it. Other texts may need none as well: that is the library's to tell.
# Told by the characters that may not stand in it, which compiles eight times as fast.
_NOWHERE = "\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe-\U0010ffff"
_FIRST = rf"[^\0-@\[-`{{-~{_NOWHERE}]"
_INNER = f"[^\0- :{_NOWHERE}]*+"
# Groups are not possessive: Python before 3.11.5 takes some for matches that are none
# (https://github.com/python/cpython/issues/106052).
_is_plain = re.compile(rf"{_FIRST}{_INNER}(?:(?::(?! |\Z)| (?![ #]|\Z)){_INNER})*").fullmatch
_WORDS = frozenset({"y", "yes", "n", "no", "true", "false", "on", "off", "null"})
_has_breaks = re.compile("[\n\r\x85\u2028\u2029]").search


def yaml_lines(value: Mapping[str, object], depth: int = 0) -> str:
    """Return what `yaml_text` says of a mapping that stands `depth` mappings deep."""
    lines: list[str] = []
    _add(lines, value, depth)
    return "".join(lines)


def yaml_item(value: Mapping[str, object], depth: int) -> str:
    """Return what `yaml_text` says of a mapping that is an item of a list, its dash `depth` mappings deep."""
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


@lru_cache(maxsize=_ENOUGH)
def _is_simple(key: object) -> bool:
    return isinstance(key, str) and len(key) <= _LONGEST_KEY and _may_stand(key)


@lru_cache(maxsize=_ENOUGH)
def _quoted(text: str) -> str:
    """Return a text of one line as it stands behind a key."""
    return yaml_text({"a": text})[len("a: ") : -len("\n")]


def _by_the_library(key: str, value: object, depth: int) -> str:
    """Return any pair at all; the library is given what it stands in, since that decides its lines."""
    within: object = {key: value}
    for _ in range(depth):
        within = {"a": within}
    return yaml_text(within).split("\n", depth)[depth]
