"""Blocks of a Markdown document: the few kinds that lists use."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from markdown_it.token import Token

from lmsys_enrich.lists.markdown.comments import fenced
from lmsys_enrich.lists.markdown.parser import make_parser
from lmsys_enrich.lists.markdown.run_builder import RunBuilder, Sources
from lmsys_enrich.lists.markdown.runs import Run, Span, one_line
from lmsys_enrich.values import Value


class Heading(Value):
    """Heading of level 1 to 6."""

    level: int
    run: Run


class Paragraph(Value):
    """Paragraph outside of lists."""

    run: Run


class Html(Value):
    """Block of HTML; `line` is its first, from 1."""

    text: str
    line: int


class Item(Value):
    """Item of a list: its first paragraph, and the blocks below it."""

    line: int
    run: Run | None
    blocks: tuple["Block", ...]


class Items(Value):
    """List, numbered or not."""

    items: tuple[Item, ...]


class Quote(Value):
    """Block quote."""

    blocks: tuple["Block", ...]


class Table(Value):
    """Table; `rows` have as many cells as `header`, `surplus` what GitHub hides beyond, by row."""

    header: tuple[Run, ...]
    rows: tuple[tuple[Run, ...], ...]
    surplus: Mapping[int, tuple[Run, ...]]

    def cells(self) -> Iterator[Run]:
        """Yield all cells, those that GitHub hides last."""
        for row in (self.header, *self.rows, *self.surplus.values()):
            yield from row


Block: TypeAlias = Heading | Paragraph | Html | Items | Quote | Table


def walk_texts(blocks: Iterable[Block], kind: str = "prose") -> Iterator[tuple[str, Run | Html]]:
    """
    Yield every text of a document in its order, with its kind.

    Kinds are `heading`, `prose`, `item`, `quote`, `table`, and `html` for blocks of HTML.
    """
    for block in blocks:
        match block:
            case Heading():
                yield "heading", block.run
            case Paragraph():
                yield kind, block.run
            case Items():
                for item in block.items:
                    if item.run is not None:
                        yield ("quote" if kind == "quote" else "item"), item.run
                    yield from walk_texts(item.blocks, kind)
            case Quote():
                yield from walk_texts(block.blocks, "quote")
            case Table():
                yield from (("table", cell) for cell in block.cells())
            case Html():
                yield "html", block


class Parsed(Value):
    """
    Blocks of a document, and the reference definitions that no link uses.

    `repeated` are labels, and the lines, from 1, where they are defined again with another address.
    """

    blocks: tuple[Block, ...]
    definitions: tuple[Span, ...]
    repeated: tuple[tuple[str, int], ...]


# `render --into` writes between these, as `outputs.marker_blocks` says.
_FIGURES = re.compile(r"<!--\s*lmsys-enrich:(?!\s*ignore\b)")
_FIGURES_END = re.compile(r"<!--\s*/lmsys-enrich\s*-->")
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]\s]{1,100}\]:", re.MULTILINE)
_FRONT = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
_FRONT_KEY = re.compile(r"(?:#[^\n]*\n)*[\"']?[A-Za-z_][\w .-]{0,80}[\"']?[ \t]*:(?=\s|\Z)")
# Hugo's and Zola's: https://gohugo.io/content-management/front-matter/.
_TOML = re.compile(
    r"\+\+\+[ \t]*\n(?:#[^\n]*\n|[ \t]*\n)*[\[A-Za-z_\"'].*?^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
_FRONT_TITLE = re.compile(r"^title[ \t]*[:=][ \t]*([^\n]*)((?:\n[ \t]+[^\n]*)*)", re.MULTILINE)


def parse_blocks(text: str) -> Parsed:
    """
    Return the blocks of a document, read as GitHub reads it; its lines end with line feeds.

    Figures that this program maintains in it are not part of the list and are left out.
    """
    environment: dict[str, Any] = {}
    tokens = make_parser().parse(_with_footnotes(_without_front_matter(text)), environment)
    references: Mapping[str, Mapping[str, object]] = environment.get("references", {})
    definitions = {label: _definition(found) for label, found in references.items()}
    again = ((str(found["label"]), *_definition(found)) for found in environment.get("duplicate_refs", ()))
    repeated = tuple((label, line + 1) for label, line, url in again if url != definitions[label][1])
    sources = Sources(text, definitions)
    parser = _BlockParser(tokens, sources)
    blocks = tuple(_without_figures(parser.blocks(None)))
    unused = (label for label in definitions if label not in parser.referred)
    return Parsed(blocks, tuple(_span_of(label, sources) for label in unused), repeated)


def front_matter(text: str) -> str:
    """Return the front matter that a document begins with, YAML without its marks, TOML with them."""
    if toml := _TOML.match(text):
        return toml[0]
    found = _FRONT.match(text)
    return found[1] if found and _FRONT_KEY.match(found[1]) else ""


def front_title(front: str) -> str:
    """Return the title that front matter gives a document, or nothing."""
    found = _FRONT_TITLE.search(front)
    if found is None:
        return ""
    first = found[1].strip()
    text = one_line(found[2] if re.fullmatch(r"[>|][+-]?", first) else first + found[2])
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _without_front_matter(text: str) -> str:
    found = _TOML.match(text) or _FRONT.match(text)
    if found is None or not front_matter(text):
        return text
    return "\n" * found[0].count("\n") + text[found.end() :]


def _with_footnotes(text: str) -> str:
    """Return the text with further paragraphs of footnotes not indented: CommonMark takes them for code."""
    if not _FOOTNOTE.search(text):
        return text
    lines = text.split("\n")
    code = fenced(lines)
    is_inside = False
    for number, line in enumerate(lines):
        if number not in code and _FOOTNOTE.match(line):
            is_inside = True
        elif is_inside and line.startswith(("    ", "\t")):
            lines[number] = line[4:] if line[0] == " " else line[1:]
        elif line.strip() and number and not lines[number - 1].strip():
            is_inside = False
    return "\n".join(lines)


def _definition(found: Mapping[str, object]) -> tuple[int, str]:
    lines = found.get("map")
    return (lines[0] if isinstance(lines, list) else 0), str(found["href"])


def _span_of(label: str, sources: Sources) -> Span:
    url, line, column = sources.definition(label)
    return Span("link", url, url, url, line, column, "definition")


def _without_figures(blocks: Sequence[Block]) -> Iterator[Block]:
    ends = [
        n for n, block in enumerate(blocks) if isinstance(block, Html) and _FIGURES_END.search(block.text)
    ]
    later = iter(ends)
    end = next(later, None)
    closed = -1
    for number, block in enumerate(blocks):
        while end is not None and end < number:
            end = next(later, None)
        if isinstance(block, Html) and _FIGURES.match(block.text.lstrip()) and end is not None:
            closed = max(closed, end)  # without an end it is a slip, and hides nothing
        if number > closed:
            yield block


class _BlockParser:
    """Walks the tokens from left to right."""

    def __init__(self, tokens: Sequence[Token], sources: Sources) -> None:
        self._tokens = tokens
        self._sources = sources
        self._parser = make_parser()
        self._at = 0
        self.referred: set[str] = set()

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
        """Return the block that begins at a token; None for code, rules and the like, which hold no links."""
        match token.type:
            case "heading_open":
                return Heading(int(token.tag[1]), self._text_of_block())
            case "paragraph_open":
                return Paragraph(self._text_of_block())
            case "html_block":
                first = (token.map or (0,))[0]
                return Html(self._sources.indented(token.content, first), first + 1)
            case _:
                return self._container(token)

    def _container(self, token: Token) -> Block | None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                return Items(self._items(token.type.replace("_open", "_close")))
            case "blockquote_open":
                return Quote(self.blocks("blockquote_close"))
            case "table_open":
                return self._table()
            case _:
                return None

    def _text_of_block(self) -> Run:
        run = self._run(self._take())
        self._take()
        return run

    def _items(self, end: str) -> tuple[Item, ...]:
        items = []
        while (token := self._take()).type != end:
            line = (token.map or (0,))[0] + 1
            blocks = self.blocks("list_item_close")
            own = blocks[0].run if blocks and isinstance(blocks[0], Paragraph) else None
            items.append(Item(line, own, blocks[1:] if own is not None else blocks))
        return tuple(items)

    def _table(self) -> Table:
        rows: list[tuple[Run, ...]] = []
        cells: list[Run] = []
        surplus: dict[int, tuple[Run, ...]] = {}
        while (token := self._take()).type != "table_close":
            if token.type == "inline":
                cells.append(self._run(token))
            elif token.type == "tr_close":
                if rows and (hidden := self._hidden(cells, len(rows[0]))):
                    surplus[len(rows) - 1] = hidden
                rows.append(tuple(cells))
                cells = []
        return Table(rows[0], tuple(rows[1:]), surplus)

    def _hidden(self, cells: Sequence[Run], width: int) -> tuple[Run, ...]:
        """Return the surplus cells, which GitHub hides; their links still belong to the list."""
        line = cells[0].line - 1
        text = self._sources.lines[line].lstrip(" \t>").rstrip()  # without the marks of quotes around it
        written = _BARS.split(text.removeprefix("|").removesuffix("|"))
        if len(written) <= width:
            return ()
        tokens = (self._parser.parseInline(cell.strip())[0] for cell in written[width:])
        return tuple(RunBuilder(token, self._sources, line).build() for token in tokens)

    def _run(self, token: Token) -> Run:
        run = RunBuilder(token, self._sources).build()
        self.referred.update(span.label for span in (*run.links, *run.images) if span.label)
        return run

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token


_BARS = re.compile(r"(?<!\\)\|")
