"""`enriched.yaml`: the list as it is written, with what is known of each entry."""

from collections.abc import Mapping

from lmsys_enrich.model.catalog import Column, Entry, Exemption, Section
from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.yaml_text import yaml_text


def enriched_yaml(report: Report) -> Mapping[str, str]:
    """Return the file; it carries no time of the run."""
    catalog = report.catalogs[0]
    content: dict[str, object] = {"title": catalog.title}
    if catalog.description:
        content["description"] = catalog.description
    content["sections"] = [_section(report, section) for section in catalog.sections]
    notice = f"# {report.notice}\n" if report.notice else ""
    return {"enriched.yaml": notice + yaml_text(content)}


def _section(report: Report, section: Section) -> dict[str, object]:
    content: dict[str, object] = {"title": section.title}
    if section.text:
        content["text"] = section.text
    if section.columns:
        content["columns"] = [_column(column) for column in section.columns]
    if section.entries:
        content["entries"] = [_entry(report, entry) for entry in section.entries]
    if section.sections:
        content["sections"] = [_section(report, inner) for inner in section.sections]
    return content


def _column(column: Column) -> object:
    plain = column.key.replace("_", " ").capitalize()
    return column.key if column.title == plain else {column.key: column.title}


def _entry(report: Report, entry: Entry) -> dict[str, object]:
    content: dict[str, object] = {"name": entry.name, "id": entry.id}
    if entry.url is not None:
        content["url"] = entry.url
    content |= {key: value for key, value in entry.cells.items() if value is not None}
    if further := {link.role: link.url for link in entry.links if link.role != "url"}:
        content["links"] = further
    if entry.ignore is not None:
        content["ignore"] = _exemption(entry.ignore)
    if entry.links:
        content["verdicts"] = {link.role: report.finding(link).standing.value for link in entry.links}
    facts = report.repository(entry)
    if facts is not None:
        content["github"] = _facts(facts)
    return content


def _exemption(ignore: Exemption) -> dict[str, object]:
    until = {} if ignore.until is None else {"until": ignore.until}
    return {"reason": ignore.reason, **until}


def _facts(facts: Repository) -> dict[str, object]:
    """Return what is known, and since when: nothing here changes unless a fact does."""
    known: dict[str, object] = {
        "full_name": facts.full_name,
        "stars": facts.stars,
        "forks": facts.forks,
        "license": facts.license,
        "last_commit": day(facts.last_commit.date()) if facts.last_commit else None,
        "archived": facts.archived,
        "language": facts.language,
        "latest_release": facts.latest_release.tag if facts.latest_release else None,
        "renamed_from": facts.renamed_from,
        "taken_over_by": facts.taken_over_by,
    }
    return {name: value for name, value in known.items() if value is not None}
