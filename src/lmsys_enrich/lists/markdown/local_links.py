"""Links to headings and to files of the repository, checked on disk."""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from lmsys_enrich.lists.markdown.blocks import Block, Html, parse_blocks, walk_texts
from lmsys_enrich.lists.markdown.html import read_html
from lmsys_enrich.lists.markdown.runs import Run

_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
_LARGEST = 8 * 1024 * 1024
# Ruby's \\p{Word}, which GitHub keeps: letters, marks (also of emoji), decimal digits, connectors.
_KEPT = ("L", "M", "Pc")
_SELECTORS = dict.fromkeys([0xFE0E, 0xFE0F])
_OF_EVERY_PAGE = frozenset({"", "top", "readme"})  # `#readme` is where GitHub shows a README
_LINES = re.compile(r"L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def is_local(url: str) -> bool:
    """Return whether a link leads to a heading of its document or to a file of its repository."""
    return not _SCHEME.match(url) and not url.startswith("//")


class Anchors:
    """Anchors of one document, as GitHub makes them of headings and of HTML's `id` and `name`."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._names: set[str] = set()
        self._counts: dict[str, int] = {}
        for kind, text in walk_texts(blocks):
            if isinstance(text, Html):
                self._html(text)
                continue
            if kind == "heading":
                self._heading(text)
            self._names.update(anchor.lower() for anchor in text.anchors)

    def __contains__(self, anchor: str) -> bool:
        """Return whether there is such an anchor; browsers go to the top for none and for `top`."""
        name = unquote(anchor)
        bare = name.lower().removeprefix("user-content-")
        return (
            bare in _OF_EVERY_PAGE
            or bare in self._names
            or bare.translate(_SELECTORS) in self._names
            or _LINES.fullmatch(name) is not None
        )

    def _html(self, block: Html) -> None:
        read = read_html(block.text, block.line)
        self._names.update(anchor.lower() for anchor in read.anchors)
        for event in read.events:
            if event.kind == "heading":
                self._heading(event.run)

    def _heading(self, run: Run) -> None:
        """
        Add the anchor that GitHub makes of a heading (html-pipeline, TableOfContentsFilter).

        It takes the text as it is, blanks beside pictures included. Emoji are removed, but for the marks
        that choose their look; lists have their links with and without these, and browsers follow both.
        """
        raw = "".join(span.text for span in run.spans if span.kind != "link" or span.has_words)
        bare = raw.strip()
        # Of several pictures beside a heading it is not known how many blanks GitHub leaves.
        once = raw[:1].replace(bare[:1], "") + bare + raw[-1:].replace(bare[-1:], "") if bare else ""
        forms = {_slug(raw), _slug(bare), _slug(once), _slug(run.text)}
        for slug in forms | {form.translate(_SELECTORS) for form in forms}:
            count = self._counts.get(slug, 0)
            self._counts[slug] = count + 1
            self._names.add(f"{slug}-{count}" if count else slug)


def _slug(text: str) -> str:
    kept = (
        c for c in text.lower() if c in "- " or c.isdecimal() or unicodedata.category(c).startswith(_KEPT)
    )
    return "".join(kept).replace(" ", "-")


class LocalLinks:
    """Resolves the local links of one document."""

    def __init__(self, path: Path, anchors: Anchors) -> None:
        self._path = path
        self._anchors = anchors
        self._root: Path | None = None
        self._others: dict[Path, Anchors | None] = {}

    def resolve(self, url: str) -> tuple[str, str | None]:
        """Return the key of what a link leads to, none outside of the repository, and why it is not there."""
        written, _, anchor = url.partition("#")
        name = unquote(written.partition("?")[0])
        if not name:
            fault = (
                None if anchor in self._anchors else f"no heading or anchor #{anchor} in {self._path.name}"
            )
            return f"{self._path}#{anchor}", fault
        target = self._target(name)
        key = f"{target}#{anchor}" if anchor else str(target)
        try:
            if not target.exists():
                if self._leaves(target):
                    return "", None
                return key, f"no such file in the repository: {name}"
            if anchor and target.suffix.lower() in _MARKDOWN and target.is_file():
                others = self._anchors_of(target)
                if others is not None and anchor not in others:
                    return key, f"no heading or anchor #{anchor} in {name}"
        except (OSError, ValueError):
            return key, f"no such file in the repository: {name[:80]}"
        return key, None

    def _target(self, name: str) -> Path:
        if name.startswith("/"):
            return self._repository() / name.lstrip("/")
        return self._path.parent / name

    def _leaves(self, target: Path) -> bool:
        """Return whether a path leaves the repository: GitHub has pages there, as `../../issues`."""
        place = os.path.normpath(self._path.parent.resolve() / os.path.relpath(target, self._path.parent))
        return not Path(place).is_relative_to(self._repository())

    def _repository(self) -> Path:
        if self._root is None:
            folder = self._path.resolve().parent
            parents = (at for at in (folder, *folder.parents) if (at / ".git").exists())
            self._root = next(parents, folder)
        return self._root

    def _anchors_of(self, target: Path) -> Anchors | None:
        if target not in self._others:
            text = None
            if target.stat().st_size <= _LARGEST:
                text = target.read_text(encoding="utf-8-sig", errors="replace")
            self._others[target] = Anchors(parse_blocks(text).blocks) if text is not None else None
        return self._others[target]
