"""Tables of entries: one column has their names, the others describe them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from lmsys_enrich.lists.identifiers import slug_of
from lmsys_enrich.lists.markdown.entries import EntryBuilder, is_main, read_entry, role
from lmsys_enrich.lists.markdown.phrases import clean, is_role, without_comments
from lmsys_enrich.lists.markdown.runs import Run
from lmsys_enrich.model.catalog import Cell, Column
from lmsys_enrich.values import Value

# Headers of the column that names an entry, the surest first; of one line, the leftmost.
_NAMES = (
    ("title",), ("name",), ("project",), ("tool",), ("course",), ("library",), ("package",), ("resource",),
    ("framework name",), ("标题", "名称", "名字", "项目", "項目", "工具", "タイトル"),
    ("名前", "название", "nombre", "nom"),
    ("paper", "paper title", "model", "language model", "dataset", "framework", "论文", "模型"),
    ("repository", "repo", "link"),
)  # fmt: skip
_SUFFIXES = (" title", " name")
# Headers of columns whose links lead to the entry itself, as the beginnings of their keys.
_ADDRESSES = (
    *("link", "url", "website", "site", "homepage", "home", "repo", "github", "address", "web"),
    *("链接", "連結", "網址", "网址", "地址", "官网", "官網", "主页", "主頁", "仓库", "項目地址", "项目地址"),
    *(
        "リンク",
        "サイト",
        "링크",
        "주소",
        "사이트",
        "ссылка",
        "сайт",
        "адрес",
        "enlace",
        "sitio",
        "lien",
        "liens",
    ),
    *("adresse", "webseite", "seite", "endereco", "collegamento", "sito", "baglanti", "ลิงก์", "σύνδεσμος"),
)
_FLAGS = {"✔": True, "✔️": True, "✓": True, "✅": True, "✗": False, "✘": False, "❌": False}
_KEPT_FOR_ENTRIES = frozenset(
    {"url", "links", "ignore", "id", "name", "description", "parent", "prefix", "marks", "tags"}
)
_YEAR = re.compile(r"\d{4}")
_NUMBER = re.compile(r"[\d\s.,:/%kKmMbB+-]*")
_LONGEST_KEY = 60
_SHORTEST_PART = 3  # letters of a header, as `Pub` below `Publisher`


class Cells(Value):
    """Texts of a table: its header and its rows, each with the cells that its width hides."""

    header: tuple[Run, ...]
    rows: tuple[tuple[Run, ...], ...]


class Row(Value):
    """Row that is an entry, its line, from 1, and its Markdown."""

    line: int
    builder: EntryBuilder
    cells: dict[str, Cell]
    source: str


class ReadTable(Value):
    """Contents of a table; `placeholders` are lines of rows that only repeat what belongs there."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    placeholders: tuple[int, ...]


def read_table(table: Cells) -> ReadTable:
    """Return the entries of a table, its columns under the headers that they have."""
    titles = [cell.text for cell in table.header]
    width = len(titles)
    written = [cells for cells in table.rows if any(cell.text or cell.links for cell in cells)]
    placeholders = [cells for cells in written if _is_placeholder(cells[:width], titles)]
    table = Cells(table.header, tuple(cells for cells in written if cells not in placeholders))
    naming = _naming(titles, table)
    columns = tuple(_columns(titles, naming, table))
    only_linked = _only_linked(table, naming, columns)
    rows = (_row(cells[:width], naming, columns, only_linked) for cells in table.rows)
    return ReadTable(columns, tuple(rows), tuple(cells[0].line for cells in placeholders))


def _naming(headers: Sequence[str], table: Cells) -> int:
    """Return the number of the column that names the entries."""
    lower = [header.lower().strip(" *:") for header in headers]
    for group in _NAMES:
        for number, header in enumerate(lower):
            if header in group:
                return number
    for number, header in enumerate(lower):
        if header.endswith(_SUFFIXES):
            return number
    filled = [number for number in range(len(headers)) if _names_something(table, number)]
    return next((number for number in filled if _links_names(table, number)), filled[0] if filled else 0)


def _links_names(table: Cells, number: int) -> bool:
    """Return whether a column's links have names for texts: no roles, no addresses, not always the same."""
    links = [link for row in table.rows for link in _cell(row, number).links if is_main(link)]
    named = [link for link in links if not link.is_role and link.form != "bare"]
    texts = {link.text for link in named}
    return bool(named) and (len(named) == 1 or len(texts) * 2 > len(named))


