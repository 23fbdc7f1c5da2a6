"""
The pages that users read, taken apart into what can be tried.

A comment before a fenced block says what becomes of it when the page is tried:

    <!-- file: NAME -->        the block is the file NAME from here on
    <!-- not run: REASON -->   its commands are not run, and why
    <!-- ends with CODE -->    the block's exit code, where it is not 0
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.golden import ROOT

PAGES = tuple(sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]))
NAMES = tuple(page.relative_to(ROOT).as_posix() for page in PAGES)

_NOTE = re.compile(r"<!-- (file|not run|ends with):? *(.*?) *-->\s*")
_COMMAND = re.compile(r"(?:^|[\s(;&|])lmsys-enrich (?!\()([^|;&>#\n]*[^|;&>#\n\s])")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, the line in which it begins, and what the comment before it says, as (what, which)."""

    language: str
    text: str
    line: int
    note: tuple[str, str] | None

    @property
    def file(self) -> str | None:
        """The name of the file that the block is."""
        return self._noted("file")

    @property
    def not_run(self) -> str | None:
        """Why its commands are not run."""
        return self._noted("not run")

    @property
    def ends_with(self) -> int:
        """The exit code given on the page."""
        return int(self._noted("ends with") or 0)

    @property
    def has_commands(self) -> bool:
        return self.language in {"sh", "console"}

    def steps(self) -> Iterator[tuple[str, str | None]]:
        """Yield the commands with the output shown; None for a script."""
        if self.language == "sh":
            yield self.text, None
            return
        for step in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            typed, _, shown = step.partition("\n")
            yield typed, shown

    def _noted(self, what: str) -> str | None:
        return self.note[1] if self.note is not None and self.note[0] == what else None


def blocks(page: Path) -> Sequence[Block]:
    """Return the fenced blocks of a page, in their order."""
    tokens = _tokens(page)
    return [
        Block(token.info.strip(), token.content, (token.map or [0])[0] + 1, _note(before))
        for before, token in zip([None, *tokens], tokens, strict=False)
        if token.type == "fence"
    ]


def words_of_code(page: Path) -> Iterator[str]:
    """Yield what stands between backquotes in running text."""
    for token in _tokens(page):
        yield from (inner.content for inner in token.children or () if inner.type == "code_inline")


def command_lines(page: Path) -> Iterator[str]:
    """Yield the arguments of `lmsys-enrich` in scripts, workflows and prose of a page."""
    for block in blocks(page):
        if block.has_commands or block.language == "yaml":
            yield from _COMMAND.findall(block.text)
    for words in words_of_code(page):
        yield from _COMMAND.findall(words)


def links(page: Path) -> Iterator[str]:
    """Yield where the page's links lead."""
    for token in _tokens(page):
        for inner in token.children or ():
            if inner.type == "link_open":
                yield str(inner.attrs["href"])


def _tokens(page: Path) -> Sequence[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def _note(before: Token | None) -> tuple[str, str] | None:
    found = _NOTE.fullmatch(before.content) if before is not None and before.type == "html_block" else None
    return (found[1], found[2]) if found else None
