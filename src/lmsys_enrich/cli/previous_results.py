"""The facts of the run before, kept beside those of this one."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.outputs.protocol import Streamed
from lmsys_enrich.outputs.registry import PREVIOUS
from lmsys_enrich.store.last_written import time_of

_FACTS = "enriched.json"
_AT_ONCE = 2**20


def previous(out: Path, made: Iterable[str], run_time: datetime) -> dict[str, Streamed]:
    """
    Return what each `enriched.json` in the folder is to be kept as, before it is written anew.

    Two runs of one time are one: what was before both stays.
    """
    kept: dict[str, Streamed] = {}
    for name in made:
        path = out / name
        if path.name != _FACTS or not path.is_file():
            continue
        try:
            if time_of(path).date() < run_time.date():
                kept[str(Path(name).with_name(PREVIOUS))] = Streamed(partial(_pieces, path))
        except InputError:
            continue  # whatever lies there is none of ours
    return kept


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_AT_ONCE):
            yield piece
