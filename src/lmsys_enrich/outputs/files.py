"""Texts become files: all of them or none, each whole, and only where something changed."""

import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from lmsys_enrich.errors import OutputError
from lmsys_enrich.outputs.protocol import Text, encoded
from lmsys_enrich.values import Value

_HINT = "Free the disk, or its rights, or name another folder with --out; what lay there before is whole."
_AT_ONCE = 2**18
# A link is not followed, and what is no file at all is not waited for.
_TO_COMPARE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Written(Value):
    """The files there now are, as paths in the folder, and those of them that are new or have changed."""

    all: tuple[Path, ...]
    changed: tuple[Path, ...]


def write_files(folder: Path, files: Mapping[str, Text]) -> Written:
    """
    Write each file that differs from what lies there, all of them or, where one cannot be written, none.

    Raises `OutputError` where one cannot be written, or would lie outside of the folder.
    """
    parts: dict[str, Path] = {}
    parents: dict[str, Path] = {}
    run = secrets.token_hex(4)
    name = "."
    try:
        for number, (name, text) in enumerate(files.items()):
            where = name.rpartition("/")[0]
            if where not in parents:
                parents[where] = _made(folder / where, folder)
            if (pieces := _new(f"{folder}/{name}", text)) is not None:
                parts[name] = parents[where] / f".{run}-{number}.part"
                _write(parts[name], pieces)
        for name, part in parts.items():
            part.replace(folder / name)
    except BaseException as problem:
        for part in parts.values():
            part.unlink(missing_ok=True)
        if not isinstance(problem, OSError):
            raise
        raise OutputError(
            f"{folder / name}: cannot be written: {problem.strerror or problem}", hint=_HINT
        ) from None
    return Written(tuple(map(Path, files)), tuple(map(Path, parts)))


def _made(parent: Path, folder: Path) -> Path:
    """Make a folder; follow no link out of the one to write to: a list's repository may be a stranger's."""
    parent.mkdir(parents=True, exist_ok=True)
    if not parent.resolve().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{parent}: leads out of {folder}", hint="Remove this link, or name another folder with --out."
        )
    return parent


def _new(path: str, text: Text) -> Iterator[bytes] | None:
    """Return what is to be written, or none where it lies there already."""
    there = _opened(path)
    if isinstance(text, str):
        whole = encoded(text)
        return iter((whole,)) if there is None or not _says(there, whole) else None
    return text.chunks() if there is None else _differing(there, text.chunks(), path)


def _opened(path: str) -> int | None:
    """Return a handle of a file; none for a link, which is not followed, and for what cannot be read."""
    try:
        handle = os.open(path, _TO_COMPARE)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None


def _says(handle: int, text: bytes) -> bool:
    """Whether a file says this and nothing else; it is closed."""
    try:
        return os.fstat(handle).st_size == len(text) and os.read(handle, len(text)) == text
    finally:
        os.close(handle)


def _differing(handle: int, pieces: Iterator[bytes], path: str) -> Iterator[bytes] | None:
    """Return the pieces, unless they are what the file says; it is closed."""
    same = 0
    with os.fdopen(handle, "rb", _AT_ONCE) as file:
        for piece in pieces:
            if file.read(len(piece)) != piece:
                return chain(_beginning(path, same), (piece,), pieces)
            same += len(piece)
        return _beginning(path, same) if file.read(1) else None


def _beginning(path: str, length: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while length and (piece := file.read(min(length, _AT_ONCE))):
            yield piece
            length -= len(piece)


def _write(part: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that nobody has made yet, with the rights that the user gives to new ones."""
    with part.open("xb") as file:
        file.writelines(pieces)
