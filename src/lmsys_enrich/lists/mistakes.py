"""Mistakes in a list, and the error that reports all of them at once."""

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import NoReturn

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Location
from lmsys_enrich.urls import InvalidAddress, has_scheme, is_plain, is_web, link_key
from lmsys_enrich.values import Value

_LONGEST_SHOWN = 60
_MANY_KNOWN = 500  # words that are compared with each other in full
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
_HINT = "`lmsys-enrich schema entries` prints the schema of entries.yaml, also for editors."
_WEB = ("http", "https")
# Reads as a scheme and a path, and is a host without its scheme.
_HOST_AND_PORT = re.compile(r"(?:localhost|[^/:.]*\.[^/:]*):[0-9]+(?:[/?#].*)?", re.IGNORECASE)


class Mistake(Value):
    """Mistake that the maintainer must correct; `message` is one line without the location."""

    location: Location
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


def refuse(mistakes: Iterable[Mistake], *, hint: str = _HINT) -> NoReturn:
    """Raise `InputError` with a line for each mistake, each once, in the order of the source."""
    ordered = sorted(
        set(mistakes), key=lambda m: (m.location.file, m.location.line, m.location.column, m.message)
    )
    raise InputError("\n".join(str(mistake) for mistake in ordered), hint=hint)


def shown(text: str) -> str:
    """Return a text for quotation in a message: one short line without control characters."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the end of a message that names the closest of the known words, or nothing."""
    close = closest(word, tuple(known))
    return f"; did you mean {close!r}?" if close else ""


@lru_cache(maxsize=1024)
def closest(word: str, known: tuple[str, ...], *, cutoff: float = 0.6) -> str | None:
    """Return the known word closest to this one, or None."""
    if len(word) > _LONGEST_SHOWN:
        return None
    if len(known) > _MANY_KNOWN:
        return next(filter(frozenset(known).__contains__, _one_edit_from(word.lower())), None)
    matches = get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return str(matches[0]) if matches else None


def _one_edit_from(word: str) -> Iterator[str]:
    """Yield the words that differ from this one in one letter, or in the order of two."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + tail[1:]


def address_problem(url: str) -> str:
    """Return the problem with a link's address in words, or an empty text."""
    return "" if is_plain(url) else _problem_with(url)


def _problem_with(url: str) -> str:
    if any(character.isspace() for character in url):
        return f"{shown(url)} contains a space; write it as %20, or remove it"
    if not has_scheme(url) or _HOST_AND_PORT.fullmatch(url):
        return f"{shown(url)} is not a complete address; write it with https://"
    scheme = url.partition(":")[0].lower()
    if scheme in _WEB and not is_web(url):
        return f"{shown(url)} lacks // after {scheme}:"
    if scheme not in _WEB and closest(scheme, _WEB, cutoff=0.8):
        return f"{shown(url)} does not begin with https:// or http://"
    try:
        link_key(url)
    except InvalidAddress as problem:
        return f"{shown(url)} is not an address: {problem}"
    return ""
