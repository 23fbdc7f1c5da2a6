"""HTML in Markdown lists: folded parts, headings, and links that are entries."""

from collections.abc import Sequence
from html.parser import HTMLParser

from lmsys_enrich.values import Value

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MAY_HOLD_ENTRIES = frozenset({"li", "p", "td", "dt"})


class HtmlEvent(Value):
    """Something that a list's HTML says; `line` counts from the block's first, which is 0."""

    kind: str
    line: int
    text: str = ""
    url: str = ""
    level: int = 0


def read_html(text: str) -> Sequence[HtmlEvent]:
    """Return what a block of HTML says, in its order."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return parser.events


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[HtmlEvent] = []
        self._inside: list[str] = []
        self._heading: tuple[str, int, list[str]] | None = None
        self._link: tuple[str, int, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0] - 1
        if tag == "details":
            self.events.append(HtmlEvent("details", line))
        elif tag == "summary" or tag in _HEADINGS:
            self._heading = (tag, line, [])
        elif tag == "a" and (url := dict(attrs).get("href")):
            self._link = (url, line, [])
        if tag in _MAY_HOLD_ENTRIES:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.events.append(HtmlEvent("/details", self.getpos()[0] - 1))
        elif self._heading is not None and tag == self._heading[0]:
            kind = "summary" if tag == "summary" else "heading"
            _, line, words = self._heading
            text = " ".join("".join(words).split())
            self.events.append(HtmlEvent(kind, line, text, level=_HEADINGS.get(tag, 0)))
            self._heading = None
        elif tag == "a" and self._link is not None:
            url, line, words = self._link
            text = " ".join("".join(words).split())
            if text and self._inside and self._heading is None and not url.startswith("#"):
                self.events.append(HtmlEvent("entry", line, text, url))
            self._link = None
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading[2].append(data)
        if self._link is not None:
            self._link[2].append(data)
