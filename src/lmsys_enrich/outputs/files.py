"""Texts become files: each whole or not at all, and only where something changed."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmsys_enrich.errors import OutputError

_HINT = "Free the disk, or its rights, or name another folder with --out; what lay there before is whole."


@dataclass(frozen=True, slots=True)
class Written:
    """The files there now are, as paths in the folder, and those of them that are new or have changed."""

    all: tuple[Path, ...]
    changed: tuple[Path, ...]


def write_files(folder: Path, files: Mapping[str, str]) -> Written:
    """
    Write each file that differs from what lies there.

    Raises `OutputError` where one cannot be written, or would lie outside of the folder.
    """
    changed = []
    checked: set[Path] = set()
    for name, text in files.items():
        path = folder / name
        try:
            if path.parent not in checked:
                path.parent.mkdir(parents=True, exist_ok=True)
                _refuse_outside(path.parent, folder)
                checked.add(path.parent)
            if _replace(path, text.encode("utf-8", "replace")):
                changed.append(Path(name))
        except OSError as problem:
            raise OutputError(
                f"{path}: cannot be written: {problem.strerror or problem}", hint=_HINT
            ) from None
    return Written(tuple(map(Path, files)), tuple(changed))


def _refuse_outside(parent: Path, folder: Path) -> None:
    """Follow no link out of the folder: a list's repository may be a stranger's."""
    if not parent.resolve().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{parent}: leads out of {folder}", hint="Remove this link, or name another folder with --out."
        )


def _replace(path: Path, content: bytes) -> bool:
    """Put the content in place in one step, and tell whether it is new."""
    if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
        return False
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o666 & ~_UMASK)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return True


def _umask() -> int:
    """Return what the user takes away from new files' rights; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _umask()
