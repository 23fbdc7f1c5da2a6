"""`enriched.yaml`: the list as it is written, with what is known of each entry."""

from collections.abc import Mapping

from lmsys_enrich.model.catalog import Entry
from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.report import Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.entries_yaml import listed
from lmsys_enrich.outputs.yaml_text import yaml_text


def enriched_yaml(report: Report) -> Mapping[str, str]:
    """Return the file; it carries no time of the run."""

    def known(entry: Entry) -> dict[str, object]:
        facts = report.repository(entry)
        verdicts = {link.role: report.finding(link).standing.value for link in entry.links}
        return {
            **({"verdicts": verdicts} if verdicts else {}),
            **({"github": _facts(facts)} if facts is not None else {}),
        }

    content = listed(report.catalogs[0], lambda entry: {"id": entry.id}, known)
    notice = f"# {report.notice}\n" if report.notice else ""
    return {"enriched.yaml": notice + yaml_text(content)}


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
