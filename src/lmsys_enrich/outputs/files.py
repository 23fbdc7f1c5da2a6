"""Texts become files: all of them or none, each whole, and only where something changed."""

import filecmp
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lmsys_enrich.errors import OutputError
from lmsys_enrich.outputs.protocol import Streamed, Text

_HINT = "Free the disk, or its rights, or name another folder with --out; what lay there before is whole."


@dataclass(frozen=True, slots=True)
class Written:
    """The files there now are, as paths in the folder, and those of them that are new or have changed."""

    all: tuple[Path, ...]
    changed: tuple[Path, ...]


def write_files(folder: Path, files: Mapping[str, Text]) -> Written:
    """
    Write each file that differs from what lies there, all of them or, where one cannot be written, none.

    Raises `OutputError` where one cannot be written, or would lie outside of the folder.
    """
    parts: dict[Path, Path] = {}
    checked: set[Path] = set()
    path = folder
    try:
        for name, text in files.items():
            path = folder / name
            if path.parent not in checked:
                path.parent.mkdir(parents=True, exist_ok=True)
                _refuse_outside(path.parent, folder)
                checked.add(path.parent)
            if (part := _new(path, text)) is not None:
                parts[path] = part
        for path, part in parts.items():
            part.replace(path)
    except OSError as problem:
        raise OutputError(f"{path}: cannot be written: {problem.strerror or problem}", hint=_HINT) from None
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return Written(tuple(map(Path, files)), tuple(path.relative_to(folder) for path in parts))


def _refuse_outside(parent: Path, folder: Path) -> None:
    """Follow no link out of the folder: a list's repository may be a stranger's."""
    if not parent.resolve().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{parent}: leads out of {folder}", hint="Remove this link, or name another folder with --out."
        )


def _new(path: Path, text: Text) -> Path | None:
    """Return a file beside `path` with the text, to be put in its place; none where it says the same."""
    is_there = path.is_file() and not path.is_symlink()
    if isinstance(text, str) and is_there and path.read_bytes() == _encoded(text):
        return None
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in (text,) if isinstance(text, str) else text.pieces():
                file.write(_encoded(piece))
        if is_there and isinstance(text, Streamed) and filecmp.cmp(part, path, shallow=False):
            part.unlink()
            return None
        part.chmod(0o666 & ~_umask())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


@cache
def _umask() -> int:
    """
    Return what the user takes away from new files' rights.

    It can only be read by setting it, so not while other threads might make files.
    """
    mask = os.umask(0)
    os.umask(mask)
    return mask
