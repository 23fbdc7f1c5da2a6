"""`enriched.yaml`: the list as written, with the facts of each entry; and a list as `entries.yaml`."""

from collections.abc import Iterator, Mapping

from lmsys_enrich.model.catalog import Catalog, Column, Entry, Exemption, ListedEntry, Section
from lmsys_enrich.model.enriched_entry import EnrichedEntry
from lmsys_enrich.model.facts import Repository
from lmsys_enrich.model.json_fields import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.text import Streamed, encoded
from lmsys_enrich.outputs.yaml import Flow, yaml_item, yaml_lines


def enriched_yaml(report: Report) -> Mapping[str, Streamed]:
    """Return the file; it contains no time of the run."""
    return {"enriched.yaml": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    if report.notice:
        yield encoded(f"# {report.notice}\n")
    yield from _list(report.catalogs[0], (_item(_entry(one), one.path) for one in report.entries))


def _entry(item: EnrichedEntry) -> dict[str, object]:
    entry = item.entry
    content = {"id": entry.id, **_words(entry)}
    if entry.links:
        content["verdicts"] = {
            link.role: finding.effective_verdict.value
            for link, finding in zip(entry.links, item.findings, strict=True)
        }
    if item.github is not None:
        content["github"] = _facts(item.github)
    if item.facts is not None and item.facts is not item.github:
        content["repository"] = {"forge": item.facts.forge, **_facts(item.facts)}
    return content


def _facts(facts: Repository) -> dict[str, object]:
    """Return the known facts, without anything that changes when no fact does."""
    content: dict[str, object] = {
        "full_name": facts.full_name,
        "stars": facts.stars,
        "forks": facts.forks,
        "license": facts.license,
        "last_commit": day(facts.last_commit) if facts.last_commit else None,
        "archived": facts.archived,
        "language": facts.language,
        "latest_release": facts.latest_release.tag if facts.latest_release else None,
        "renamed_from": facts.renamed_from,
        "taken_over_by": facts.taken_over_by,
    }
    return {name: value for name, value in content.items() if value is not None}


def entries_yaml(catalog: Catalog) -> str:
    """Return a list as a maintainer would write it: ids only where other entries may refer to them."""
    parents = {str(listed.entry.cells.get("parent")) for listed in catalog.listed()}

    def item(listed: ListedEntry) -> bytes:
        entry = listed.entry
        own_id = {"id": entry.id} if entry.id_is_written or entry.id in parents else {}
        return _item({**own_id, **_words(entry)}, listed.path)

    return b"".join(_list(catalog, map(item, catalog.listed()))).decode("utf-8")


def _list(catalog: Catalog, items: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the list in YAML; `items` are its entries in order."""
    content: dict[str, object] = {"title": catalog.title}
    if catalog.description:
        content["description"] = catalog.description
    if catalog.front_matter:
        content["front_matter"] = catalog.front_matter
    if not catalog.sections:
        content["sections"] = []
    yield encoded(yaml_lines(content))
    yield from _sections(catalog.sections, 0, items)


def _item(words: dict[str, object], path: tuple[str, ...]) -> bytes:
    """Return an entry as an item of its section, indented as deep as that is."""
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
    """Return the keys of a section except its entries."""
    content: dict[str, object] = {"title": section.title}
    if section.text:
        content["text"] = section.text
    if section.columns:
        content["columns"] = Flow(_column(column) for column in section.columns)
    return content


def _column(column: Column) -> object:
    plain = column.key[:1].upper() + column.key[1:]
    return column.key if column.title == plain else {column.key: column.title}


def _words(entry: Entry) -> dict[str, object]:
    """Return the keys of an entry except its id."""
    content: dict[str, object] = {"name": entry.name}
    if (url := entry.url) is not None:
        content["url"] = url
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
