"""Document links: every link of a document that no entry takes."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from lmsys_enrich.lists.fields import address_problem
from lmsys_enrich.lists.markdown.blocks import Html, Parsed, walk_texts
from lmsys_enrich.lists.markdown.comments import exemption_in
from lmsys_enrich.lists.markdown.html import ReadHtml, read_html
from lmsys_enrich.lists.markdown.local_links import Anchors, LocalLinks, is_local
from lmsys_enrich.lists.markdown.runs import Run, Span
from lmsys_enrich.lists.mistakes import shown
from lmsys_enrich.model.catalog import DocumentLink, Exemption, Link, Location, Remark
from lmsys_enrich.urls import has_scheme, is_web

_UNDEFINED = re.compile(r"\[([^\[\]]{1,300})\]\[([^\[\]^]{1,300})\]")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]:")


class DocumentLinks:
    """Links of one document; entries take theirs, the rest is the document's own."""

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
        """Return what a block of HTML holds; always the same spans."""
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
        """Note that a link is an entry's."""
        self._taken.add(id(span))

    def links(self) -> tuple[DocumentLink, ...]:
        """Return what no entry took, in the order of the document."""
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
            self.remarks.append(Remark(location, f"the reference {shown(label)} is defined nowhere"))

    def _link(self, span: Span, kind: str, path: tuple[str, ...], local: LocalLinks) -> DocumentLink | None:
        location = Location(str(self._path), span.line, span.column)
        if not span.url:
            if kind != "image":
                self.remarks.append(
                    Remark(location, f"the link {shown(span.text)} leads nowhere: its address is empty")
                )
            return None
        if is_local(span.url):
            key, fault = local.resolve(span.url)
            if kind != "image":
                if fault is not None and _was_meant_for_web(span.url):
                    message = f"the address of {span.text} is not whole: {span.url}"
                    self.remarks.append(Remark(location, message))
                kind = "anchor" if span.url.startswith("#") else "file"
            return DocumentLink(Link(span.url, kind, location, key), path, fault)
        if is_web(span.url) and (problem := address_problem(span.url)):
            self.remarks.append(Remark(location, problem))
        elif not is_web(span.url) and not has_scheme(span.url):
            return None
        return DocumentLink(Link(span.url, kind, location), path, None, self._exempt.get(id(span)))


def _undefined(run: Run) -> Iterator[str]:
    """Yield the labels of references in a text that no definition explains: readers see them as written."""
    if "][" in run.source:
        shown_text = "".join(span.text for span in run.spans if span.kind == "text")
        for found in _UNDEFINED.finditer(shown_text):
            yield found[2]


def _was_meant_for_web(url: str) -> bool:
    """Return whether an address was meant for the web, and lacks a scheme or has brackets."""
    host, slash, _ = url.partition("/")
    is_file = url.startswith((".", "/", "#"))
    return "[" in url or "://" in url or (bool(slash) and "." in host and not is_file)
