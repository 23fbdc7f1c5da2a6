"""`enriched.yaml`: the list as it is written, with what is known of each entry."""

from collections.abc import Iterator, Mapping

from lmsys_enrich.model.enriched import day
from lmsys_enrich.model.report import EnrichedEntry, Report
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.outputs.entries_yaml import entry_item, entry_words, listed
from lmsys_enrich.outputs.protocol import Streamed, encoded


def enriched_yaml(report: Report) -> Mapping[str, Streamed]:
    """Return the file; it carries no time of the run."""
    return {"enriched.yaml": Streamed(lambda: _chunks(report))}


def _chunks(report: Report) -> Iterator[bytes]:
    if report.notice:
        yield encoded(f"# {report.notice}\n")
    yield from listed(report.catalogs[0], (entry_item(_entry(one), one.path) for one in report.entries))


def _entry(known: EnrichedEntry) -> dict[str, object]:
    entry, facts = known.entry, known.facts
    content = {"id": entry.id, **entry_words(entry)}
    if entry.links:
        content["verdicts"] = {
            link.role: finding.effective_verdict.value
            for link, finding in zip(entry.links, known.findings, strict=True)
        }
    if facts is not None:
        content["github"] = _facts(facts)
    return content


def _facts(facts: Repository) -> dict[str, object]:
    """Return what is known, and since when: nothing here changes unless a fact does."""
    known: dict[str, object] = {
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
    return {name: value for name, value in known.items() if value is not None}
