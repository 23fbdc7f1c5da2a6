"""Reading of list files, each by the reader of its format."""

import gc
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from traceback import format_exception
from typing import TypeAlias

from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.lists.git import files_of
from lmsys_enrich.lists.markdown.comments import BEGIN, without_facts
from lmsys_enrich.lists.mistakes import Mistake, refuse
from lmsys_enrich.model.catalog import Catalog, Location
from lmsys_enrich.model.workspace import find_workspace, leads_out
from lmsys_enrich.regular_file import read_regular_file
from lmsys_enrich.settings.settings import LinkScope, Settings
from lmsys_enrich.values import replace

_LARGEST = 128 * 1024 * 1024  # a million entries
_LARGEST_MARKDOWN = 32 * 1024 * 1024  # a document is held whole, with all that its parser makes of it
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd", ".rmd", ""})
_OUTPUTS = frozenset({"enriched.md", "dead-links.md"})
_FOREIGN = {
    ".rst": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".org": "Org",
    ".html": "HTML",
    ".htm": "HTML",
    ".ipynb": "a Jupyter notebook",
    ".txt": "plain text",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".json": "JSON",
    ".toml": "TOML",
    ".jsonl": "JSON",
    ".xml": "XML",
    ".opml": "OPML",
    ".bib": "BibTeX",
    ".tex": "LaTeX",
    ".wiki": "wiki text",
    ".mediawiki": "wiki text",
    ".textile": "Textile",
    ".rtf": "RTF",
    ".pdf": "PDF",
    ".docx": "a Word document",
    ".odt": "an OpenDocument text",
    ".xlsx": "an Excel workbook",
    ".ods": "an OpenDocument spreadsheet",
}
_Reader: TypeAlias = Callable[[str, Path], Catalog]
OnBug: TypeAlias = Callable[[str, str], None]
"""Receiver of a bug met while reading: a message about its effect, and the traceback."""

_LONE_RETURN = re.compile(r"\r(?!\n)")
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_BEGINNING = 1000  # bytes; every second one is zero where English is in UTF-16
_ENCODING = "Any editor can do that; so can `iconv -f {} -t UTF-8`, if that is its encoding."
_BINARY = "A list is a text; name the one that this file was made of."
_CONVERT = "Write the list as Markdown or entries.yaml; `lmsys-enrich schema entries` prints the schema."


class NothingFound(InputError):
    """A document without entries and without links."""


def read_as_set(
    settings: Settings,
    paths: Sequence[Path],
    warn: Callable[[str], None] | None = None,
    on_bug: OnBug | None = None,
) -> tuple[Catalog, ...]:
    """Return the lists with the links that the settings choose, as `read_lists` does."""
    return read_lists(
        paths, settings.links, images=settings.images, out=settings.out, warn=warn, on_bug=on_bug
    )


def read_lists(
    paths: Sequence[Path],
    scope: LinkScope = LinkScope.DOCUMENT,
    *,
    images: bool = False,
    out: Path | None = None,
    warn: Callable[[str], None] | None = None,
    on_bug: OnBug | None = None,
) -> tuple[Catalog, ...]:
    """
    Return the lists in their order, a folder as its Markdown files, each file once.

    Of a folder, what an earlier run wrote to `out` is no list.
    An unreadable file of a folder is skipped: `warn` gets the reason.
    Raises `InputError` with the mistakes of all other files, and of these without `warn`.
    A bug in the program costs one file too, unless no other file can be read:
    `on_bug` gets a message and the traceback.
    """
    catalogs: dict[Path, Catalog] = {}
    refusals: list[InputError] = []
    bugs: list[tuple[Path, Exception]] = []
    for path in dict.fromkeys(paths):
        try:
            if path.is_dir():
                found = _read_folder(path, out, warn, bugs)
            else:
                found = list(_read_files([path], refusals, bugs))
            for catalog in found:
                catalogs.setdefault(catalog.source.resolve(), catalog)
        except InputError as refusal:
            refusals.append(refusal)
    if refusals:
        raise _all_of(refusals)
    _report_bugs(bugs, on_bug if catalogs else None)
    return tuple(
        _with_links(catalog, images=images, entries_only=scope is LinkScope.ENTRIES)
        for catalog in catalogs.values()
    )


