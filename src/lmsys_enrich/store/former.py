"""Findings as the first form of the cache kept them: each in a row under its link's key."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from lmsys_enrich.model.finding import Finding
from lmsys_enrich.store.rows import DATABASE, only_read, refuse_foreign

FORMER = "findings-1"

_decode = msgspec.json.Decoder(Finding).decode


def former_findings(folder: Path) -> Iterator[Finding]:
    """
    Yield what lies in the former cache of a folder, which stays as it is.

    Nothing else than JSON is read there. Raises as `Rows` does.
    """
    database = folder / FORMER / DATABASE
    if not database.is_file():
        return
    refuse_foreign(database)
    with only_read(database) as connection:
        for key, value in connection.execute("SELECT key, value FROM Cache WHERE raw = 1 AND mode = 1"):
            if not isinstance(value, bytes):
                continue
            try:
                finding = _decode(value)
            except (ValueError, RecursionError):
                continue
            if finding.url == key:
                yield finding
