"""Store of findings on disk, in a folder that may be damaged, foreign, full or read-only."""

import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.store.rows import UNUSABLE, Rows, is_damaged, told
from lmsys_enrich.values import Value

IN_A_ROW = 1000  # enough to be fast, few enough that nobody holds up the file or holds much at once
_ROOM = 500  # findings that are superseded, and rows that are short, for which nothing is written anew

_encode = msgspec.json.Encoder().encode
_all_of = msgspec.json.Decoder(list[Finding]).decode
_each_of = msgspec.json.Decoder(list[msgspec.Raw]).decode
_one = msgspec.json.Decoder(Finding).decode


def in_batches(findings: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Yield findings in batches, each for one row."""
    waiting = iter(findings)
    while batch := list(islice(waiting, IN_A_ROW)):
        yield batch


def read(rows: Rows) -> Iterator[list[Finding]]:
    """Yield all findings, later ones after those that they supersede."""
    for _, value in rows.read():
        yield _decoded(value)


def append(rows: Rows, batch: Sequence[Finding]) -> None:
    """Keep findings in the place of those there were."""
    rows.append(_encode(batch))


def put_before(rows: Rows, batch: Sequence[Finding]) -> None:
    """Keep findings unless there are others in their place."""
    rows.put_before(_encode(batch))


def drop(rows: Rows, urls: Collection[str]) -> set[str]:
    """Drop the findings about these links; return about which there were some."""
    gone: set[str] = set()
    with rows.all_or_none():
        for key, value in rows.read():
            batch = _decoded(value)
            left = [finding for finding in batch if finding.url not in urls]
            if len(left) < len(batch):
                gone.update(finding.url for finding in batch if finding.url in urls)
                rows.write(key, _encode(left))
    return gone


@dataclass(slots=True)
class Wear:
    """How much of what was read is of no use."""

    findings: int = 0
    rows: int = 0
    urls: set[str] = field(default_factory=set)

    def add(self, batch: Sequence[Finding]) -> None:
        """Take note of a batch."""
        self.rows += 1
        self.findings += len(batch)
        self.urls.update([finding.url for finding in batch])

    @property
    def calls_for_joining(self) -> bool:
        """Whether most findings are superseded, or most rows short."""
        most_rows = 2 * (len(self.urls) // IN_A_ROW) + _ROOM
        return self.findings > 2 * len(self.urls) + _ROOM or self.rows > most_rows


def join(rows: Rows) -> None:
    """
    Write everything anew behind all rows, without what is superseded, and remove those rows.

    Nobody can append before that is done. Of two findings about a link the later
    one is met first.
    """
    known: set[str] = set()
    waiting: list[Finding] = []
    joined: list[str] = []
    with rows.all_or_none():
        for key, value in rows.read(last_first=True):
            joined.append(key)
            for finding in reversed(_decoded(value)):
                if finding.url not in known:
                    known.add(finding.url)
                    waiting.append(finding)
            while len(waiting) >= IN_A_ROW:
                append(rows, waiting[:IN_A_ROW])
                del waiting[:IN_A_ROW]
        append(rows, waiting)  # an empty one too: without a last row, a key would be given again
        for key in joined:
            rows.remove(key)


def _decoded(value: bytes) -> list[Finding]:
    """Return the findings in a value; what there has another shape is as if it were not there."""
    try:
        return _all_of(value)
    except (ValueError, RecursionError):
        return list(_readable(value))


def _readable(value: bytes) -> Iterator[Finding]:
    try:
        each = _each_of(value)
    except (ValueError, RecursionError):
        return
    for one in each:
        try:
            yield _one(one)
        except (ValueError, RecursionError):
            continue


_FORMAT = "findings-3"  # a new name for a new shape of `Finding`: an older cache is then left alone
_PATIENCE = 60.0


class Contents(Value):
    """What a cache holds; `size` in bytes on disk."""

    findings: int
    repositories: int
    size: int
    oldest: Finding | None


class DiskStore:
    """
    Remembers findings in a folder, between runs and for several runs at once.

    A cache that is damaged is set aside under another name, one that cannot be
    used is done without; either is told to `warn`, and never ends the run. Another
    process may write for `patience` seconds; it needs milliseconds.
    """

    def __init__(self, folder: Path, warn: Callable[[str], None], *, patience: float = _PATIENCE) -> None:
        self._folder = folder
        self._warn = warn
        self._patience = patience
        self._home = threading.get_ident()
        self._rows = self._open()

    def load(self, urls: Iterable[str]) -> dict[str, Finding]:
        wanted = dict.fromkeys(urls)
        found: dict[str, Finding] = {}

        def collect(rows: Rows) -> None:
            wear = Wear()
            for batch in read(rows):
                found.update((finding.url, finding) for finding in batch if finding.url in wanted)
                wear.add(batch)
            if wear.calls_for_joining:
                join(rows)

        self._does(collect)
        return {url: found[url] for url in wanted if url in found}

    def save(self, findings: Iterable[Finding]) -> None:
        for batch in in_batches(findings):
            if not self._append(batch):
                self._append(batch)  # where a damaged file was set aside, there is a new one now

    def all_findings(self) -> Iterator[Finding]:
        """Yield all that is kept, in no particular order."""
        found: dict[str, Finding] = {}

        def collect(rows: Rows) -> None:
            for batch in read(rows):
                found.update((finding.url, finding) for finding in batch)

        self._does(collect)
        yield from found.values()

    def delete(self, urls: Iterable[str]) -> int:
        """Drop what is kept about these links; return how many there were."""
        gone: set[str] = set()
        unwanted = set(urls)
        self._does(lambda rows: gone.update(drop(rows, unwanted)))
        return len(gone)

    def contents(self) -> Contents:
        """Count what is kept."""
        all_findings = list(self.all_findings())
        dated = [(found.checked_at, found) for found in all_findings if found.checked_at is not None]
        return Contents(
            findings=len(all_findings),
            repositories=len({f.repository.full_name.lower() for f in all_findings if f.repository}),
            size=sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file()),
            oldest=min(dated, key=lambda pair: pair[0], default=(None, None))[1],
        )

    def close(self) -> None:
        """Let go of the file."""
        if self._rows is not None:
            self._rows.close()

    def _append(self, batch: Sequence[Finding]) -> bool:
        try:
            return self._does(lambda rows: append(rows, batch))
        finally:
            if threading.get_ident() != self._home:
                self.close()  # a thread that passes holds the file for itself: nobody else could close it

    def _does(self, act: Callable[[Rows], None]) -> bool:
        """Whether it could be done: rather go on without a memory than end a run because of it."""
        if self._rows is None:
            return False
        try:
            act(self._rows)
        except UNUSABLE as problem:
            self.close()
            self._rows = self._open() if is_damaged(problem) and self._set_aside(problem) else None
            if self._rows is None:
                self._warn_of(problem)
            return False
        return True

    def _open(self) -> Rows | None:
        for _ in range(2):
            try:
                return Rows(self._folder / _FORMAT, self._patience)
            except UNUSABLE as problem:
                if not (is_damaged(problem) and self._set_aside(problem)):
                    self._warn_of(problem)
                    return None
        return None

    def _set_aside(self, problem: Exception) -> bool:
        broken = self._folder / _FORMAT
        names = (self._folder / f"{_FORMAT}.damaged-{number}" for number in range(1, 1000))
        target = next(name for name in names if not name.exists())
        try:
            broken.rename(target)
        except OSError:
            return False
        self._warn(f"The cache was damaged ({told(problem)}). It lies in {target} now; a new one is begun.")
        return True

    def _warn_of(self, problem: Exception) -> None:
        self._warn(
            f"The cache in {self._folder} cannot be used ({told(problem)}). This run goes on without it."
        )


def erase(folder: Path) -> None:
    """
    Remove every cache in a folder, those set aside included, and nothing else there.

    Raises `OutputError` where that is not allowed.
    """
    try:
        for cache in folder.glob("findings-*"):
            if cache.is_dir() and not cache.is_symlink():
                shutil.rmtree(cache)
    except OSError as problem:
        raise OutputError(f"{folder} cannot be cleared: {problem}", hint="Look at who owns it.") from None