def _report_bugs(bugs: Sequence[tuple[Path, Exception]], on_bug: OnBug | None) -> None:
    """Report the bugs met in reading files; raise the first one without `on_bug`."""
    for path, bug in bugs:
        if on_bug is None:
            raise bug
        what = f"{path}: a bug in lmsys-enrich stopped reading it, {bug!r:.200}; this file is left out"
        on_bug(what, "".join(format_exception(bug)))


def _all_of(refusals: Sequence[InputError]) -> InputError:
    hints = dict.fromkeys(refusal.hint for refusal in refusals if refusal.hint)
    return InputError("\n".join(map(str, refusals)), hint=" ".join(hints) or None)


def _with_links(catalog: Catalog, *, images: bool, entries_only: bool) -> Catalog:
    kept = () if entries_only else catalog.document_links
    if not images:
        kept = tuple(one for one in kept if one.link.role != "image")
    return catalog if len(kept) == len(catalog.document_links) else replace(catalog, document_links=kept)


def _read_folder(
    folder: Path,
    out: Path | None,
    warn: Callable[[str], None] | None,
    bugs: list[tuple[Path, Exception]],
) -> Sequence[Catalog]:
    """Return the Markdown files of a folder that hold links; the others are not lists."""
    paths = [
        path
        for path in files_of(folder)
        if path.suffix and path.suffix.lower() in _MARKDOWN and not _is_output(path, out)
    ]
    if not paths:
        raise InputError(f"{folder}: no Markdown file in this folder", hint="Name the list's file.")
    refusals: list[InputError] = []
    found = list(_read_files(paths, refusals, bugs))
    refusals = [refusal for refusal in refusals if not isinstance(refusal, NothingFound)]
    if refusals and (warn is None or not found):
        raise _all_of(refusals)
    for left_out in refusals:
        if warn is not None:
            warn(f"{left_out}; this file is left out")
    return found


def _is_output(path: Path, out: Path | None) -> bool:
    """Return true for a file of an earlier run: read as lists, outputs would grow each night."""
    return out is not None and path.name in _OUTPUTS and path.absolute().is_relative_to(out.absolute())


def _read_files(
    paths: Iterable[Path], refusals: list[InputError], bugs: list[tuple[Path, Exception]]
) -> Iterator[Catalog]:
    """Yield the readable lists, and note the errors of the others."""
    for path in paths:
        try:
            yield read_list(path)
        except InputError as refusal:
            refusals.append(refusal)
        except Exception as bug:  # noqa: BLE001 - a bug of ours costs this file alone
            bugs.append((path, bug))


def read_list(path: Path) -> Catalog:
    """Return the list. Raises `InputError`, a line for each mistake, also where there is no file to read."""
    suffix = path.suffix.lower()
    if suffix in _FOREIGN:
        raise InputError(f"{path}: {_FOREIGN[suffix]} cannot be read as a list", hint=_CONVERT)
    return parse_list(_content_of(path), path)


def parse_list(content: bytes, path: Path) -> Catalog:
    """Return the list in a file of this name and content. Raises `InputError`."""
    suffix = path.suffix.lower()
    text = _text_of(content, path)
    is_markdown = suffix in _MARKDOWN
    read = _markdown_reader() if is_markdown else _yaml_reader()
    with _garbage_collection_paused():
        catalog = read(_LONE_RETURN.sub("\n", text), path)
    if is_markdown and not catalog.document_links and not any(catalog.entries()):
        raise NothingFound(
            f"{path}:1:1: no entry found: this is not a list, or its form is not supported",
            hint="An entry is a bullet, a numbered item or a table's row, with a name or a link.",
        )
    return replace(catalog, digest=_digest(content))


