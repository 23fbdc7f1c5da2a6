"""HTML in Markdown lists: folded parts, headings, items, rows, and every link in it."""

from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser

from lmsys_enrich.lists.markdown.comments import blanked
from lmsys_enrich.lists.markdown.parser import bare_addresses
from lmsys_enrich.lists.markdown.runs import (
    MEDIA,
    Run,
    Span,
    as_markdown,
    clean_address,
    inline_link,
    media_of,
    one_line,
)
from lmsys_enrich.urls import is_web
from lmsys_enrich.values import Value

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "th",
        "dt",
        "dd",
        "dl",
        "summary",
        "details",
        "center",
        "section",
        "br",
        "hr",
        "blockquote",
    ]
) | frozenset(_HEADINGS)
_KINDS = frozenset({"li", "p", "td", "th", "dt", "dd", "summary", "div", *_HEADINGS})
_NESTING = {"details": "details", "ul": "list", "ol": "list"}
_UNREAD = frozenset({"script", "style", "code", "pre"})
_WIDEST = 20  # cells of a row that spanning cells may fill; the file's own may be more


class HtmlEvent(Value):
    """
    Part of a list's HTML.

    `kind` is `details`, `/details`, `list`, `/list`, `summary`, `heading`, `row`, `header` for a row of
    headers, or the tag that a line of text is in.
    """

    kind: str
    run: Run
    level: int = 0
    cells: tuple[Run, ...] = ()


class ReadHtml(Value):
    """Events of a block in their order, the anchors and the images in it."""

    events: Sequence[HtmlEvent]
    anchors: Sequence[str]
    images: Sequence[Span]


def read_html(text: str, line: int) -> ReadHtml:
    """Return the content of a block of HTML; `line` is its first line in the document."""
    parser = _Parser(text, line)
    tags, end, rest = blanked(text, "<!--", "-->", to_end=True).rpartition(">")
    # Behind the last `>` no tag ends: the library would look for one from each `<` on to the end.
    parser.feed(tags + end + rest.replace("<", "&lt;"))
    parser.close()
    parser.end()
    return ReadHtml(parser.events, parser.anchors, parser.images)