def _names_something(table: Cells, number: int) -> bool:
    """Return whether most cells of a column hold words other than numbers, flags or roles."""
    texts = [_cell(row, number).text for row in table.rows]
    images = [_cell(row, number).links for row in table.rows]
    named = [
        bool(links and not text) or not (_NUMBER.fullmatch(text) or text in _FLAGS or is_role(text))
        for text, links in zip(texts, images, strict=True)
    ]
    return sum(named) * 2 > len(named)


def _cell(row: Sequence[Run], number: int) -> Run:
    return row[number] if number < len(row) else Run(1, 1)


def _columns(headers: Sequence[str], naming: int, table: Cells) -> Iterator[Column]:
    seen: set[str] = set()
    for number, header in enumerate(headers):
        if number == naming:
            key = "name"
        else:
            key = _key(header) or _unnamed(number)
            if key == "year" and not _are_years(table, number):
                key = "date"
            if key in _KEPT_FOR_ENTRIES or key in seen:
                key = f"{key}_{number + 1}"
        seen.add(key)
        yield Column(key, header or key)


def _unnamed(number: int) -> str:
    """Return the key of a column without a header."""
    return f"column_{number + 1}"


def _key(header: str) -> str:
    """Return a header as the key of a column: lower-case letters of any script, digits, and `_`."""
    slug = slug_of(header).replace("-", "_")
    if slug.startswith("entry_"):  # no Latin letters in it
        slug = header.lower()
    letters = (c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in slug)
    return "_".join("".join(letters).split())[:_LONGEST_KEY]


def _are_years(table: Cells, number: int) -> bool:
    texts = [_cell(row, number).text for row in table.rows]
    header = table.header[number].text.lower()
    return all(not text or _YEAR.fullmatch(text) or text.lower() == header for text in texts)


def _is_placeholder(cells: Sequence[Run], headers: Sequence[str]) -> bool:
    """Return whether a row only describes its columns, such as `Year | Title1`."""
    texts = [cell.text.lower() for cell in cells]
    if not any(texts) or any(cell.links for cell in cells):
        return False
    return all(
        not text or _repeats(text.rstrip("0123456789 ."), header.lower())
        for text, header in zip(texts, headers, strict=False)
    )


def _repeats(text: str, header: str) -> bool:
    """Return whether a cell repeats its header, or its beginning; `C` below `Code` is a name."""
    return text == header or (len(text) >= _SHORTEST_PART and header.startswith(text))


def _only_linked(table: Cells, naming: int, columns: Sequence[Column]) -> int | None:
    """Return the number of the only column with links, where its header names no role."""
    linked = {
        number
        for number in range(len(columns))
        if any(is_main(link) for row in table.rows for link in _cell(row, number).links)
    }
    [number] = linked if len(linked) == 1 else [naming]
    return None if number == naming or is_role(columns[number].title) else number


def _row(cells: Sequence[Run], naming: int, columns: Sequence[Column], only_linked: int | None) -> Row:
    builder = read_entry(_cell(cells, naming), in_cell=True)
    if "description" in builder.cells:
        marks = (builder.cells.get("marks"), builder.cells.pop("description"))
        builder.cells["marks"] = " ".join(str(text) for text in marks if text)
    values = dict(builder.cells)
    for number, (cell, column) in enumerate(zip(cells, columns, strict=False)):
        if number == naming:
            continue
        is_address = number == only_linked or column.key.startswith(_ADDRESSES)
        for span in filter(is_main, cell.links):
            is_first = is_address and not builder.links
            # A column without a header says nothing of its links.
            named = role(span) if column.key == _unnamed(number) else column.key.replace("_", "-")
            builder.links.append(("url" if is_first else named, span))
        value = _value(cell, column.key)
        if value is not None:
            values[column.key] = value
    if not builder.name:
        name = next((span.text or span.url for cell in cells for span in cell.links), cells[0].text)
        builder.name = clean(name) or name
    return Row(cells[0].line, builder, values, " ".join(cell.source for cell in cells))


def _value(cell: Run, key: str) -> Cell:
    text = " ".join(without_comments(cell.markdown).split())
    if text in _FLAGS:
        return _FLAGS[text]
    if key == "year" and _YEAR.fullmatch(text):
        return int(text)
    return text or None