# Each reader is loaded only where a list needs it: the Markdown parser takes as long to load as a short
# command takes in all.
def _markdown_reader() -> _Reader:
    reader: _Reader = import_module("lmsys_enrich.lists.markdown.reader").read_markdown
    return reader


def _yaml_reader() -> _Reader:
    reader: _Reader = import_module("lmsys_enrich.lists.entries_yaml").read_entries
    return reader


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Pause the collector: with many small values and no garbage it takes two thirds of reading's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def digest_of(path: Path) -> str:
    """Return a digest of a list's content, which does not depend on facts written into it."""
    return _digest(_content_of(path))


def _digest(content: bytes) -> str:
    if BEGIN.encode() in content:
        content = without_facts(content.decode("utf-8", "replace")).encode()
    return sha256(content).hexdigest()


def _text_of(content: bytes, path: Path) -> str:
    start = Location(str(path), 1, 1)
    if len(content) > (largest := _largest(path)):
        refuse([Mistake(start, f"larger than {largest // 1024**2} MB, the limit for a list")])
    if content.startswith(_LFS_POINTER):
        hint = "Fetch the file by `git lfs pull`; in GitHub Actions give actions/checkout `lfs: true`."
        refuse([Mistake(start, "a pointer of Git LFS, not the list itself")], hint=hint)
    if wide := _wide_encoding(content):
        hint = _ENCODING.format(wide)
        refuse([Mistake(start, f"not UTF-8 but {wide}; save the file as UTF-8")], hint=hint)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        if b"\0" in content[:_BEGINNING]:
            refuse([Mistake(start, "a binary file")], hint=_BINARY)
        message = f"{reason_of(problem)}; save the file as UTF-8"
        hint = _ENCODING.format("WINDOWS-1252")
        refuse([Mistake(_location_of(content, problem.start, path), message)], hint=hint)


def _wide_encoding(content: bytes) -> str | None:
    """Return the encoding of a text in units of more than a byte, with or without its mark."""
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    beginning = content[:_BEGINNING]
    if marked or beginning.count(0) * 3 <= len(beginning):
        return marked
    return "UTF-16LE" if not any(beginning[1::2]) else "UTF-16BE" if not any(beginning[::2]) else None


def _largest(path: Path) -> int:
    return _LARGEST_MARKDOWN if path.suffix.lower() in _MARKDOWN else _LARGEST


def _content_of(path: Path) -> bytes:
    """Return the content, or as much as shows that the file is too large."""
    try:
        _refuse_link_out(path)
        return read_regular_file(path, _largest(path) + 1)
    except FileNotFoundError:
        hint = "Name the list, or change to its folder; `lmsys-enrich init` starts one."
        raise InputError(f"{path}: no such file", hint=hint) from None
    except IsADirectoryError:
        raise InputError(
            f"{path}: a folder, not a list", hint=f"Did you mean {path / 'entries.yaml'}?"
        ) from None
    except (OSError, ValueError) as problem:  # ValueError: a name with a null character
        raise InputError(
            f"{path}: cannot be read: {reason_of(problem)}", hint="Check the file and its permissions."
        ) from None


def _refuse_link_out(path: Path) -> None:
    """
    Raise `InputError` for a link out of the list's repository.

    Otherwise a stranger's pull request could publish any file of the machine as a list.
    """
    target = leads_out(path, find_workspace(path.parent, {}).root)
    if target is not None:
        raise InputError(f"{path}: a symbolic link out of the repository", hint=f"Name its target: {target}.")


def _location_of(content: bytes, offset: int, path: Path) -> Location:
    before = content[:offset].removeprefix(b"\xef\xbb\xbf")
    line_start = before.rfind(b"\n") + 1
    return Location(str(path), before.count(b"\n") + 1, len(before[line_start:].decode("utf-8")) + 1)
