"""An entry in Markdown: what the list says of it, and behind that what is known."""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from lmsys_enrich.lists.identifiers import role_of
from lmsys_enrich.model.catalog import Catalog, Cell, Column, Entry, Link, Section
from lmsys_enrich.model.report import EnrichedEntry
from lmsys_enrich.outputs.fact_words import suffix
from lmsys_enrich.outputs.markdown_text import address, escaped, in_cell, link
from lmsys_enrich.values import Value

# What lists have around an entry, each in its own place.
_AROUND = frozenset({"prefix", "marks", "tags", "parent", "description"})


class EntryWords(Value):
    """Entries in words; `named` are those that others refer to."""

    named: Mapping[str, Entry]

    def bullet(self, known: EnrichedEntry) -> str:
        """Return what stands behind the dash of a bullet."""
        entry, cells = known.entry, known.entry.cells
        name = self._name(entry, frozenset())
        if not cells:
            return name + suffix(known)
        aside = [self._written(key, cell) for key, cell in cells.items() if key not in _AROUND]
        description, tags = _cell(cells, "description"), _cell(cells, "tags")
        return "".join(
            [
                name,
                f" ({', '.join(filter(None, aside))})" if any(aside) else "",
                f" - {description}" if description else "",
                f" {tags}" if tags else "",
                suffix(known),
            ]
        )

    def cell(self, entry: Entry, column: Column, columns: AbstractSet[str]) -> str:
        """Return what the list says of an entry in a column of a table, which has `columns`."""
        if column.key == "name":
            return self._name(entry, columns)
        if column.key == "id":
            return entry.id
        written = entry.cells.get(column.key)
        for known in entry.links:
            if known.role == column.key and written is None:
                return link(known.role, known.url)
        return self._written(column.key, written)

    def _name(self, entry: Entry, columns: AbstractSet[str]) -> str:
        """Return the name with what stands before and behind it."""
        url = entry.url
        name = link(entry.name, url) if url else escaped(entry.name)
        if entry.id_is_written:
            name = f'<span id="{entry.id}"></span>{name}'
        if entry.cells:
            parts = [_cell(entry.cells, "prefix"), name, _cell(entry.cells, "marks")]
            name = " ".join(part for part in parts if part)
        further = entry.links[url is not None :]
        return name + _further(further, entry.cells, columns) if further else name

    def _written(self, key: str, cell: Cell) -> str:
        if isinstance(cell, bool):
            return "✔" if cell else "✗"
        if key == "framework" and isinstance(cell, str) and cell in self.named:
            return f"[{escaped(self.named[cell].name)}](#{address(cell)})"
        return "" if cell is None else in_cell(str(cell))


def words_of(catalog: Catalog) -> EntryWords:
    """Return what puts the entries of a list into words."""
    return EntryWords({entry.id: entry for entry in _entries(catalog.sections) if entry.id_is_written})


def _entries(sections: Sequence[Section]) -> Iterator[Entry]:
    for section in sections:
        yield from section.entries
        yield from _entries(section.sections)


def _cell(cells: Mapping[str, Cell], key: str) -> str:
    cell = cells.get(key)
    return in_cell(str(cell)) if cell else ""


def _further(links: Sequence[Link], cells: Mapping[str, Cell], columns: AbstractSet[str]) -> str:
    """Return the entry's links besides the main one, but for those that are seen elsewhere."""
    shown = [str(cell) for key, cell in cells.items() if not columns or key in columns or key in _AROUND]
    told = [
        link(known.role, known.url)
        for known in links
        if known.role not in columns and not any(_is_in(known, text) for text in shown)
    ]
    return f" ({', '.join(told)})" if told else ""


def _is_in(known: Link, markdown: str) -> bool:
    """Whether a text has the link already, by a name that makes the same role of it."""
    if known.url not in markdown:
        return False
    texts = re.findall(rf"(\[!)?\[([^\[\]]*)\](?:\([^()]*\)\])?\(<?{re.escape(known.url)}", markdown)
    roles = {"badge" if picture else role_of(text) for picture, text in texts}
    return known.role in roles or re.sub(r"-\d+$", "", known.role) in roles
