"""Ids of a list's entries, roles of their links, and the separators at which names end."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from lmsys_enrich.lists.mistakes import Mistake, closest, did_you_mean, shown
from lmsys_enrich.model.catalog import Location

BETWEEN = re.compile(r" (?:-|\u2013|\u2014|--) |\u2014\u2014|\uff1a")
"""Separator between a name and a description within one text: dashes, and the wide colon of Chinese."""

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_NO_ROLE = re.compile(r"[^a-z0-9.]+")
_LONGEST_ROLE = 40
_LONGEST_WRITTEN = 100
_LONGEST_MADE = 60
_CLOSE = 0.8
_MOST_SUSPECTS = 20


def is_slug(text: str) -> bool:
    """Return whether the text may be an id: lower-case letters and digits, with - or _ between them."""
    return len(text) <= _LONGEST_WRITTEN and _SLUG.fullmatch(text) is not None


def slug_of(name: str) -> str:
    """
    Return a slug made of the name's Latin letters and digits, without accents.

    A name without any has a slug made from its hash, so that the entry keeps its id whatever
    is listed before or after it.
    """
    slug = _NO_SLUG.sub("-", (name if name.isascii() else _bare(name)).lower()).strip("-")
    if len(slug) > _LONGEST_MADE:
        slug = slug[: _LONGEST_MADE + 1].rpartition("-")[0] or slug[:_LONGEST_MADE]
    return slug or f"entry-{sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _bare(name: str) -> str:
    """Return the name's Latin letters and digits, without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")


def role_of(text: str) -> str:
    """Return the role of a link as a key in `links`: its text in lower case."""
    role = _NO_ROLE.sub("-", text.lower()).strip("-.")
    return role[:_LONGEST_ROLE].rstrip("-") if role and role != "url" else "link"


class Identifiers:
    """Generator of ids for entries; none equals an id that is written in the list."""

    def __init__(self, written: Iterable[str]) -> None:
        self._taken = set(written)
        self._places: dict[str, Location] = {}
        self._counts: dict[str, int] = {}

    def written(self, identifier: str, location: Location, mistakes: list[Mistake]) -> None:
        """Note a written id that is not a slug, or that an earlier entry uses."""
        if not is_slug(identifier):
            message = (
                f"the id {shown(identifier)} must be lower-case letters and digits, with - or _ between them"
            )
            mistakes.append(Mistake(location, f"{message}, such as {shown(slug_of(identifier))}"))
        elif earlier := self._places.get(identifier):
            mistakes.append(
                Mistake(location, f"the id {shown(identifier)} is taken by the entry on line {earlier.line}")
            )
        self._places.setdefault(identifier, location)

    def make(self, name: str) -> str:
        """Return an id that no other entry has: the name's slug, with a number from 2 where that is taken."""
        slug = slug_of(name)
        identifier = slug
        while identifier in self._taken:
            self._counts[slug] = self._counts.get(slug, 1) + 1
            identifier = f"{slug}-{self._counts[slug]}"
        self._taken.add(identifier)
        return identifier

    def misspelt(self, references: Iterable[tuple[str, Location]]) -> Iterable[Mistake]:
        """
        Yield the references that resemble an id without being one; to be called when all ids are known.

        A framework may be a plain text too, so only what looks like an id is
        suspected, and nothing if there are many: then they are names, not ids.
        """
        suspects = [
            (text, location) for text, location in references if text not in self._taken and is_slug(text)
        ]
        if not 0 < len({text for text, _ in suspects}) <= _MOST_SUSPECTS:
            return
        known = tuple(sorted(self._taken))
        for text, location in suspects:
            if closest(text, known, cutoff=_CLOSE):
                message = f"{shown(text)} is not the id of an entry{did_you_mean(text, known)}"
                yield Mistake(
                    location, f"{message} (if it is a name rather than an id, begin it with a capital letter)"
                )
