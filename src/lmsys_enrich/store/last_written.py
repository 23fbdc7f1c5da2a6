"""
Reader of the outputs last written: a fallback when the cache is lost.

The files are untrusted input: items of the wrong shape are skipped.
"""

import os
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from lmsys_enrich.errors import InputError, reason_of
from lmsys_enrich.model.changes import Snapshot
from lmsys_enrich.model.facts import GITHUB, Facts, Model, Paper, Repository, repository_key
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.spool import LARGE, GrowingDict, Spool
from lmsys_enrich.store.enriched_file import NAME, EnrichedFile
from lmsys_enrich.store.items import ItemDecoder, has_plausible_dates

_UNREADABLE = (OSError, ValueError, RecursionError)
_set = msgspec.structs.force_setattr
_LARGE = LARGE * 1000  # bytes: an entry with its link and facts has one to two thousand
_pack = msgspec.msgpack.Encoder().encode

LinksT = TypeVar("LinksT")
RepositoryT = TypeVar("RepositoryT")
PaperT = TypeVar("PaperT")
ModelT = TypeVar("ModelT")


class _Link(Finding, kw_only=True):
    """Finding as written in outputs: with the key of its link and the keys of its facts."""

    url: str = msgspec.field(name="key")
    can_become_dead: bool = msgspec.field(name="may_die", default=True)
    reported: Verdict | None = msgspec.field(name="published", default=None)
    # Facts take the place of these keys.
    repository: str | None = None  # type: ignore[assignment]  # its key
    paper: str | None = None  # type: ignore[assignment]  # its key
    model: str | None = None  # type: ignore[assignment]  # its key


class _Entry(msgspec.Struct, Generic[LinksT, RepositoryT, PaperT, ModelT]):
    """Entry as written in outputs; versions that knew one forge alone wrote only `github`."""

    links: LinksT
    id: str = ""
    name: str = ""
    github: RepositoryT | msgspec.UnsetType = msgspec.UNSET
    repository: RepositoryT | msgspec.UnsetType = msgspec.UNSET
    paper: PaperT | msgspec.UnsetType = msgspec.UNSET
    model: ModelT | msgspec.UnsetType = msgspec.UNSET


class _RepositoryKey(msgspec.Struct):
    """The fields of a repository that make its key."""

    full_name: str
    forge: str = GITHUB

    @property
    def key(self) -> str:
        return repository_key(self.forge, self.full_name)


_Whole = _Entry[list[_Link], Repository | None, Paper | None, Model | None]
_Raw = _Entry[msgspec.Raw, msgspec.Raw, msgspec.Raw, msgspec.Raw]
_decode_entries = msgspec.json.Decoder(list[_Whole]).decode
_raw_entries = ItemDecoder(_Raw)
_links = ItemDecoder(_Link)
_repositories = ItemDecoder(Repository)
_repository_keys = ItemDecoder(_RepositoryKey)
_papers = ItemDecoder(Paper)
_models = ItemDecoder(Model)
_KINDS: dict[str, type[Facts]] = {"repository": Repository, "paper": Paper, "model": Model}


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
            warn(f"{path} cannot be read ({reason_of(problem)}): the rest of it is ignored")


def read_snapshot(path: Path) -> Snapshot:
    """Read an `enriched.json`. Raises `InputError` for any other file."""
    try:
        with EnrichedFile(path) as file:
            entries: dict[str, str] = {}
            by_url = {finding.url: finding for finding in _Findings(file, entries)}
            return Snapshot(file.head.generated_at, entries, by_url)
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
    paths = [out / NAME]
    with suppress(OSError):  # a folder that is closed to this user is reported when it is written
        paths += sorted(out.glob(f"*/{NAME}"))
    return (path for path in paths if os.path.isfile(path))  # noqa: PTH113 - raises nothing


def _not_enriched(path: Path, problem: Exception) -> InputError:
    if isinstance(problem, FileNotFoundError):
        hint = "`lmsys-enrich run` writes enriched.json, and previous.json from the second day on."
        return InputError(f"{path}: no such file", hint=hint)
    return InputError(f"{path}: not an enriched.json ({problem})", hint="`lmsys-enrich run` writes them.")


