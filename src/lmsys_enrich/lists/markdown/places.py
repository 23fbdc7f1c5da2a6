"""Where in a source something stands."""

import re
from html import escape

from lmsys_enrich.model.catalog import Location


class Places:
    """Finds addresses in a text, each from the line on where it is expected."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._lines = text.split("\n")
        self._taken: set[tuple[int, int]] = set()
        self._definitions: dict[str, Location] | None = None

    def line(self, number: int) -> Location:
        """Return the place where the text of a line begins; lines count from 0 here."""
        text = self._lines[number] if number < len(self._lines) else ""
        return Location(self._file, number + 1, len(text) - len(text.lstrip()) + 1)

    def of(self, url: str, first: int) -> Location:
        """Return where an address stands first from a line on that is not yet taken by another link."""
        for number in range(first, min(first + _FARTHEST, len(self._lines))):
            for spelling in dict.fromkeys((url, escape(url), url.replace("_", "\\_"))):
                if (column := self._free(number, spelling)) is not None:
                    return Location(self._file, number + 1, column + 1)
        return self._defined().get(url, self.line(first))

    def _free(self, number: int, spelling: str) -> int | None:
        at = self._lines[number].find(spelling)
        while at >= 0:
            end = self._lines[number][at + len(spelling) : at + len(spelling) + 1]
            if (number, at) not in self._taken and (not end or end in _AFTER):
                self._taken.add((number, at))
                return at
            at = self._lines[number].find(spelling, at + 1)
        return None

    def _defined(self) -> dict[str, Location]:
        """Return the places of reference definitions, `[name]: address`."""
        if self._definitions is None:
            self._definitions = {}
            for number, line in enumerate(self._lines):
                if found := _DEFINITION.match(line):
                    self._definitions.setdefault(
                        found[1], Location(self._file, number + 1, found.start(1) + 1)
                    )
        return self._definitions


_FARTHEST = 60  # lines that one entry may take
_AFTER = frozenset(")>\"' \t\r|")
_DEFINITION = re.compile(r"\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)")
