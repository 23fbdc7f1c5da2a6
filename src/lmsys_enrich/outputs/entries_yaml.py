"""A list as entries.yaml, in the order and the words of its source."""

from collections.abc import Callable

from lmsys_enrich.model.catalog import Catalog, Column, Entry, Exemption, Section
from lmsys_enrich.outputs.yaml_text import Flow, yaml_text

Facts = Callable[[Entry], dict[str, object]]
"""What else is to stand with an entry."""


def entries_yaml(catalog: Catalog) -> str:
    """Return the file, as a person would write it: ids only where others may refer to them."""
    parents = {str(placed.entry.cells.get("parent")) for placed in catalog.placed()}

    def own_id(entry: Entry) -> dict[str, object]:
        return {"id": entry.id} if entry.id_is_written or entry.id in parents else {}

    return yaml_text(listed(catalog, own_id, _nothing))


def listed(catalog: Catalog, head: Facts, tail: Facts) -> dict[str, object]:
    """Return the list in words of YAML, with what `head` and `tail` make of each entry around it."""
    content: dict[str, object] = {"title": catalog.title}
    if catalog.description:
        content["description"] = catalog.description
    content["sections"] = [_section(section, head, tail) for section in catalog.sections]
    return content


def _section(section: Section, head: Facts, tail: Facts) -> dict[str, object]:
    content: dict[str, object] = {"title": section.title}
    if section.text:
        content["text"] = section.text
    if section.columns:
        content["columns"] = Flow(_column(column) for column in section.columns)
    if section.entries:
        content["entries"] = [{**head(entry), **_entry(entry), **tail(entry)} for entry in section.entries]
    if section.sections:
        content["sections"] = [_section(inner, head, tail) for inner in section.sections]
    return content


def _column(column: Column) -> object:
    plain = column.key[:1].upper() + column.key[1:]
    return column.key if column.title == plain else {column.key: column.title}


def _entry(entry: Entry) -> dict[str, object]:
    content: dict[str, object] = {"name": entry.name}
    if entry.url is not None:
        content["url"] = entry.url
    content |= {key: value for key, value in entry.cells.items() if value is not None}
    if further := {link.role: link.url for link in entry.links if link.role != "url"}:
        content["links"] = further
    if entry.ignore is not None:
        content["ignore"] = _exemption(entry.ignore)
    return content


def _exemption(ignore: Exemption) -> dict[str, object]:
    until = {} if ignore.until is None else {"until": ignore.until}
    return {"reason": ignore.reason, **until}


def _nothing(entry: Entry) -> dict[str, object]:
    del entry
    return {}
