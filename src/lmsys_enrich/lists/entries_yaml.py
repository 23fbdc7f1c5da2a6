"""Reader of entries.yaml: returns a catalog, or reports all mistakes at once."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from lmsys_enrich.lists.fields import Fields, mapping_of
from lmsys_enrich.lists.identifiers import Identifiers
from lmsys_enrich.lists.mistakes import Mistake, address_problem, closest, refuse, shown
from lmsys_enrich.lists.yaml_document import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    read_document,
)
from lmsys_enrich.model.catalog import Catalog, Cell, Column, Entry, Exemption, Link, Location, Section
from lmsys_enrich.spool import sequence_of

_LIST_KEYS = frozenset({"title", "description", "front_matter", "sections"})
_OF_LISTS_ALONE = ("title", "sections")  # with neither, nor one mistyped, it is other YAML
_CLOSE = 0.75
_SECTION_KEYS = frozenset({"title", "text", "columns", "entries", "sections"})
# What an entry says in words; a section's columns may name more, whose values are free.
_TEXTS = frozenset({"description", "publisher", "framework", "prefix", "marks", "tags", "parent"})
_NOT_CELLS = frozenset({"id", "name", "url", "links", "ignore"})
_ENTRY_KEYS = frozenset(
    {
        *("name", "url", "id", "description", "year", "publisher", "framework", "links", "ignore"),
        # What Markdown lists have around an entry: emoji or a venue before it, stars or tags behind it,
        # and the id of the entry that it stands below.
        *("prefix", "marks", "tags", "parent"),
    }
)
_IGNORE_KEYS = frozenset({"reason", "until", "only"})

_LONGEST_LINE = 1_000_000  # characters; a whole list in flow style may be on one line
_OVERLONG = f"longer than {_LONGEST_LINE:,} characters; write each entry on lines of its own"
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_END = re.compile(r"\n\+\+\+\Z")

_SECTION_EXAMPLE = "each item `- title: …`"
_ENTRY_EXAMPLE = "each item `- name: …`"
_COLUMNS_EXAMPLE = "such as `[year, name, comments]`"


def read_entries(text: str, path: Path) -> Catalog:
    """Return the list; `path` is only its name. Raises `InputError`, a line for each mistake."""
    mistakes = [
        Mistake(Location(str(path), number, 1), _OVERLONG)
        for number, line in enumerate(text.split("\n") if len(text) > _LONGEST_LINE else (), 1)
        if len(line) > _LONGEST_LINE
    ]
    if mistakes:
        refuse(mistakes)
    # Nothing here holds the nodes any longer when the garbage collector comes back.
    catalog = _catalog(read_document(text, str(path), mistakes), path, mistakes)
    if mistakes:
        refuse(mistakes)
    return catalog


def _catalog(root: Node | None, path: Path, mistakes: list[Mistake]) -> Catalog:
    nothing = Catalog("", path)
    if root is None or (isinstance(root, ScalarNode) and root.value is None):
        if not mistakes:
            mistakes.append(Mistake(Location(str(path), 1, 1), "the list is empty"))
        return nothing
    must = "a list must be a mapping with title and sections"
    node = mapping_of(root, must, mistakes)
    if node is None:
        return nothing
    if not any(key in _OF_LISTS_ALONE or closest(key, _OF_LISTS_ALONE, cutoff=_CLOSE) for key in node.values):
        mistakes.append(Mistake(node.location, f"{must}; this YAML file has neither"))
        return nothing
    return _Reader(node, mistakes).catalog(path)


class _Reader:
    """Reads one list from top to bottom."""

    def __init__(self, root: MappingNode, mistakes: list[Mistake]) -> None:
        self._root = root
        self._mistakes = mistakes
        self._identifiers = Identifiers(_written_ids(root))
        self._references: list[tuple[str, Location]] = []

    def catalog(self, path: Path) -> Catalog:
        fields = self._fields(self._root, "a list", _LIST_KEYS)
        title = fields.required_line("title")
        description = fields.text("description") or ""
        fields.require("sections")
        sections = self._sections(fields)
        self._mistakes.extend(self._identifiers.misspelt(self._references))
        front_matter = fields.text("front_matter") or ""
        if front_matter.startswith("+++"):
            if not _TOML_END.search(front_matter):
                fields.note(
                    fields.location_of("front_matter"), "front_matter in TOML must end with a line of +++"
                )
        elif _FRONT_END.search(front_matter):
            fields.note(fields.location_of("front_matter"), "front_matter cannot contain a line of ---")
        return Catalog(title, path, description, sections, front_matter=front_matter)

    def _sections(self, fields: Fields) -> tuple[Section, ...]:
        nodes = (
            mapping_of(item, "a section must be a mapping with a title", self._mistakes)
            for item in fields.items("sections", _SECTION_EXAMPLE)
        )
        return tuple(self._section(node) for node in nodes if node is not None)

    def _section(self, node: MappingNode) -> Section:
        fields = self._fields(node, "a section", _SECTION_KEYS)
        columns = self._columns(fields)
        return Section(
            fields.required_line("title"),
            node.location,
            fields.text("text") or "",
            columns,
            self._entries(fields, columns),
            self._sections(fields),
        )

    def _columns(self, fields: Fields) -> tuple[Column, ...]:
        columns: dict[str, Column] = {}
        for item in fields.items("columns", _COLUMNS_EXAMPLE):
            column = self._column(item, fields)
            if column is None:
                continue
            if column.key in columns:
                fields.note(item.location, f"the column {shown(column.key)} appears twice")
            columns[column.key] = column
        return tuple(columns.values())

    def _column(self, item: Node, fields: Fields) -> Column | None:
        header: str | None = None
        if isinstance(item, MappingNode) and len(item.values) == 1:
            [(key, value)] = item.values.items()
            header = fields.text_of(value, "a column's header")
        elif isinstance(item, ScalarNode):
            text = fields.text_of(item, "a column")
            if text is None:
                return None
            key = text
        else:
            fields.note(
                item.location, "a column must be a key, or a key with its header such as `name: Title`"
            )
            return None
        key = key.strip()
        if not key:
            fields.note(item.location, "a column is empty; write the key of a field")
            return None
        title = " ".join((header if header is not None else key[:1].upper() + key[1:]).split())
        return Column(key, title)

    def _entries(self, fields: Fields, columns: tuple[Column, ...]) -> Sequence[Entry]:
        keys = _ENTRY_KEYS.union(column.key for column in columns)
        items = fields.items("entries", _ENTRY_EXAMPLE)
        nodes = (mapping_of(item, "an entry must be a mapping with a name", self._mistakes) for item in items)
        return sequence_of((self._entry(node, keys) for node in nodes if node is not None), len(items))

    def _entry(self, node: MappingNode, keys: AbstractSet[str]) -> Entry:
        fields = self._fields(node, "an entry", keys, ", nor one of its section's `columns`")
        name = fields.required_line("name")
        identifier = fields.line("id")
        if identifier is not None:
            self._identifiers.written(identifier, fields.location_of("id"), self._mistakes)
        return Entry(
            identifier if identifier is not None else self._identifiers.make(name),
            name,
            node.location,
            self._links(fields),
            self._cells(fields),
            self._exemption(fields),
            identifier is not None,
        )

    def _links(self, fields: Fields) -> tuple[Link, ...]:
        main = self._link(fields, "url", "url")
        node = fields.mapping("links", "a mapping of roles to addresses, such as `paper: https://…`")
        if node is None:
            return (main,) if main is not None else ()
        roles = Fields(node, "links", self._mistakes)
        if "url" in roles.keys:
            fields.note(roles.location_of("url"), "the main address belongs in url, not in links")
        others = (self._link(roles, role, f"the link {shown(role)}") for role in roles.keys)
        return tuple(link for link in (main, *others) if link is not None)

    def _link(self, fields: Fields, role: str, what: str) -> Link | None:
        node = fields.node(role)
        url = fields.text_of(node, what) if node is not None else None
        if node is None or url is None:
            return None
        url = url.rstrip("\r\n")  # of a block, as `url: >` begins one
        if problem := address_problem(url):
            fields.note(node.location, problem)
        return Link(url, role, node.location)

    def _cells(self, fields: Fields) -> dict[str, Cell]:
        cells: dict[str, Cell] = {}
        for key in fields.keys:
            if key in _NOT_CELLS:
                continue
            value: Cell
            if key == "year":
                value = fields.year(key)
            elif key in _TEXTS:
                value = fields.text(key)
            else:
                value = fields.cell(key)
            if value is not None:
                cells[key] = value
        if isinstance(framework := cells.get("framework"), str):
            self._references.append((framework, fields.location_of("framework")))
        return cells

    def _exemption(self, fields: Fields) -> Exemption | None:
        node = fields.mapping("ignore", "a mapping with a reason, such as `reason: our own site`")
        if node is None:
            return None
        inner = self._fields(node, "ignore", _IGNORE_KEYS)
        only = inner.line("only")
        if only not in {None, "stale"}:
            inner.note(inner.location_of("only"), f"only must be stale, not {shown(only or '')}")
        return Exemption(inner.required_line("reason"), inner.date("until"), only)

    def _fields(self, node: MappingNode, what: str, keys: AbstractSet[str], remark: str = "") -> Fields:
        fields = Fields(node, what, self._mistakes)
        fields.only(keys, remark)
        return fields


def _written_ids(section: Node) -> Iterator[str]:
    """Yield the written ids below, even next to mistakes: generated ids must differ from them."""
    if not isinstance(section, MappingNode):
        return
    for entry in _items(section, "entries"):
        if isinstance(entry, MappingNode):
            identifier = entry.values.get("id")
            if isinstance(identifier, ScalarNode) and identifier.value is not None:
                yield " ".join(identifier.text.split())
    for inner in _items(section, "sections"):
        yield from _written_ids(inner)


def _items(mapping: MappingNode, key: str) -> Sequence[Node]:
    value = mapping.values.get(key)
    return value.items if isinstance(value, SequenceNode) else ()
