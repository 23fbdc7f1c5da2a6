"""
Reader of the outputs last written: a fallback when the cache is lost.

The files are untrusted input: items of the wrong shape are skipped.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.changes import Snapshot
from lmsys_enrich.model.finding import Finding, Verdict, effective_verdict
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.store.enriched_file import NAME, EnrichedFile
from lmsys_enrich.store.items import ItemDecoder, has_plausible_dates

_UNREADABLE = (OSError, ValueError, RecursionError)
_set = msgspec.structs.force_setattr

LinksT = TypeVar("LinksT")
FactsT = TypeVar("FactsT")


class _Link(Finding, kw_only=True):
    """A finding as written in outputs: with the key of its link and the name of its repository."""

    url: str = msgspec.field(name="key")
    can_become_dead: bool = msgspec.field(name="may_die", default=True)
    reported: Verdict | None = msgspec.field(name="published", default=None)
    repository: str | None = None  # type: ignore[assignment]  # its facts take the place of this name


class _Entry(msgspec.Struct, Generic[LinksT, FactsT]):
    """An entry as written in outputs."""

    links: LinksT
    id: str = ""
    name: str = ""
    github: FactsT | msgspec.UnsetType = msgspec.UNSET


class _FullName(msgspec.Struct):
    full_name: str


_decode_entries = msgspec.json.Decoder(list[_Entry[list[_Link], Repository | None]]).decode
_raw_entries = ItemDecoder(_Entry[msgspec.Raw, msgspec.Raw])
_links = ItemDecoder(_Link)
_facts = ItemDecoder(Repository)
_full_names = ItemDecoder(_FullName)


def read_last_written(out: Path, warn: Callable[[str], None]) -> Iterator[Finding]:
    """
    Yield the findings in the `enriched.json` of an output folder, and of the lists' folders in it.

    Files with a notice hold simulated facts and are skipped. `warn` is called for a
    file that cannot be read, or not to its end.
    """
    for path in _files(out):
        try:
            with EnrichedFile(path) as file:
                if file.head.notice is None:
                    yield from _Findings(file)
        except _UNREADABLE as problem:
            warn(f"{path} cannot be read ({problem}): nothing more is taken over from it")


def read_snapshot(path: Path) -> Snapshot:
    """Read an `enriched.json`. Raises `InputError` for any other file."""
    try:
        with EnrichedFile(path) as file:
            findings = _Findings(file)
            by_url = {finding.url: finding for finding in findings}
            return Snapshot(file.head.generated_at, findings.entries, by_url)
    except _UNREADABLE as problem:
        raise _not_enriched(path, problem) from None


def time_of(path: Path) -> datetime:
    """Return the time of an `enriched.json`. Raises `InputError` for any other file."""
    try:
        with EnrichedFile(path) as file:
            return file.head.generated_at
    except _UNREADABLE as problem:
        raise _not_enriched(path, problem) from None


def last_written_digests(out: Path) -> dict[str, str]:
    """Return the digest of each list, by its name, that the outputs last written were made from."""
    digests: dict[str, str] = {}
    for path in _files(out):
        try:
            with EnrichedFile(path) as file:
                digests[file.head.source] = file.head.source_digest
        except _UNREADABLE:
            continue
    return digests


def _files(out: Path) -> Iterator[Path]:
    return (path for path in (out / NAME, *sorted(out.glob(f"*/{NAME}"))) if path.is_file())


def _not_enriched(path: Path, problem: Exception) -> InputError:
    return InputError(f"{path}: not an enriched.json ({problem})", hint="`lmsys-enrich run` writes them.")


class _Findings:
    """
    Findings of a file, their facts joined to them by the name of their repository.

    `entries` has the names of entries by id once they were iterated over.
    """

    def __init__(self, file: EnrichedFile) -> None:
        self._file = file
        self.entries: dict[str, str] = {}
        self._facts: dict[str, Repository | None] = {}  # None where they have another shape
        self._waiting: list[_Link] = []  # links whose repository comes later in the file

    def __iter__(self) -> Iterator[Finding]:
        for name, array in self._file.parts():
            match name:
                case "entries":
                    yield from _converted(self._resolved(self._links_of_entries(array)))
                case "document_links":
                    yield from _converted(self._resolved(_links.decode(array)))
                case "repositories":
                    self._learn_all(array)
                case _:
                    pass  # a list of a later version
        yield from _converted(self._known(link) for link in self._waiting)

    def _links_of_entries(self, array: bytes) -> list[_Link]:
        links: list[_Link] = []
        try:
            for entry in _decode_entries(array):
                self.entries[entry.id] = entry.name
                links += entry.links
                if isinstance(entry.github, Repository):
                    self._facts[entry.github.full_name] = entry.github
        except (ValueError, RecursionError):
            for raw in _raw_entries.decode(array):
                self.entries[raw.id] = raw.name
                links += _or_nothing(_links, bytes(raw.links))
                if isinstance(raw.github, msgspec.Raw):
                    self._learn_all(b"[%b]" % raw.github)
        return links

    def _learn_all(self, array: bytes) -> None:
        self._facts |= dict.fromkeys((known.full_name for known in _full_names.decode(array)), None)
        self._facts |= {facts.full_name: facts for facts in _facts.decode(array)}

    def _resolved(self, links: Iterable[_Link]) -> Iterator[_Link | None]:
        for link in links:
            if link.repository is None or link.repository in self._facts:
                yield self._known(link)
            else:
                self._waiting.append(link)

    def _known(self, link: _Link) -> _Link | None:
        """Put the facts in the place of their name; return None if they have another shape."""
        name = link.repository
        facts = self._facts.get(name) if name else None
        if facts is None and name in self._facts:
            return None
        _set(link, "repository", facts)
        _set(link, "reported", effective_verdict(link.verdict, link.last_verdict))
        return link


def _or_nothing(decoder: ItemDecoder[_Link], array: bytes) -> list[_Link]:
    try:
        return decoder.decode(array)
    except (ValueError, RecursionError):
        return []


def _converted(links: Iterable[_Link | None]) -> Iterator[Finding]:
    whole = [link for link in links if link is not None]
    return filter(has_plausible_dates, msgspec.convert(whole, list[Finding], from_attributes=True))
