"""Links to headings and to files of the repository, checked on disk."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from lmsys_enrich.lists.markdown.blocks import Block, Html, parse_blocks, walk_texts
from lmsys_enrich.lists.markdown.html import read_html

_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd"})
_LARGEST = 8 * 1024 * 1024
# github.com/gjtorikian/html-pipeline, TableOfContentsFilter: letters, marks, digits, _, - and blanks stay.
_NO_SLUG = re.compile(r"[^\w\- ]")
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
                self._heading(text.text)
            self._names.update(anchor.lower() for anchor in text.anchors)

    def __contains__(self, anchor: str) -> bool:
        """Return whether there is such an anchor; browsers go to the top for none and for `top`."""
        name = unquote(anchor)
        bare = name.lower().removeprefix("user-content-")
        return not name or bare == "top" or bare in self._names or bool(_LINES.fullmatch(name))

    def _html(self, block: Html) -> None:
        read = read_html(block.text, block.line)
        self._names.update(anchor.lower() for anchor in read.anchors)
        for event in read.events:
            if event.kind == "heading":
                self._heading(event.run.text)

    def _heading(self, text: str) -> None:
        slug = _NO_SLUG.sub("", text.lower()).replace(" ", "-")
        count = self._counts.get(slug, 0)
        self._counts[slug] = count + 1
        self._names.add(f"{slug}-{count}" if count else slug)


class LocalLinks:
    """Resolves the local links of one document."""

    def __init__(self, path: Path, anchors: Anchors) -> None:
        self._path = path
        self._anchors = anchors
        self._root: Path | None = None
        self._others: dict[Path, Anchors | None] = {}

    def resolve(self, url: str) -> tuple[str, str | None]:
        """Return what a link leads to, as a key, and why it is not there, if so."""
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
