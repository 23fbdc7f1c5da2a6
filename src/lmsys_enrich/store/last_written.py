"""
Reader of the outputs last written: a fallback when the cache is lost.

The files are untrusted input: parts of the wrong shape are skipped.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Generic, TypeVar

import msgspec

from lmsys_enrich.clock import EPOCH
from lmsys_enrich.errors import InputError
from lmsys_enrich.model.changes import Snapshot
from lmsys_enrich.model.enriched import VERSION
from lmsys_enrich.model.finding import Finding, Hop, Suggestion, Verdict, effective_verdict
from lmsys_enrich.model.repository import Repository
from lmsys_enrich.values import Value

_MAX_SIZE = 512 * 2**20  # bytes: many times what 100,000 links take
_NAME = "enriched.json"

T = TypeVar("T")
LinkT = TypeVar("LinkT")
FactsT = TypeVar("FactsT")


class _Entry(msgspec.Struct, Generic[LinkT, FactsT], gc=False):
    id: str = ""
    name: str = ""
    links: list[LinkT] = []
    github: FactsT | msgspec.UnsetType = msgspec.UNSET


class _LastWritten(msgspec.Struct, Generic[LinkT, FactsT]):
    schema: Annotated[int, msgspec.Meta(ge=VERSION, le=VERSION)]
    entries: list[_Entry[LinkT, FactsT]]
    document_links: list[LinkT] = []
    repositories: list[FactsT] = []
    notice: str | None = None
    generated_at: datetime = EPOCH
    source: str = ""
    source_digest: str = ""


class _Link(msgspec.Struct, kw_only=True, gc=False):
    """A `Finding` as written in outputs: with the key of its link and the name of its repository."""

    url: str = msgspec.field(name="key")
    verdict: Verdict
    reason: str
    checked_at: datetime | None = None
    http_status: int | None = None
    final_url: str | None = None
    hops: tuple[Hop, ...] = ()
    suggestion: Suggestion | None = None
    first_seen: datetime | None = None
    last_alive: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    failed_on: date | None = None
    can_become_dead: bool = msgspec.field(name="may_die", default=True)
    moves: int = 0
    moved_on: date | None = None
    last_verdict: Verdict | None = None
    last_reason: str | None = None
    reported: Verdict | None = msgspec.field(name="published", default=None)
    repository: str | Repository | None = None  # facts take the place of the name that is read


class _FullName(msgspec.Struct):
    full_name: str


_decode_strict = msgspec.json.Decoder(_LastWritten[_Link, Repository | None]).decode
_decode_raw = msgspec.json.Decoder(_LastWritten[msgspec.Raw, msgspec.Raw]).decode
_link = msgspec.json.Decoder(_Link).decode
_facts = msgspec.json.Decoder(Repository).decode
_full_name = msgspec.json.Decoder(_FullName).decode


class _Content(Value):
    """Content of a file; `facts` by a repository's name, None if they have another shape."""

    generated_at: datetime
    notice: str | None
    entries: dict[str, str]
    links: list[_Link]
    facts: dict[str, Repository | None]


def read_last_written(out: Path, warn: Callable[[str], None]) -> dict[str, Finding]:
    """
    Return the findings in the `enriched.json` of an output folder, and of the lists' folders in it.

    Files with a notice hold simulated facts and are skipped. `warn` is called for a
    file that cannot be read.
    """
    found: dict[str, Finding] = {}
    for path in (out / _NAME, *sorted(out.glob(f"*/{_NAME}"))):
        if path.is_file():
            found.update((finding.url, finding) for finding in _read(path, warn))
    return found


def read_snapshot(path: Path) -> Snapshot:
    """Read an `enriched.json`. Raises `InputError` for any other file."""
    content = _required(path, _parse)
    findings = {finding.url: finding for finding in _findings(content)}
    return Snapshot(content.generated_at, content.entries, findings)


def time_of(path: Path) -> datetime:
    """Return the time of an `enriched.json`. Raises `InputError` for any other file."""
    return _required(path, _decode_raw).generated_at


def last_written_digests(out: Path) -> dict[str, str]:
    """Return the digest of each list, by its name, that the outputs last written were made from."""
    digests: dict[str, str] = {}
    for path in (out / _NAME, *sorted(out.glob(f"*/{_NAME}"))):
        if path.is_file() and (reported := _decoded(path, _decode_raw, _ignore)) is not None:
            digests[reported.source] = reported.source_digest
    return digests


def _ignore(warning: str) -> None:
    del warning


def _read(path: Path, warn: Callable[[str], None]) -> list[Finding]:
    content = _decoded(path, _parse, warn)
    return [] if content is None or content.notice is not None else _findings(content)


def _required(path: Path, decode: Callable[[bytes], T]) -> T:
    warnings: list[str] = []
    decoded = _decoded(path, decode, warnings.append)
    if decoded is None:
        raise InputError(
            f"{path}: not an enriched.json ({warnings[0]})", hint="`lmsys-enrich run` writes them."
        )
    return decoded


def _decoded(path: Path, decode: Callable[[bytes], T], warn: Callable[[str], None]) -> T | None:
    try:
        if path.exists() and not path.is_file():
            warn(f"{path} is not a regular file: nothing is taken over from it")
            return None
        if path.stat().st_size > _MAX_SIZE:
            warn(f"{path} is too large: nothing is taken over from it")
            return None
        return decode(path.read_bytes())
    except (OSError, ValueError, RecursionError) as problem:
        warn(f"{path} cannot be read ({problem}): nothing is taken over from it")
        return None


def _parse(content: bytes) -> _Content:
    """Parse a file at once, or item by item if one of them has another shape."""
    try:
        whole = _decode_strict(content)
    except ValueError:
        return _parse_each(content)
    return _Content(
        whole.generated_at,
        whole.notice,
        {entry.id: entry.name for entry in whole.entries},
        [*(link for entry in whole.entries for link in entry.links), *whole.document_links],
        {facts.full_name: facts for facts in _every_facts(whole) if facts is not None},
    )


def _parse_each(content: bytes) -> _Content:
    raw = _decode_raw(content)
    raw_links = [*(raw for entry in raw.entries for raw in entry.links), *raw.document_links]
    links = (_or_none(_link, raw) for raw in raw_links)
    named = ((_or_none(_full_name, facts), facts) for facts in _every_facts(raw))
    return _Content(
        raw.generated_at,
        raw.notice,
        {entry.id: entry.name for entry in raw.entries},
        [link for link in links if link is not None],
        {name.full_name: _or_none(_facts, facts) for name, facts in named if name is not None},
    )


def _every_facts(reported: _LastWritten[LinkT, FactsT]) -> Iterator[FactsT]:
    yield from (entry.github for entry in reported.entries if entry.github is not msgspec.UNSET)
    yield from reported.repositories


def _or_none(decode: Callable[[msgspec.Raw], T], raw: msgspec.Raw) -> T | None:
    try:
        return decode(raw)
    except ValueError:
        return None


def _findings(content: _Content) -> list[Finding]:
    """Return the findings; skip links whose repository does not validate."""
    whole: list[_Link] = []
    for link in content.links:
        link.reported = effective_verdict(link.verdict, link.last_verdict)
        name = link.repository or None
        if isinstance(name, Repository) or (name in content.facts and content.facts[name] is None):
            continue
        link.repository = content.facts.get(name) if name is not None else None
        whole.append(link)
    return msgspec.convert(whole, list[Finding], from_attributes=True)
