"""
What the outputs last written tell: a second memory, for when the first is lost.

The files may come from anybody, so they are read as strangers' words: what does
not have the right shape is as if it were not there.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.changes import Snapshot
from lmsys_enrich.model.enriched import VERSION
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.model.repository import Repository

_LARGEST = 512 * 2**20  # bytes: many times what 100,000 links take
_NAME = "enriched.json"


_NULL = msgspec.Raw(b"null")


class _PublishedLink(msgspec.Struct):
    """The part of a link that says which repository its facts belong to; the rest is a `Finding`."""

    key: str
    repository: str | None = None


class _PublishedEntry(msgspec.Struct):
    id: str = ""
    name: str = ""
    links: list[msgspec.Raw] = []
    github: msgspec.Raw = _NULL


class _Published(msgspec.Struct):
    schema: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    entries: list[_PublishedEntry]
    repositories: list[msgspec.Raw] = []
    notice: str | None = None
    generated_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    source: str = ""
    source_digest: str = ""


class _FullName(msgspec.Struct):
    full_name: str


def read_published(out: Path, warn: Callable[[str], None]) -> dict[str, Finding]:
    """
    Return the findings in the `enriched.json` of an output folder, and of the lists' folders in it.

    Files with a notice, whose facts are simulated, are passed over. One that
    cannot be read is told to `warn`.
    """
    found: dict[str, Finding] = {}
    for path in (out / _NAME, *sorted(out.glob(f"*/{_NAME}"))):
        if path.is_file():
            found.update((finding.url, finding) for finding in _read(path, warn))
    return found


def read_snapshot(path: Path) -> Snapshot:
    """Return what an `enriched.json` tells. Raises `InputError` for a file that is none."""
    published = _required(path)
    entries = {entry.id: entry.name for entry in published.entries}
    findings = {finding.url: finding for finding in _findings(published)}
    return Snapshot(published.generated_at, entries, findings)


def time_of(path: Path) -> datetime:
    """Return when an `enriched.json` was made. Raises `InputError` for a file that is none."""
    return _required(path).generated_at


def published_digests(out: Path) -> dict[str, str]:
    """Return which content of each list the outputs last written were made from, by the list's name."""
    digests: dict[str, str] = {}
    for path in (out / _NAME, *sorted(out.glob(f"*/{_NAME}"))):
        if path.is_file() and (published := _decoded(path, _nobody)) is not None:
            digests[published.source] = published.source_digest
    return digests


def _nobody(warning: str) -> None:
    del warning


def _read(path: Path, warn: Callable[[str], None]) -> Iterator[Finding]:
    published = _decoded(path, warn)
    if published is None or published.notice is not None:
        return
    yield from _findings(published)


def _findings(published: _Published) -> Iterator[Finding]:
    facts = _facts(published)
    for entry in published.entries:
        for raw in entry.links:
            if (finding := _finding(raw, facts)) is not None:
                yield finding


def _required(path: Path) -> _Published:
    warnings: list[str] = []
    published = _decoded(path, warnings.append)
    if published is None:
        raise InputError(
            f"{path}: not an enriched.json ({warnings[0]})", hint="`lmsys-enrich run` writes them."
        )
    return published


def _decoded(path: Path, warn: Callable[[str], None]) -> _Published | None:
    try:
        if path.stat().st_size > _LARGEST:
            warn(f"{path} is too large: nothing is taken over from it")
            return None
        return msgspec.json.decode(path.read_bytes(), type=_Published)
    except (OSError, ValueError, RecursionError) as problem:
        warn(f"{path} cannot be read ({problem}): nothing is taken over from it")
        return None


def _facts(published: _Published) -> dict[str, msgspec.Raw]:
    """Return the facts by the repository's name, not yet read."""
    every = [entry.github for entry in published.entries]
    facts: dict[str, msgspec.Raw] = {}
    for raw in [*every, *published.repositories]:
        try:
            facts[msgspec.json.decode(raw, type=_FullName).full_name] = raw
        except ValueError:
            continue  # null, or nobody's facts
    return facts


def _finding(raw: msgspec.Raw, facts: dict[str, msgspec.Raw]) -> Finding | None:
    """Return what is told about a link, or none where that has another shape."""
    try:
        link = msgspec.json.decode(raw, type=_PublishedLink)
        told = {**msgspec.json.decode(raw, type=dict[str, object]), "url": link.key, "repository": None}
        finding = msgspec.convert(told, Finding)
        repository = facts.get(link.repository) if link.repository else None
        known = msgspec.json.decode(repository, type=Repository) if repository is not None else None
    except ValueError:
        return None
    return replace(finding, repository=known, published=finding.standing)
