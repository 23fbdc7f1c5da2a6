"""The facts of the run before, kept beside those of this one."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lmsys_enrich.errors import InputError
from lmsys_enrich.memory.published import read_snapshot
from lmsys_enrich.outputs.registry import PREVIOUS

_FACTS = "enriched.json"


def previous(out: Path, made: Mapping[str, str], run_time: datetime) -> dict[str, str]:
    """
    Return what each `enriched.json` in the folder is to be kept as, before it is written anew.

    Two runs of one time are one: what was before both stays.
    """
    kept: dict[str, str] = {}
    for name in made:
        path = out / name
        if path.name != _FACTS or not path.is_file():
            continue
        try:
            if read_snapshot(path).taken_at.date() < run_time.date():
                kept[str(Path(name).with_name(PREVIOUS))] = path.read_text(encoding="utf-8")
        except InputError:
            continue  # whatever lies there is none of ours
    return kept
