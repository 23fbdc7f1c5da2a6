"""Runs of text: the visible text of a paragraph, an item or a cell, cut at its links."""

import re
from collections.abc import Iterator, Mapping

from lmsys_enrich.characters import MARKDOWN_MARKS
from lmsys_enrich.values import State, value_field

MEDIA = frozenset({"img", "source", "video", "audio"})
"""HTML's tags that show pictures and films."""
_CANDIDATES = re.compile(r",\s")  # of `srcset`; an address may hold a comma
_MARKS = re.compile(MARKDOWN_MARKS)
_ENTITY = re.compile(r"&(?=#?\w+;)")
# Invisible characters that mean nothing in a name, and that YAML refuses; vertical tabs and form feeds are
# blanks.
_INVISIBLE = dict.fromkeys([*range(9), *range(14, 32), 127, *range(128, 160), 0xFEFF, 0xFFFE, 0xFFFF])


class Span(State, eq=False):
    """
    Part of a run: plain text, a line break, a link or an image.

    `text` is what readers see, `source` the Markdown. A link has its `url` and the line and column, from 1,
    of its address; `has_words` is false where only images can be clicked, `is_role` true where its text
    says what kind of link it is. `form` is how it is written: `inline`, `reference`, `bare`, `spaced` or
    `html`; that of a break is `hard` where readers see one. A reference has the `label` of its definition.
    """

    kind: str
    text: str
    source: str
    url: str = ""
    line: int = 0
    column: int = 0
    form: str = ""
    has_words: bool = True
    is_role: bool = False
    label: str = ""


class Run(State, eq=False):
    """Run of text; `line` and `last` are its first and last lines, from 1; `strong` begins it in bold."""

    line: int
    last: int
    spans: list[Span] = value_field(default_factory=list)
    images: list[Span] = value_field(default_factory=list)
    anchors: list[str] = value_field(default_factory=list)
    strong: str = ""
    source: str = ""

    @property
    def links(self) -> list[Span]:
        return [span for span in self.spans if span.kind == "link"]

    @property
    def markdown(self) -> str:
        """The Markdown of the text, without references to definitions elsewhere."""
        if not self.source or any(span.form == "reference" for span in (*self.spans, *self.images)):
            return "".join(span.source for span in self.spans).strip()
        return self.source.strip()

    @property
    def text(self) -> str:
        """Visible text without images, on one line."""
        shown = (span.text if span.kind != "link" or span.has_words else "" for span in self.spans)
        return one_line("".join(shown))

    def lines(self) -> Iterator["Run"]:
        """Yield the texts between line breaks."""
        part = Run(self.line, self.line)
        for span in self.spans:
            if span.kind == "break":
                yield part
                part = Run(part.last + span.source.count("\n"), part.last + span.source.count("\n"))
            else:
                part.spans.append(span)
        yield part


def as_markdown(words: str) -> str:
    """Return words as Markdown that shows them as they are."""
    return _MARKS.sub(r"\\\g<0>", _ENTITY.sub("&amp;", words))


def inline_link(words: str, url: str) -> str:
    """Return a link of Markdown that shows words as they are."""
    return f"[{as_markdown(words)}]({enclosed(url)})"


def one_line(text: str) -> str:
    """Return text with single spaces and without invisible characters."""
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    # To look each letter up takes far longer, and hardly any text needs it.
    return text if text.isprintable() else text.translate(_INVISIBLE)


def media_of(attributes: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the addresses of pictures and films that the attributes of a tag name."""
    for name in ("src", "poster"):
        if url := attributes.get(name):
            yield clean_address(url)
    for candidate in _CANDIDATES.split(attributes.get("srcset") or ""):
        if url := candidate.strip().partition(" ")[0]:
            yield clean_address(url)


def clean_address(url: str) -> str:
    """Return an address as browsers take it: on the web, without line ends, blanks escaped."""
    bare = _visible(url.strip().replace("\n", "").replace("\r", "").replace("\t", ""))
    return ("https:" + bare if bare.startswith("//") else bare).replace(" ", "%20")


def enclosed(url: str) -> str:
    """Return an address in the form for an inline link."""
    return f"<{url}>" if any(letter in url for letter in " ()") else url
