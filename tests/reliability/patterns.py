"""Every regular expression of the package, and text on which one might backtrack."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lmsys_enrich

# The parsed form of a pattern has no public name.
op: Any = importlib.import_module("re._constants")
parse: Any = importlib.import_module("re._parser").parse

_ALPHABET = " \t\n\r-_.:/<>[]()`'\"!#|&;=,~*\\@%+?a1A0é\uff1a★\x00"
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_MANY = 9
"""A repetition of fewer times than this is bounded."""
_SHORT_STOPS = ("", "\x00", "\n!", "<")


@dataclass(frozen=True)
class Use:
    """A pattern and the method with which the package applies it."""

    name: str
    pattern: re.Pattern[Any]
    method: str

    def run(self, text: str) -> None:
        """Apply the pattern to the whole of a text."""
        subject = text if isinstance(self.pattern.pattern, str) else text.encode("utf-8")
        match self.method:
            case "sub" | "subn":
                self.pattern.sub(subject[:0], subject)
            case "finditer":
                for _ in self.pattern.finditer(subject):
                    pass
            case method:
                getattr(self.pattern, method)(subject)


def uses() -> list[Use]:
    """Return every use of a pattern in the package."""
    found: dict[tuple[str, int, str], Use] = {}
    for module in _modules():
        tree = ast.parse(inspect.getsource(module))
        for use in (*_constants(module), *_inline(module.__name__, tree)):
            found.setdefault((str(use.pattern.pattern), use.pattern.flags, use.method), use)
    return list(found.values())


@cache
def _modules() -> tuple[Any, ...]:
    names = (found.name for found in pkgutil.walk_packages(lmsys_enrich.__path__, "lmsys_enrich."))
    return tuple(importlib.import_module(name) for name in names if not name.endswith("__main__"))


@cache
def _source() -> str:
    root = Path(str(lmsys_enrich.__file__)).parent
    return "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))


def _constants(module: Any) -> Iterator[Use]:  # noqa: ANN401 - any module
    """Yield the patterns that are constants of a module, with each method that the package calls."""
    for name, value in vars(module).items():
        for found in _patterns_in(value):
            label = f"{module.__name__}.{name}"
            if not isinstance(found, re.Pattern):  # `_is_plain = re.compile(…).fullmatch`
                yield Use(label, found.__self__, found.__name__)
                continue
            source = inspect.getsource(module) if name.startswith("_") else _source()
            called = [m for m in _METHODS if re.search(rf"\b{re.escape(name)}\.{m}\b", source)]
            yield from (Use(label, found, method) for method in called or ["search"])


def _patterns_in(value: object) -> Iterator[Any]:
    if isinstance(value, re.Pattern) or isinstance(getattr(value, "__self__", None), re.Pattern):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _patterns_in(one)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _patterns_in(one)


def _inline(module: str, tree: ast.AST) -> Iterator[Use]:
    """Yield the patterns that are written where they are used: `re.sub(r"…", …)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        if node.func.attr in _METHODS and (pattern := _written(node.args[0])) is not None:
            yield Use(f"{module}:{node.lineno}", re.compile(pattern), node.func.attr)


def _written(node: ast.expr) -> str | bytes | None:
    """Return a pattern as it is written, with `x` for what an f-string puts in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
        return "".join(str(part) for part in parts)
    return None


def hostile_texts(pattern: re.Pattern[Any]) -> list[Callable[[int], str]]:
    """Return makers of text of a given length: all that leads up to a repetition, repeated, then a stop."""
    tree = parse(pattern.pattern, pattern.flags)
    made: dict[tuple[str, str, str], None] = {}
    for before, body, behind in _repetitions(list(tree), ("",)):
        for stop in dict.fromkeys((*_SHORT_STOPS, behind[:-1])):
            made[before, body, stop] = None
            made["", before + body, stop] = None
    whole = _samples(list(tree))[0]
    for atom in {whole, whole[:-1], *_ALPHABET}:
        made["", atom, ""] = None
    return [_maker(*parts) for parts in made if parts[1]]


def _maker(before: str, body: str, stop: str) -> Callable[[int], str]:
    return lambda length: before + body * (length // len(body)) + stop


def _repetitions(nodes: Sequence[Any], before: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each unbounded repetition as samples of what stands before it, in it, and behind it."""
    for position, (kind, value) in enumerate(nodes):
        inner = _inner(kind, value)
        if kind in _REPEATS and int(value[1]) > _MANY:
            behind = _samples(nodes[position + 1 :])[0]
            for body in _samples(list(value[2])):
                yield from ((start, body, behind) for start in before)
        for branch in inner:
            yield from _repetitions(branch, before)
        before = [start + sample for start in before for sample in _samples([(kind, value)])[:2]][:4]


_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)


def _inner(kind: Any, value: Any) -> list[list[Any]]:  # noqa: ANN401 - nodes have no type
    if kind in _REPEATS:
        return [list(value[2])]
    if kind is op.SUBPATTERN:
        return [list(value[3])]
    if kind is op.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind is op.ATOMIC_GROUP:
        return [list(value)]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(value[1])]
    return []


def _samples(nodes: Sequence[Any]) -> list[str]:
    """Return texts that a sequence of nodes matches, or nearly: each choice beside the first of others."""
    choices = [_choices(kind, value) for kind, value in nodes]
    first = [choice[0] for choice in choices]
    made = ["".join(first)]
    for position, choice in enumerate(choices):
        made += ["".join([*first[:position], other, *first[position + 1 :]]) for other in choice[1:]]
    return list(dict.fromkeys(made))[:12]


def _choices(kind: Any, value: Any) -> list[str]:  # noqa: ANN401 - nodes have no type
    if kind is op.LITERAL:
        return [chr(value)]
    if kind in (op.NOT_LITERAL, op.ANY):
        return [c for c in "a <[" if ord(c) != value]
    if kind is op.IN:
        return [c for c in _ALPHABET + _literals(value) if _is_in(value, c)][:8] or ["a"]
    if kind in _REPEATS:
        samples = _samples(list(value[2]))
        least = max(int(value[0]), 1)
        return [sample * least for sample in samples] + ([""] if value[0] == 0 else [])
    is_group = kind in (op.SUBPATTERN, op.ATOMIC_GROUP, op.BRANCH)
    return (
        [sample for branch in _inner(kind, value) for sample in _samples(branch)][:12] if is_group else [""]
    )


def _literals(items: Sequence[Any]) -> str:
    literals = (value for kind, value in items if kind is op.LITERAL)
    starts = (value[0] for kind, value in items if kind is op.RANGE)
    return "".join(map(chr, (*literals, *starts)))


def _is_in(items: Sequence[Any], char: str) -> bool:
    is_negated = items[0][0] is op.NEGATE
    return is_negated != any(_is_one(kind, value, char) for kind, value in items)


def _is_one(kind: Any, value: Any, char: str) -> bool:  # noqa: ANN401 - nodes have no type
    if kind is op.LITERAL:
        return bool(ord(char) == value)
    if kind is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    if kind is op.CATEGORY:
        return bool(re.match(_CATEGORIES[value], char))
    return False


_CATEGORIES = {
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
