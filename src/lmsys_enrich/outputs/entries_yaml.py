"""A list as entries.yaml, in the order and the words of its source."""

from collections.abc import Iterator

from lmsys_enrich.model.catalog import Catalog, Column, Entry, Exemption, ListedEntry, Section
from lmsys_enrich.outputs.protocol import encoded
from lmsys_enrich.outputs.yaml import Flow, yaml_item, yaml_lines


def entries_yaml(catalog: Catalog) -> str:
    """Return the file, as a person would write it: ids only where others may refer to them."""
    parents = {str(listed.entry.cells.get("parent")) for listed in catalog.listed()}

    def item(listed: ListedEntry) -> bytes:
        entry = listed.entry
        own_id = {"id": entry.id} if entry.id_is_written or entry.id in parents else {}
        return entry_item({**own_id, **entry_words(entry)}, listed.path)

    return b"".join(listed(catalog, map(item, catalog.listed()))).decode("utf-8")


def listed(catalog: Catalog, items: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the list in YAML; `items` are its entries, in its order."""
    content: dict[str, object] = {"title": catalog.title}
    if catalog.description:
        content["description"] = catalog.description
    if not catalog.sections:
        content["sections"] = []
    yield encoded(yaml_lines(content))
    yield from _sections(catalog.sections, 0, items)


def entry_item(words: dict[str, object], path: tuple[str, ...]) -> bytes:
    """Return an entry as it stands in the list: as deep as its section."""
    return encoded(yaml_item(words, len(path)))


def _sections(sections: tuple[Section, ...], depth: int, items: Iterator[bytes]) -> Iterator[bytes]:
    indent = "  " * depth
    if sections:
        yield encoded(f"{indent}sections:\n")
    for section in sections:
        yield encoded(yaml_item(_section(section), depth))
        if section.entries:
            yield encoded(f"{indent}  entries:\n")
        for _ in section.entries:
            yield next(items)
        yield from _sections(section.sections, depth + 1, items)


def _section(section: Section) -> dict[str, object]:
    """Return the words before its entries."""
    content: dict[str, object] = {"title": section.title}
    if section.text:
        content["text"] = section.text
    if section.columns:
        content["columns"] = Flow(_column(column) for column in section.columns)
    return content


def _column(column: Column) -> object:
    plain = column.key[:1].upper() + column.key[1:]
    return column.key if column.title == plain else {column.key: column.title}


def entry_words(entry: Entry) -> dict[str, object]:
    """Return what the list says of an entry, but for its id."""
    content: dict[str, object] = {"name": entry.name}
    if entry.url is not None:
        content["url"] = entry.url
    if entry.cells:
        content |= {key: value for key, value in entry.cells.items() if value is not None}
    if further := {link.role: link.url for link in entry.links if link.role != "url"}:
        content["links"] = further
    if entry.ignore is not None:
        content["ignore"] = _exemption(entry.ignore)
    return content


def _exemption(ignore: Exemption) -> dict[str, object]:
    until = {} if ignore.until is None else {"until": ignore.until}
    only = {} if ignore.only is None else {"only": ignore.only}
    return {"reason": ignore.reason, **until, **only}
