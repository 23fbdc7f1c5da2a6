"""Findings of earlier runs, stored in a folder that may be damaged, foreign, full or read-only."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from itertools import islice
from operator import methodcaller
from pathlib import Path

import msgspec

from lmsys_enrich.errors import reason_of
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.spool import LARGE, SpooledDict
from lmsys_enrich.store.items import ItemDecoder, has_plausible_dates
from lmsys_enrich.store.rows import UNUSABLE, Rows, is_damaged

_FORMAT = "findings-3"  # a new name for a new shape of `Finding`: an older cache is then left alone
_ROW_SIZE = 1000  # findings in a row: enough to be fast, few enough to hold the lock briefly
_SLACK = 500  # superseded findings, and short rows, that are not worth compaction

_encode = msgspec.json.Encoder().encode
_findings = ItemDecoder(Finding)
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Finding).decode


def finding_map(keys: Mapping[str, int]) -> MutableMapping[str, Finding]:
    """
    Return an empty mapping for the findings of numbered keys: in memory, or on disk where they are very many.

    That on disk is always in the order of the numbers.
    """
    return {} if len(keys) < LARGE else SpooledDict(keys, _pack, _unpack)


def in_order(found: MutableMapping[str, Finding], keys: Mapping[str, int]) -> MutableMapping[str, Finding]:
    """Return a mapping of `finding_map`, which has every key by now, in the order of the keys."""
    return {key: found[key] for key in keys} if isinstance(found, dict) else found


class DiskStore:
    """
    Cache of findings on disk, shared by several runs at once.

    A damaged cache is renamed, an unusable one ignored; either calls `warn`, neither ends the run.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None], *, patience: float = 60.0) -> None:
        self._folder = folder
        self._warn = warn
        self._patience = patience
        self._thread = threading.get_ident()
        self._rows = self._open()

    def load(self, urls: Iterable[str] | None = None) -> Mapping[str, Finding]:
        """
        Return the findings of these links, or all; compact the file if most of it is superseded.

        Numbered keys, as `finding_map` takes them, are shared with the mapping that is returned.
        """
        wanted = urls if isinstance(urls, dict) else {url: number for number, url in enumerate(urls or ())}
        findings = finding_map(wanted)

        def collect(rows: Rows) -> None:
            sizes, seen = list[int](), set[int]()
            for _, row in rows.read():
                batch = _decode(row)
                findings.update([(one.url, one) for one in batch if urls is None or one.url in wanted])
                seen.update([hash(one.url) for one in batch])  # a text would take three times as much
                sizes.append(len(batch))
            if sum(sizes) > 2 * len(seen) + _SLACK or len(sizes) > 2 * (len(seen) // _ROW_SIZE) + _SLACK:
                _compact(rows)

        self._try(collect)
        if urls is None or not isinstance(findings, dict):
            return findings
        return {url: findings[url] for url in wanted if url in findings}

    def save(self, findings: Iterable[Finding]) -> None:
        """Store findings in place of earlier ones; this may be called in another thread."""
        try:
            for batch in _batches(findings):
                append = methodcaller("append", _encode(batch))
                if not self._try(append):
                    self._try(append)  # a damaged file was renamed: this writes to the new one
        finally:
            if threading.get_ident() != self._thread:
                self.close()  # a worker thread's connection could not be closed by another thread

    def delete(self, urls: Iterable[str]) -> int:
        """Remove the findings of these links; return how many there were."""
        deleted: set[str] = set()
        self._try(lambda rows: _delete(rows, set(urls), deleted))
        return len(deleted)

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()

    def _try(self, operation: Callable[[Rows], None]) -> bool:
        """Run `operation`; return False and warn on failure, so that the cache never ends a run."""
        if self._rows is None:
            return False
        try:
            operation(self._rows)
        except UNUSABLE as problem:
            self.close()
            self._rows = self._recover(problem)
            return False
        return True

    def _open(self) -> Rows | None:
        try:
            return Rows(self._folder / _FORMAT, self._patience)
        except UNUSABLE as problem:
            return self._recover(problem)

    def _recover(self, problem: Exception) -> Rows | None:
        """Rename a damaged file and open a new one; warn and return None if that does not help."""
        # diskcache's own time-out has no message, its cause may.
        reason = reason_of(problem) or str(problem.__context__ or "another process keeps it locked")
        if is_damaged(problem) and (renamed := self._set_aside()) is not None:
            self._warn(
                f"The cache was damaged ({reason}). It was renamed to {renamed}; a new one was started."
            )
            return self._open()
        self._warn(f"The cache in {self._folder} cannot be used ({reason}). This run goes on without it.")
        return None

    def _set_aside(self) -> Path | None:
        names = (self._folder / f"{_FORMAT}.damaged-{number}" for number in range(1, 1000))
        with suppress(OSError, StopIteration):
            return (self._folder / _FORMAT).rename(next(name for name in names if not name.exists()))
        return None


def _batches(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    iterator = iter(findings)
    while batch := list(islice(iterator, _ROW_SIZE)):
        yield batch


def _decode(row: bytes) -> list[Finding]:
    """Decode a row; findings of another shape, or with impossible dates, are skipped."""
    with suppress(ValueError, RecursionError):
        return list(filter(has_plausible_dates, _findings.decode(row)))
    return []


def _delete(rows: Rows, urls: Collection[str], deleted: set[str]) -> None:
    with rows.transaction():
        for key, row in rows.read():
            batch = _decode(row)
            kept = [finding for finding in batch if finding.url not in urls]
            if len(kept) < len(batch):
                deleted.update(finding.url for finding in batch if finding.url in urls)
                rows.write(key, _encode(kept))


def _compact(rows: Rows) -> None:
    """Append the findings that are not superseded, in full rows, and remove all rows before them."""
    keys: list[str] = []
    with rows.transaction():
        for batch in _batches(_latest(rows, keys)):
            rows.append(_encode(batch))
        rows.append(_encode([]))  # without a last row, a key would be given again
        for key in keys:
            rows.remove(key)


def _latest(rows: Rows, keys: list[str]) -> Iterator[Finding]:
    """Yield the last finding of each link, and add the key of each row to `keys`."""
    seen: set[str] = set()
    for key, row in rows.read(last_first=True):
        keys.append(key)
        latest = {one.url: one for one in _decode(row) if one.url not in seen}
        seen.update(latest)
        yield from latest.values()
