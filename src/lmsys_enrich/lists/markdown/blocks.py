"""A Markdown document as the few kinds of blocks that lists are made of. The only door to markdown-it."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lmsys_enrich.values import Value


class Inline(Value):
    """A run of text with its links; `first` and `last` are the lines it stands in, counted from 0."""

    content: str
    first: int
    last: int
    children: Sequence[Token]


class Heading(Value):
    """A heading of level 1 to 6."""

    level: int
    inline: Inline


class Paragraph(Value):
    """A paragraph outside of lists."""

    inline: Inline


class Html(Value):
    """HTML that stands for itself."""

    text: str
    first: int


class Item(Value):
    """An item of a list: its own first paragraph, and what else it holds."""

    first: int
    inline: Inline | None
    blocks: tuple["Block", ...]


class Items(Value):
    """A list, numbered or not."""

    items: tuple[Item, ...]


class Table(Value):
    """A table; `rows` have as many cells as `header`, and each its line."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]


Block: TypeAlias = Heading | Paragraph | Html | Items | Table


# What `render --into` writes anew lies between these, as `outputs.marker_blocks` tells.
_FIGURES = re.compile(r"<!--\s*lmsys-enrich:")
_FIGURES_END = re.compile(r"<!--\s*/lmsys-enrich\s*-->")


def parse_blocks(text: str) -> tuple[Block, ...]:
    """
    Return the blocks of a document, read as CommonMark with GitHub's tables and strikethrough.

    Figures that this program keeps current in it are no part of the list, and left out.
    """
    return tuple(_without_figures(_Parser(_markdown().parse(text)).blocks(None)))


def _without_figures(blocks: Sequence[Block]) -> Iterator[Block]:
    ends = [
        n for n, block in enumerate(blocks) if isinstance(block, Html) and _FIGURES_END.search(block.text)
    ]
    shut = -1
    for number, block in enumerate(blocks):
        if isinstance(block, Html) and _FIGURES.match(block.text):
            # Without an end it is a slip, and no reason to overlook what follows.
            shut = next((end for end in ends if end >= number), shut)
        if number > shut:
            yield block


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Addresses are wanted as they are written, whatever they are.
    markdown.normalizeLink = _as_written  # type: ignore[method-assign]  # the library means it to be replaced
    markdown.normalizeLinkText = _as_written  # type: ignore[method-assign, assignment]  # so too
    markdown.validateLink = _anything  # type: ignore[method-assign]  # so too
    return markdown


def _as_written(url: str) -> str:
    return url


def _anything(url: str) -> bool:
    del url
    return True


class _Parser:
    """Walks the tokens from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def blocks(self, end: str | None) -> tuple[Block, ...]:
        """Return blocks until a token of the kind `end`, which is taken too."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._take()
            if token.type == end:
                break
            if (block := self._block(token)) is not None:
                found.append(block)
        return tuple(found)

    def _block(self, token: Token) -> Block | None:
        match token.type:
            case "heading_open":
                inline = _inline(self._take())
                self._take()
                return Heading(int(token.tag[1]), inline)
            case "paragraph_open":
                inline = _inline(self._take())
                self._take()
                return Paragraph(inline)
            case "bullet_list_open" | "ordered_list_open":
                return Items(self._items(token.type.replace("_open", "_close")))
            case "table_open":
                return self._table()
            case "html_block":
                return Html(token.content, _lines(token)[0])
            case _:
                return None  # quotes hold paragraphs; code, rules and the like hold nothing of a list

    def _items(self, end: str) -> tuple[Item, ...]:
        items = []
        while (token := self._take()).type != end:
            blocks = self.blocks("list_item_close")
            own = blocks[0].inline if blocks and isinstance(blocks[0], Paragraph) else None
            items.append(Item(_lines(token)[0], own, blocks[1:] if own is not None else blocks))
        return tuple(items)

    def _table(self) -> Table:
        rows: list[tuple[Inline, ...]] = []
        cells: list[Inline] = []
        while (token := self._take()).type != "table_close":
            if token.type == "inline":
                cells.append(_inline(token))
            elif token.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        return Table(rows[0], tuple(rows[1:]))

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token


def _inline(token: Token) -> Inline:
    first, last = _lines(token)
    return Inline(token.content, first, last, token.children or ())


def _lines(token: Token) -> tuple[int, int]:
    first, end = token.map or (0, 1)
    return first, max(first, end - 1)
