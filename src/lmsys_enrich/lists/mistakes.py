"""Mistakes in a list, the error that reports all of them at once, and remarks on duplicates."""

from array import array
from collections.abc import Collection, Hashable, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import NoReturn

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.catalog import Catalog, Entry, Link, ListedEntry, Location, Remark
from lmsys_enrich.urls import InvalidAddress, link_key
from lmsys_enrich.values import Value

_LONGEST_SHOWN = 60
_MANY_KNOWN = 500  # words that are compared with each other in full
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
_HINT = "`lmsys-enrich schema entries` prints the schema of entries.yaml, also for editors."


class Mistake(Value):
    """Mistake that the maintainer has to correct; `message` is one line without the location."""

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
    """Return the text as a message may quote it: one line, not long, nothing that steers a terminal."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…")


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the end of a message that names the closest of the known words, or nothing."""
    close = closest(word, tuple(known))
    return f"; did you mean {close!r}?" if close else ""


@lru_cache(maxsize=1024)
def closest(word: str, known: tuple[str, ...], *, cutoff: float = 0.6) -> str | None:
    """Return the known word that differs little from this one, or none."""
    if len(word) > _LONGEST_SHOWN:
        return None
    if len(known) > _MANY_KNOWN:
        return next(filter(frozenset(known).__contains__, _one_edit_from(word.lower())), None)
    found = get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return str(found[0]) if found else None


def _one_edit_from(word: str) -> Iterator[str]:
    """Yield the words that differ from this one in one letter, or in the order of two."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + tail[1:]


def duplicates(catalog: Catalog) -> Iterator[Remark]:
    """
    Yield a remark, with both locations, for each main link and each name in a section that recurs.

    The list is read twice, since most of it does not recur, and it may have a million entries.
    """
    recurring = _recurring(hash(one[0]) for listed in catalog.listed() for one in _naming(listed))
    if not recurring:
        return
    first: dict[Hashable, Location] = {}
    for listed in catalog.listed():
        for key, location, name, fault in _naming(listed):
            if hash(key) not in recurring:
                continue
            # What an alias repeats stands only once.
            if (there := first.setdefault(key, location)) != location:
                yield Remark(location, f"{name} {fault} {there}")


def _naming(listed: ListedEntry) -> Iterator[tuple[Hashable, Location, str, str]]:
    """Yield what no other entry should have, where it stands, and the words for an entry that has it too."""
    entry = listed.entry
    main = _main_link(entry)
    if main is not None:
        yield _key(main.url), main.location, main.url, "is the link of another entry too, at"
    same = listed.path, entry.name.casefold()
    yield same, entry.location, entry.name, "is listed twice in this section, first at"


def _recurring(hashes: Iterable[int]) -> frozenset[int]:
    """Return the numbers that come more than once, at 8 bytes for each of them."""
    ordered = array("q", sorted(array("q", hashes)))
    return frozenset(number for number, following in pairwise(ordered) if number == following)


def _main_link(entry: Entry) -> Link | None:
    for link in entry.links:
        if link.role == "url":
            return link
    return None


def _key(url: str) -> str:
    try:
        return link_key(url)
    except InvalidAddress:
        return url
