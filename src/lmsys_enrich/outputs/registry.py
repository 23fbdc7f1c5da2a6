"""Registry of outputs: add a new one here."""

from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import PurePath
from traceback import format_exc
from typing import Protocol

from lmsys_enrich.lists.identifiers import slug_of
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.badges import badges
from lmsys_enrich.outputs.ci_reports import junit_xml, sarif
from lmsys_enrich.outputs.dead_links import dead_links_json, dead_links_md
from lmsys_enrich.outputs.enriched_json import enriched_json
from lmsys_enrich.outputs.enriched_md import enriched_md
from lmsys_enrich.outputs.enriched_yaml import enriched_yaml
from lmsys_enrich.outputs.page.render import index_html
from lmsys_enrich.outputs.text import Broken, Text


class Output(Protocol):
    """
    A function from a report to the texts of files, under paths relative to the output folder.

    The same facts give the same bytes; only the outputs that the contract names
    carry the time of the run. An output writes nothing itself.
    """

    def __call__(self, report: Report, /) -> Mapping[str, Text]: ...


PREVIOUS = "previous.json"
"""Name of the copy of `enriched.json` of the run before; `changes` compares the two."""

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
"""Outputs that are valid for a part of the lists as well."""


def render_all(report: Report) -> dict[str, Text]:
    """Return the texts of all files; with several lists, those of each list in a folder named after it."""
    files: dict[str, Text] = {}
    for of_one, folder in zip(report.of_each_list(), _folders(report), strict=True):
        for output in OF_EACH_LIST:
            files |= {f"{folder}{name}": text for name, text in _made(output, of_one).items()}
    for output in OF_ALL_LISTS:
        files |= _made(output, report)
    return files


def render_reports(report: Report) -> dict[str, Text]:
    """Return the texts of the files that are meaningful for a part of a list."""
    files: dict[str, Text] = {}
    for output in REPORTS:
        files |= _made(output, report)
    return files


def _made(output: Output, report: Report) -> Mapping[str, Text]:
    """Return the files of an output; a bug in it costs those alone."""
    try:
        return output(report)
    except Exception:  # noqa: BLE001 - whatever it is, the other outputs are written
        return {getattr(output, "__name__", "output"): Broken(format_exc())}


_RESERVED = frozenset({"badges"})


def _folders(report: Report) -> list[str]:
    """
    Return a folder for each list, whatever their order; one list alone needs none.

    Lists of one name have their path in it; paths that give one slug, a digest of it.
    """
    if len(report.catalogs) == 1:
        return [""]
    paths = [report.workspace.path(catalog.source) for catalog in report.catalogs]
    names = [slug_of(catalog.name) for catalog in report.catalogs]
    for longer in (
        [slug_of(str(PurePath(path).with_suffix(""))) for path in paths],
        [slug_of(path) for path in paths],
        [f"{slug_of(path)}-{_digest(path)}" for path in paths],
    ):
        counts = Counter(names)
        taken = [counts[name] > 1 or name in _RESERVED for name in names]
        names = [
            other if is_taken else name for name, other, is_taken in zip(names, longer, taken, strict=True)
        ]
    return [f"{name}/" for name in names]


def _digest(path: str) -> str:
    return blake2b(path.encode("utf-8", "replace"), digest_size=4).hexdigest()
