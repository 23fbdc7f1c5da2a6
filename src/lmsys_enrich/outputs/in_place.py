"""Facts written into the Markdown lists themselves, in place of those that an earlier run wrote."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from lmsys_enrich.lists.read import digest_of
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.enriched_document import enriched_document
from lmsys_enrich.outputs.files import replace_source


def write_in_place(report: Report, warn: Callable[[str], None]) -> list[Path]:
    """
    Write the facts into each Markdown list, and return those that changed.

    A list that changed since it was read stays as it is, since its lines are others now.
    """
    return [*_changed(report, warn)]


def _changed(report: Report, warn: Callable[[str], None]) -> Iterator[Path]:
    for of_one in report.of_each_list():
        catalog = of_one.catalogs[0]
        if catalog.document is None:
            warn(f"{catalog.source}: facts are written into Markdown lists alone; enriched.md has them")
        elif digest_of(catalog.source) != catalog.digest:
            warn(f"{catalog.source}: it changed during the run, so it gets no facts; run again")
        elif b"\r" in catalog.source.read_bytes().replace(b"\r\n", b""):
            warn(f"{catalog.source}: has carriage returns alone, which would be lost, so it gets no facts")
        elif replace_source(
            catalog.source, enriched_document(replace(of_one, notice=None), catalog.document)
        ):
            yield catalog.source