class _Parser(HTMLParser):
    def __init__(self, text: str, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[HtmlEvent] = []
        self.anchors: list[str] = []
        self.images: list[Span] = []
        self._lines = text.split("\n")
        self._first = line
        self._kinds: list[str] = []
        self._run = Run(line, line)
        self._link: Span | None = None
        self._alts: list[str] = []
        self._row: list[Run] | None = None
        self._is_header = True  # of the row: it has no cells but headers
        self._span = (1, 1)  # columns and rows of the open cell
        self._spanning: dict[int, tuple[int, Span]] = {}  # by column: for so many rows more, these words
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors += filter(None, (given.get("id"), given.get("name")))
        if tag in _BLOCKS:
            self._flush()
        if tag in _NESTING:
            self.events.append(HtmlEvent(_NESTING[tag], Run(self._line, self._line)))
        elif tag == "table":
            self._end_row()  # of the table around it
            self._spanning.clear()
        elif tag == "tr":
            self._end_row()
            self._row, self._is_header = [], True
            self._fill(self._row)
        elif tag in {"td", "th"} and self._row is not None:
            self._end_cell(self._row)
            self._row.append(Run(self._line, self._line))
            self._span = (_count(given.get("colspan")), _count(given.get("rowspan")))
            self._is_header = self._is_header and tag == "th"
        elif tag == "a" and given.get("href") is not None:
            self._end_link()
            self._begin_link(given["href"] or "")
        elif self._is_component and is_web(url := given.get("href") or given.get("to") or ""):
            self._end_link()
            self._begin_link(url)
            self._alts.append(given.get("title") or "")
            self._end_link()
        elif tag in MEDIA:
            self._media(tag, given)
        elif tag in _UNREAD:
            self._unread += 1
        if tag in _KINDS:
            self._kinds.append(tag)

    def _media(self, tag: str, given: Mapping[str, str | None]) -> None:
        alt = given.get("alt") or ""
        if tag == "img":
            self._alts.append(alt)
        self.images += [self._placed(Span("image", alt, "", url), url) for url in media_of(given)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        if tag in _BLOCKS:
            self._flush()
        if tag in _NESTING:
            self.events.append(HtmlEvent(f"/{_NESTING[tag]}", Run(self._line, self._line)))
        elif tag in {"tr", "table"}:
            self._end_row()
        elif tag in _UNREAD and self._unread:
            self._unread -= 1
        if tag in self._kinds[-20:]:
            while self._kinds.pop() != tag:
                pass

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if row:
            self._end_cell(row)
            kind = "header" if self._is_header else "row"
            self.events.append(HtmlEvent(kind, row[0], cells=tuple(row)))

    def _end_cell(self, row: list[Run]) -> None:
        """Complete a row as browsers do: by empty cells where its last one spans columns, by those above."""
        columns, rows = self._span
        self._span = (1, 1)
        if row:
            first, cell = len(row) - 1, row[-1]
            row += [Run(cell.line, cell.line) for _ in range(min(columns, _WIDEST - first) - 1)]
            if rows > 1:
                words = Span("text", cell.text, as_markdown(cell.text))
                self._spanning |= dict.fromkeys(range(first, min(len(row), _WIDEST)), (rows - 1, words))
        self._fill(row)

    def _fill(self, row: list[Run]) -> None:
        """Add the words of cells that span rows, without their links: these stand once."""
        while spanning := self._spanning.pop(len(row), None):
            rows, words = spanning
            if rows > 1:
                self._spanning[len(row)] = (rows - 1, words)
            row.append(Run(self._line, self._line, [words]))

    def handle_data(self, data: str) -> None:
        if self._unread and self._link is None and "pre" in self._kinds:
            return
        if self._link is not None:
            self._link.text += data
        elif data:
            if not self._run.spans:
                self._run.line = self._line + (len(data) - len(data.lstrip("\n")))
            at = 0
            for start, end, url in () if self._unread else bare_addresses(data):
                self._words(data[at:start])
                # In Markdown a bare address would go on with what follows it.
                source = data[start:end] if data[end : end + 1].strip() == "" else f"<{url}>"
                link = Span("link", data[start:end], source, clean_address(url), form="bare")
                self._run.spans.append(self._placed(link, data[start:end]))
                at = end
            self._words(data[at:])

    def _words(self, data: str) -> None:
        if data:
            self._run.spans.append(Span("text", data, as_markdown(data)))

    def end(self) -> None:
        """End the open parts."""
        self._end_link()
        self._flush()
        self._end_row()

    def _begin_link(self, url: str) -> None:
        if not self._run.spans or not self._run.text:
            self._run.line = self._line
        self._alts = []
        self._link = self._placed(Span("link", "", "", clean_address(url), form="html"), url)

    def _end_link(self) -> None:
        if (link := self._link) is None:
            return
        words = one_line(link.text)
        link.has_words, link.text = bool(words), words or one_line(" ".join(self._alts))
        link.source = inline_link(link.text, link.url)
        self._run.spans.append(link)
        self._link = None

    def _placed(self, span: Span, url: str) -> Span:
        line, column = self.getpos()
        for number in range(line - 1, min(line + 5, len(self._lines))):
            at = self._lines[number].find(url, column if number == line - 1 else 0)
            if at < 0:
                at = self._lines[number].find(escape(url), column if number == line - 1 else 0)
            if url and at >= 0:
                span.line, span.column = self._first + number, at + 1
                return span
        span.line, span.column = self._first + line - 1, column + 1
        return span

    def _flush(self) -> None:
        run, kind = self._run, next(reversed(self._kinds), "")
        self._run = Run(self._line, self._line)
        run.last = run.line
        if self._row:
            self._row[-1].spans += run.spans
            return
        if not run.text and not run.links:
            return
        level = _HEADINGS.get(kind, 0)
        self.events.append(HtmlEvent("heading" if level else kind, run, level))

    @property
    def _is_component(self) -> bool:
        """Return whether the tag is one of MDX, as `<Card title="…" href="…">`."""
        return (self.get_starttag_text() or "")[1:2].isupper()

    @property
    def _line(self) -> int:
        return self._first + self.getpos()[0] - 1


def _count(number: str | None) -> int:
    """Return the rows or columns that a cell spans."""
    return int(number) if number and number.isdecimal() and len(number) < 5 else 1  # noqa: PLR2004 - browsers' limit
