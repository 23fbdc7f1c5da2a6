"""Document links: every link of a document outside its entries; local ones are checked on disk."""

import os
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

from lmsys_enrich.lists.markdown.blocks import Block, Html, Parsed, parse_blocks, walk_texts
from lmsys_enrich.lists.markdown.comments import exemption_in
from lmsys_enrich.lists.markdown.html import ReadHtml, read_html
from lmsys_enrich.lists.markdown.runs import Run, Span
from lmsys_enrich.lists.mistakes import address_problem, shown
from lmsys_enrich.model.catalog import DocumentLink, Exemption, Link, Location, Remark
from lmsys_enrich.urls import has_scheme, is_web

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
        forms = set(map(_slug, {raw, bare, once, run.text}))
        for slug in forms | {form.translate(_SELECTORS) for form in forms}:
            count = self._counts.get(slug, 0)
            self._counts[slug] = count + 1
            self._names.add(f"{slug}-{count}" if count else slug)


def _slug(text: str) -> str:
    kept = (
        c for c in text.lower() if c in "- " or c.isdecimal() or unicodedata.category(c).startswith(_KEPT)
    )
    return "".join(kept).replace(" ", "-")


def _utf8(text: str) -> str:
    """Return a text with names of files in it, of which those that are not UTF-8 have lone surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class LocalLinks:
    """Resolves the local links of one document."""

    def __init__(self, path: Path, anchors: Anchors) -> None:
        self._path = path
        self._anchors = anchors
        self._root: Path | None = None
        self._others: dict[Path, Anchors | None] = {}

    def resolve(self, url: str) -> tuple[str, str | None]:
        """Return the key of a link's target, None outside the repository, and the fault of a missing one."""
        key, fault = self._resolve(url)
        return _utf8(key), fault and _utf8(fault)

    def _resolve(self, url: str) -> tuple[str, str | None]:
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
        """Return whether a path leaves the repository, as `../../issues` does, a page of GitHub."""
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


_UNDEFINED = re.compile(r"\[([^\[\]]{1,300})\]\[([^\[\]^]{1,300})\]")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")


class DocumentLinks:
    """Links of one document; entries take theirs, the rest are document links."""

    def __init__(self, parsed: Parsed, lines: Sequence[str], path: Path) -> None:
        self._parsed = parsed
        self._lines = lines
        self._path = path
        self._taken: set[int] = set()
        self._html: dict[int, ReadHtml] = {}
        self._sections: list[tuple[int, tuple[str, ...]]] = []
        self._exempt: dict[int, Exemption] = {}
        self.remarks: list[Remark] = []

    def html(self, block: Html) -> ReadHtml:
        """Return the content of a block of HTML; the spans are shared by all calls."""
        if id(block) not in self._html:
            self._html[id(block)] = read_html(block.text, block.line)
        return self._html[id(block)]

    def runs(self) -> Iterator[Run]:
        """Yield every text of the document."""
        for _, text in walk_texts(self._parsed.blocks):
            if isinstance(text, Html):
                for event in self.html(text).events:
                    yield from event.cells or (event.run,)
            else:
                yield text

    def indent(self, line: int) -> int:
        """Return how far a line, from 1, is indented."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return len(text) - len(text.lstrip())

    def begin(self, line: int, path: tuple[str, ...]) -> None:
        """Note where a section begins."""
        self._sections.append((line, path))

    def take(self, span: Span) -> None:
        """Note that a link belongs to an entry."""
        self._taken.add(id(span))

    def links(self) -> tuple[DocumentLink, ...]:
        """Return the links that no entry took, in the order of the document."""
        self._sections.sort(key=lambda section: section[0])
        starts = [line for line, _ in self._sections]
        local = LocalLinks(self._path, Anchors(self._parsed.blocks))
        found: list[DocumentLink] = []
        for span, kind in self._all():
            if id(span) in self._taken:
                continue
            number = bisect_right(starts, span.line) - 1
            path = self._sections[number][1] if number >= 0 else ()
            if (link := self._link(span, kind, path, local)) is not None:
                found.append(link)
        return tuple(sorted(found, key=lambda one: (one.link.location.line, one.link.location.column)))

    def _all(self) -> Iterator[tuple[Span, str]]:
        for kind, text in walk_texts(self._parsed.blocks):
            if isinstance(text, Html):
                yield from self._in_html(text)
            else:
                is_footnote = kind == "prose" and _FOOTNOTE.match(text.source) is not None
                yield from self._in_run(text, "footnote" if is_footnote else kind)
        for label, line in self._parsed.repeated:
            message = (
                f"the reference {shown(label.lower())} is defined above with another address, which counts"
            )
            self.remarks.append(Remark(Location(str(self._path), line, 1), message))
        for span in self._parsed.definitions:
            if span.url not in {"", "#"}:  # `[//]: # (a comment)`, `[comment]: <> (another)`
                yield span, "definition"

    def _in_html(self, block: Html) -> Iterator[tuple[Span, str]]:
        read = self.html(block)
        for event in read.events:
            for run in event.cells or (event.run,):
                yield from ((span, "html") for span in run.links)
        yield from ((span, "image") for span in read.images)

    def _in_run(self, run: Run, kind: str) -> Iterator[tuple[Span, str]]:
        exemption, _ = exemption_in(run.source)
        for span in run.links:
            if exemption is not None:
                self._exempt[id(span)] = exemption
            yield span, "html" if span.form == "html" else kind
        yield from ((span, "image") for span in run.images)
        for label in _undefined(run):
            location = Location(str(self._path), run.line, self.indent(run.line) + 1)
            self.remarks.append(Remark(location, f"the reference {shown(label)} is not defined"))

    def _link(self, span: Span, kind: str, path: tuple[str, ...], local: LocalLinks) -> DocumentLink | None:
        location = Location(str(self._path), span.line, span.column)
        if not span.url:
            if kind != "image":
                self.remarks.append(Remark(location, f"the link {shown(span.text)} has an empty address"))
            return None
        if is_local(span.url):
            key, fault = local.resolve(span.url)
            if kind != "image":
                if fault is not None and _was_meant_for_web(span.url):
                    message = f"the address of {span.text} is incomplete: {span.url}"
                    self.remarks.append(Remark(location, message))
                kind = "anchor" if span.url.startswith("#") else "file"
            return DocumentLink(Link(span.url, kind, location, key), path, fault, self._exempt.get(id(span)))
        if is_web(span.url) and (problem := address_problem(span.url)):
            self.remarks.append(Remark(location, problem))
        elif not is_web(span.url) and not has_scheme(span.url):
            return None
        return DocumentLink(Link(span.url, kind, location), path, None, self._exempt.get(id(span)))


def _undefined(run: Run) -> Iterator[str]:
    """Yield the labels of undefined references in a text: readers see them as written."""
    if "][" in run.source:
        shown_text = "".join(span.text for span in run.spans if span.kind == "text")
        for found in _UNDEFINED.finditer(shown_text):
            yield found[2]


def _was_meant_for_web(url: str) -> bool:
    """Return whether an address was meant for the web, and lacks a scheme or has brackets."""
    host, slash, _ = url.partition("/")
    is_file = url.startswith((".", "/", "#"))
    return "[" in url or "://" in url or (bool(slash) and "." in host and not is_file)
