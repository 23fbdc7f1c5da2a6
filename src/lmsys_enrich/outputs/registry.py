"""Every output there is; a new one is named here."""

from collections import Counter
from collections.abc import Mapping

from lmsys_enrich.lists.identifiers import slug_of
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.badges import badges
from lmsys_enrich.outputs.dead_links import dead_links_json, dead_links_md
from lmsys_enrich.outputs.drafts import Drafts
from lmsys_enrich.outputs.enriched_json import enriched_json
from lmsys_enrich.outputs.enriched_md import enriched_md
from lmsys_enrich.outputs.enriched_yaml import enriched_yaml
from lmsys_enrich.outputs.junit import junit_xml
from lmsys_enrich.outputs.page.render import index_html
from lmsys_enrich.outputs.protocol import Entrywise, Output, Text
from lmsys_enrich.outputs.sarif import sarif

PREVIOUS = "previous.json"
"""What `enriched.json` was before the run that wrote it: from the two, `changes` are told."""

OF_EACH_LIST: tuple[Output, ...] = (enriched_yaml, enriched_json, enriched_md)
OF_ALL_LISTS: tuple[Output, ...] = (
    index_html,
    dead_links_md,
    dead_links_json,
    junit_xml,
    sarif,
    badges,
)
REPORTS: tuple[Output, ...] = (dead_links_md, dead_links_json, junit_xml, sarif)
"""Those that speak of what was found alone, and are true of a part of the lists as well."""


def drafts_of(report: Report) -> Drafts:
    """Return what can make parts of a report's outputs while its findings still come in."""
    outputs = (*OF_EACH_LIST, *OF_ALL_LISTS)
    return Drafts(report, [output for output in outputs if isinstance(output, Entrywise)])


def render_all(report: Report, drafts: Drafts | None = None) -> dict[str, Text]:
    """
    Return the texts of all files; with several lists, what is of one lies in a folder of its name.

    What `drafts` hold that is true of the report is not made again; they must be
    there until the texts are written.
    """
    if drafts is not None:
        drafts.compare(report)
    files: dict[str, Text] = {}
    for of_one, folder in zip(report.of_each_list(), _folders(report), strict=True):
        for output in OF_EACH_LIST:
            files |= {f"{folder}{name}": text for name, text in _made(output, of_one, drafts).items()}
    for output in OF_ALL_LISTS:
        files |= _made(output, report, drafts)
    return files


def _made(output: Output, report: Report, drafts: Drafts | None) -> Mapping[str, Text]:
    if drafts is not None and isinstance(output, Entrywise):
        return output.files(report, drafts.piece(output, report))
    return output(report)


def render_reports(report: Report) -> dict[str, Text]:
    """Return the texts of the files that are true of a part of the lists."""
    files: dict[str, Text] = {}
    for output in REPORTS:
        files |= output(report)
    return files


def _folders(report: Report) -> list[str]:
    """Return a folder for each list, no two the same; one list alone needs none."""
    if len(report.catalogs) == 1:
        return [""]
    seen: Counter[str] = Counter({"badges": 1})
    folders = []
    for catalog in report.catalogs:
        name = slug_of(catalog.name)
        seen[name] += 1
        folders.append(f"{name}/" if seen[name] == 1 else f"{name}-{seen[name]}/")
    return folders
