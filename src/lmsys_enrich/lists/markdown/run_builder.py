"""Builder of runs from the tokens of the parser, and the locations of their links."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape

from markdown_it.token import Token

from lmsys_enrich.lists.markdown.parser import SPAN
from lmsys_enrich.lists.markdown.runs import (
    Run,
    Span,
    clean_address,
    enclosed,
    inline_link,
    media_of,
    one_line,
)
from lmsys_enrich.urls import is_web

_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_MEDIA = re.compile(r"""\s(src|srcset|poster)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_MEDIA_TAG = re.compile(r"<(img|source|video|audio)\b", re.IGNORECASE)

_COMPONENT = re.compile("<[A-Z]")  # of MDX, as `<Card title="…" href="…">`
_TARGET = re.compile(r"""\s(?:href|to)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TITLE = re.compile(r"""\stitle\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ANCHOR = re.compile(r"""\s(?:id|name)\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)
_LINE_END = re.compile("\n")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TASKS = ("[ ]", "[x]")  # what an item of a task list begins with
_OPENINGS = {"strong_open": "strong_close", "em_open": "em_close", "s_open": "s_close"}


def attribute(tag: str, pattern: re.Pattern[str]) -> str | None:
    """Return the value of a tag's attribute."""
    found = pattern.search(tag)
    return unescape(next(group for group in found.groups() if group is not None)) if found else None


class Sources:
    """Lines of a document, and the locations of its parts."""

    def __init__(self, text: str, definitions: Mapping[str, tuple[int, str]]) -> None:
        self.lines = text.split("\n")
        self._definitions = definitions

    def column(self, line: int, text: str, start: int = 0) -> int:
        """Return the offset of a text in a line, both from 0; -1 where it is not written so."""
        return self.lines[line].find(text, start) if line < len(self.lines) else -1

    def indented(self, content: str, first: int) -> str:
        """Return the lines of a block from line `first` on, from 0, each moved to its own column."""
        lines = content.split("\n")
        return "\n".join(" " * max(self.column(first + n, line), 0) + line for n, line in enumerate(lines))

    def definition(self, label: str) -> tuple[str, int, int]:
        """Return the address in a reference's definition, and its line and column, from 1."""
        line, url = self._definitions[label]
        for number in range(line, min(line + 3, len(self.lines))):
            mark = max(self.column(number, "]:"), 0) if number == line else 0
            if (column := self.column(number, url, mark)) >= 0:
                return url, number + 1, column + 1
        return url, line + 1, 1


class RunBuilder:
    """Builder of a run from the tokens of one inline block."""

    def __init__(self, token: Token, sources: Sources, line: int | None = None) -> None:
        first, end = token.map or (0, 1)
        self._first = first if line is None else line
        self._content = token.content
        self._children: Sequence[Token] = token.children or ()
        self._sources = sources
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(self._content))]
        self._columns: dict[int, int] = {}
        self._run = Run(
            self._first + 1, max(self._first + 1, end if line is None else line + 1), source=token.content
        )
        self._texts: list[str] = []
        self._opened: list[str] = []
        self._closed: list[str] = []
        self._cursor = 0
        self._inner = 0  # end of the latest code or tag, whose line breaks do not break the text
        self._pictures: list[tuple[int, int, str]] = []  # images by reference, as they are whole elsewhere

    def build(self) -> Run:
        """Return the run."""
        self._run.strong = _leading_strong(self._children)
        for token in self._children:
            if token.type == "image" and self._content[self._span(token)[1] - 1] == "]":
                picture = f"!{inline_link(token.content, str(token.attrs.get('src', '')))}"
                self._pictures.append((*self._span(token), picture))
        link: Span | None = None
        alts: list[str] = []
        for token in self._children:
            if token.type in {"code_inline", "html_inline"}:
                self._inner = self._span(token)[1]
            if token.type == "html_inline":
                link, alts = self._html(token, link, alts)
            elif token.type == "link_open":
                if link is not None:
                    self._end_link(link, alts, self._span(token)[0])
                link, alts = self._begin_link(token), []
            elif token.type == "link_close" and link is not None:
                self._end_link(link, alts)
                link = None
            elif token.type == "image":
                alts.append(token.content)
                self._image(token)
            elif token.type in {"softbreak", "hardbreak"} and link is None:
                self._break("hard" if token.type == "hardbreak" else "")
            else:
                self._text(token)
        if link is not None:
            self._end_link(link, alts, len(self._content))
        self._flush(len(self._content))
        return self._run

    def _text(self, token: Token) -> None:
        if token.type in _OPENINGS:
            self._opened.append(token.markup)
        elif token.type in _OPENINGS.values():
            if self._opened:
                self._opened.pop()
            else:
                self._closed.append(token.markup)
        elif token.type in {"softbreak", "hardbreak"}:
            self._texts.append(" ")
        else:
            self._texts.append(token.content)

    def _html(self, token: Token, link: Span | None, alts: list[str]) -> tuple[Span | None, list[str]]:
        tag = token.content
        lower = tag[:5].lower()
        if not tag.startswith("</") and (found := _ANCHOR.search(tag)):
            self._run.anchors.append(found[1])
        if lower.startswith("<a") and lower[2:3] in {" ", "\n", "\t", ">"}:
            # A second <a> ends the first, as in browsers.
            if (link is None or link.form == "html") and (url := attribute(tag, _HREF)) is not None:
                start, end = self._span(token)
                if link is not None:
                    self._end_link(link, alts, start)
                self._flush(start)
                self._cursor = start
                return self._placed(Span("link", "", "", url, form="html"), start, end), []
        elif lower.startswith("</a") and link is not None and link.form == "html":
            self._end_link(link, alts, self._span(token)[1])
            return None, []
        elif _COMPONENT.match(tag) and link is None and is_web(target := attribute(tag, _TARGET) or ""):
            start, end = self._span(token)
            self._flush(start)
            title = attribute(tag, _TITLE) or ""
            component = Span("link", title, tag, target, form="html", has_words=bool(title))
            self._run.spans.append(self._placed(component, start, end))
            self._cursor = end
        elif _MEDIA_TAG.match(tag):
            if lower.startswith("<img"):
                alts.append(attribute(tag, _ALT) or "")
            given = {
                found[1].lower(): unescape(found[2] or found[3] or found[4] or "")
                for found in _MEDIA.finditer(tag)
            }
            start, end = self._span(token)
            for url in media_of(given):
                self._run.images.append(self._placed(Span("image", "", tag, url, form="html"), start, end))
        elif _BREAK.fullmatch(tag) and link is None:
            self._flush(self._span(token)[0])
            self._run.spans.append(Span("break", " ", tag, form="hard"))
            self._cursor = self._span(token)[1]
        return link, alts

    def _image(self, token: Token) -> None:
        start, end = self._span(token)
        form = "reference" if self._content[end - 1 : end] == "]" else "inline"
        image = Span("image", token.content, "", str(token.attrs.get("src", "")), form=form)
        image.label = str(token.meta.get("label", ""))
        self._run.images.append(self._placed(image, start, end))

    def _begin_link(self, token: Token) -> Span:
        start, end = self._span(token)
        self._flush(start)
        form = token.info or ("reference" if self._content[end - 1 : end] == "]" else "inline")
        if form == "auto":
            form = "bare"
        url = str(token.attrs.get("href", ""))
        written = self._written(start, end)
        if form == "reference":  # inline, so that it is whole where its definition is not
            text, found, _ = written.rpartition("][")
            written = f"{text if found else written[:-1]}]({enclosed(url)})"
        link = Span("link", "", written, url, form=form, label=str(token.meta.get("label", "")))
        self._cursor = end
        return self._placed(link, start, end)

    def _end_link(self, link: Span, alts: Iterable[str], end: int | None = None) -> None:
        if end is not None:
            link.source = self._written(self._cursor, end)
            self._cursor = end
        words = one_line("".join(self._texts))
        link.has_words = bool(words)
        link.text = words or one_line(" ".join(alts))
        if words and link.form == "html":
            link.source = inline_link(words, link.url)
        self._texts.clear()
        self._run.spans.append(link)

    def _break(self, form: str) -> None:
        at = self._content.find("\n", max(self._cursor, self._inner))
        end = at if at >= 0 else len(self._content)
        self._flush(end - 1 if form and self._content[end - 1 : end] == "\\" else end)
        self._run.spans.append(Span("break", " ", "\n", form=form))
        self._cursor = min(end + 1, len(self._content))

    def _flush(self, end: int) -> None:
        """End the text before `end`; emphasis that begins or ends elsewhere loses its marks in the source."""
        source = self._written(self._cursor, end)
        if source or self._texts:
            for mark in self._closed:
                source = source.replace(mark, "", 1)
            for mark in reversed(self._opened):
                before, found, after = source.rpartition(mark)
                source = before + after if found else source
            self._run.spans.append(Span("text", "".join(self._texts), source))
        self._closed.clear()
        self._opened.clear()
        self._texts.clear()

    def _written(self, start: int, end: int) -> str:
        """Return the Markdown between two offsets, its images without references to definitions elsewhere."""
        parts: list[str] = []
        first = bisect_left(self._pictures, (start,))
        for number in range(first, len(self._pictures)):
            begin, stop, picture = self._pictures[number]
            if stop > end:
                break
            parts += [self._content[start:begin], picture]
            start = stop
        return "".join([*parts, self._content[start:end]])

    def _placed(self, span: Span, start: int, end: int) -> Span:
        if span.label:
            _, span.line, span.column = self._sources.definition(span.label)
            return span
        written = self._content[start:end]
        at = written.rfind(span.url) if span.url else -1
        if span.form in {"inline", "spaced"} and (bracket := written.rfind("](")) >= 0:
            at = written.find(span.url, bracket) if span.url else -1
            at = at if at >= 0 else bracket + 2  # empty, or spelled in another way
        elif span.form == "html" and at < 0:
            at = written.find(escape(span.url))
        elif span.form == "bare" and span.url.startswith("http://www."):
            at = max(at, 0)
        span.line, span.column = self._place(start + max(at, 0), span.url)
        span.url = clean_address(span.url)
        return span

    def _place(self, offset: int, url: str) -> tuple[int, int]:
        number = bisect_right(self._starts, offset) - 1
        line, inner = self._first + number, offset - self._starts[number]
        if line not in self._columns:
            end = self._content.find("\n", self._starts[number])
            text = self._content[self._starts[number] : end if end >= 0 else len(self._content)]
            self._columns[line] = self._sources.column(line, text)
        if self._columns[line] >= 0:
            return line + 1, self._columns[line] + inner + 1
        return line + 1, max(self._sources.column(line, url), 0) + 1

    @staticmethod
    def _span(token: Token) -> tuple[int, int]:
        start, end = token.meta[SPAN]
        return int(start), int(end)


def _leading_strong(children: Sequence[Token]) -> str:
    texts: list[str] = []
    inside = False
    for token in children:
        if token.type == "strong_open" and not inside and "".join(texts).strip().lower() in {"", *_TASKS}:
            inside = True
            texts.clear()
        elif token.type == "strong_close" and inside:
            return one_line("".join(texts))
        elif token.type == "link_open":
            return ""
        elif token.type in {"text", "code_inline"}:
            texts.append(token.content)
            before = "" if inside else "".join(texts).strip().lower()
            if not any(mark.startswith(before) for mark in _TASKS):
                return ""
    return ""