class _Findings:
    """
    Findings of a file, with facts instead of their keys.

    `entries` receives the names of entries by id while they are iterated over.
    """

    def __init__(self, file: EnrichedFile, entries: dict[str, str] | None = None) -> None:
        self._file = file
        self._entries = entries
        self._facts = {kind: _facts(of_this, file.size) for kind, of_this in _KINDS.items()}
        # Links whose facts come later in the file.
        self._waiting: list[_Link] | Spool[_Link] = [] if file.size < _LARGE else Spool()

    def __iter__(self) -> Iterator[Finding]:
        for name, array in self._file.parts():
            match name:
                case "entries":
                    yield from _converted(self._resolved(self._links_of_entries(array)))
                case "document_links":
                    yield from _converted(self._resolved(_links.decode(array)))
                case "repositories":
                    self._learn_repositories(array)
                case "papers":
                    self._learn("paper", _papers.decode(array))
                case "models":
                    self._learn("model", _models.decode(array))
                case _:
                    pass  # a list of a later version
        yield from _converted(self._known(link, _keys(link)) for link in self._waiting)

    def _links_of_entries(self, array: bytes) -> list[_Link]:
        links: list[_Link] = []
        try:
            for entry in _decode_entries(array):
                self._name(entry)
                links += entry.links
                if entry.github or entry.repository:
                    self._learn("repository", (entry.github,))
                    if entry.repository != entry.github:
                        self._learn("repository", (entry.repository,))
                if entry.paper or entry.model:
                    self._learn("paper", (entry.paper,))
                    self._learn("model", (entry.model,))
        except (ValueError, RecursionError):
            for raw in _raw_entries.decode(array):
                self._name(raw)
                links += _or_nothing(_links, bytes(raw.links))
                for repository in (raw.github, raw.repository):
                    if isinstance(repository, msgspec.Raw):
                        self._learn_repositories(b"[%b]" % repository)
                if isinstance(raw.paper, msgspec.Raw):
                    self._learn("paper", _papers.decode(b"[%b]" % raw.paper))
                if isinstance(raw.model, msgspec.Raw):
                    self._learn("model", _models.decode(b"[%b]" % raw.model))
        return links

    def _name(self, entry: _Whole | _Raw) -> None:
        if self._entries is not None:
            self._entries[entry.id] = entry.name

    def _learn_repositories(self, array: bytes) -> None:
        for known in _repository_keys.decode(array):
            self._facts["repository"].setdefault(known.key, None)
        self._learn("repository", _repositories.decode(array))

    def _learn(self, kind: str, every: Iterable[object]) -> None:
        for facts in every:
            if isinstance(facts, Facts):
                self._facts[kind][facts.key] = facts

    def _resolved(self, links: Iterable[_Link]) -> Iterator[_Link | None]:
        for link in links:
            keys = _keys(link)
            if not keys or all(key in self._facts[kind] for kind, key in keys):
                yield self._known(link, keys)
            else:
                self._waiting.append(link)

    def _known(self, link: _Link, keys: Iterable[tuple[str, str]]) -> _Link | None:
        """Replace the keys by their facts; return None if these have another shape."""
        for kind, key in keys:
            facts = self._facts[kind].get(key)
            if facts is None and key in self._facts[kind]:
                return None
            _set(link, kind, facts)
        _set(link, "reported", link.effective_verdict)
        return link


def _facts(kind: type[Facts], size: int) -> MutableMapping[str, Facts | None]:
    """
    Return an empty mapping for the facts in a file of a size: in memory, or on disk.

    It has None for facts of another shape.
    """
    if size < _LARGE:
        return {}
    decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(kind | None)
    return GrowingDict(_pack, decoder.decode)


def _keys(link: _Link) -> list[tuple[str, str]]:
    """Return the kinds and keys of a link's facts: most have none."""
    if link.repository is None and link.paper is None and link.model is None:
        return []
    keys = (("repository", link.repository), ("paper", link.paper), ("model", link.model))
    return [(kind, key) for kind, key in keys if key is not None]


def _or_nothing(decoder: ItemDecoder[_Link], array: bytes) -> list[_Link]:
    try:
        return decoder.decode(array)
    except (ValueError, RecursionError):
        return []


def _converted(links: Iterable[_Link | None]) -> Iterator[Finding]:
    whole = [link for link in links if link is not None]
    return filter(has_plausible_dates, msgspec.convert(whole, list[Finding], from_attributes=True))
