"""Writing of files: all or none, each atomically, and only those that changed."""

import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from traceback import format_exc

from lmsys_enrich.errors import EnrichError, InputError, OutputError, reason_of
from lmsys_enrich.model.report import Bug
from lmsys_enrich.outputs.text import Broken, Streamed, Text, encoded
from lmsys_enrich.values import Value, replace

_HINT = "Check disk space and permissions, or name another folder with --out. Existing files are unchanged."
_AT_ONCE = 2**18
# Symbolic links are not followed, and opening a FIFO must not block.
_TO_COMPARE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Written(Value):
    """
    Paths of all files in the folder, and of those that are new or have changed.

    `bugs` are those that kept a file from being made; its old version is unchanged.
    """

    all: tuple[Path, ...]
    changed: tuple[Path, ...]
    bugs: tuple[Bug, ...] = ()


def write_files(folder: Path, files: Mapping[str, Text]) -> Written:
    """
    Write each file whose content differs; either all of them, or none if one cannot be written.

    Raises `OutputError` where one cannot be written, or would be outside of the folder.
    A text that cannot be made costs its own file alone.
    """
    temporary: dict[str, Path] = {}
    parents: dict[str, Path] = {}
    bugs: dict[str, Bug] = {}
    run = secrets.token_hex(4)
    name = "."
    try:
        for number, (name, text) in enumerate(files.items()):
            where = name.rpartition("/")[0]
            if where not in parents:
                parents[where] = _make_folder(folder / where, folder)
            temporary[name] = parents[where] / f".{run}-{number}.part"
            outcome = _written(folder / name, text, temporary[name])
            if outcome is not True:
                temporary.pop(name).unlink(missing_ok=True)
            if isinstance(outcome, Bug):
                bugs[name] = replace(outcome, url=name)
        for name, temporary_path in temporary.items():
            temporary_path.replace(folder / name)
    except BaseException as problem:
        for temporary_path in temporary.values():
            temporary_path.unlink(missing_ok=True)
        if not isinstance(problem, OSError):
            raise
        raise OutputError(f"{folder / name}: cannot be written: {reason_of(problem)}", hint=_HINT) from None
    paths = (Path(name) for name in files if name not in bugs)
    return Written(tuple(paths), tuple(map(Path, temporary)), tuple(bugs.values()))


def replace_source(source: Path, text: str) -> bool:
    """
    Replace a file of the user, whose permissions stay, and return whether it changed.

    Raises `InputError` for a symbolic link, which could lead to any file.
    """
    if source.is_symlink():
        raise InputError(f"{source}: a symbolic link", hint=f"Name its target: {source.resolve()}.")
    mode = source.stat().st_mode
    written = write_files(source.parent, {source.name: text})
    source.chmod(mode)
    return bool(written.changed)


def _make_folder(parent: Path, folder: Path) -> Path:
    """Make a folder; refuse a symbolic link out of the output folder, as the repository may be untrusted."""
    parent.mkdir(parents=True, exist_ok=True)
    if not parent.resolve().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{parent}: leads out of {folder}", hint="Remove this link, or name another folder with --out."
        )
    return parent


def _written(path: Path, text: Text, temporary_path: Path) -> bool | Bug:
    """
    Write a text to a temporary file, and return whether it differs from the file at `path`.

    Returns the bug that kept the text from being made.
    """
    if isinstance(text, Broken):
        return Bug(str(path), text.traceback)
    try:
        if (chunks := _chunks_to_write(str(path), text)) is not None:
            _write(temporary_path, chunks)
    except (OSError, EnrichError):
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the other files are written
        return Bug(str(path), format_exc())
    return chunks is not None


def _chunks_to_write(path: str, text: str | Streamed) -> Iterator[bytes] | None:
    """Return the chunks to write, or None if the file has them already."""
    there = _open(path)
    if isinstance(text, str):
        whole = encoded(text)
        return iter((whole,)) if there is None or not _equals(there, whole) else None
    return text.chunks() if there is None else _differing(there, text.chunks(), path)


def _open(path: str) -> int | None:
    """Return a file descriptor; None for symbolic links, which are not followed, and unreadable files."""
    try:
        handle = os.open(path, _TO_COMPARE)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    return None


def _equals(handle: int, text: bytes) -> bool:
    """Return whether the file has exactly this content, and close it."""
    try:
        return os.fstat(handle).st_size == len(text) and os.read(handle, len(text)) == text
    finally:
        os.close(handle)


def _differing(handle: int, chunks: Iterator[bytes], path: str) -> Iterator[bytes] | None:
    """Return the chunks, or None if the file has exactly these; closes it."""
    same = 0
    with os.fdopen(handle, "rb", _AT_ONCE) as file:
        for chunk in chunks:
            if file.read(len(chunk)) != chunk:
                return chain(_first_bytes(path, same), (chunk,), chunks)
            same += len(chunk)
        return _first_bytes(path, same) if file.read(1) else None


def _first_bytes(path: str, length: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while length and (chunk := file.read(min(length, _AT_ONCE))):
            yield chunk
            length -= len(chunk)


def _write(temporary_path: Path, chunks: Iterable[bytes]) -> None:
    """Write a new file, with the permissions of the user's umask."""
    with temporary_path.open("xb", _AT_ONCE) as file:
        file.writelines(chunks)
