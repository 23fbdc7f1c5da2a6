"""Compaction: the cache stays small, and loses nothing when it is rewritten."""

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.store.findings import DiskStore
from lmsys_enrich.store.rows import Rows
from tests.builders import finding

URLS = [f"https://example.org/{number}" for number in range(1500)]
_RECALL = """
import resource, signal, sys
from pathlib import Path
from lmsys_enrich.store.findings import DiskStore
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[3]))
store = DiskStore(Path(sys.argv[1]), print)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
print(len(store.load({!r})))
"""


def night(number: int) -> list[Finding]:
    """What is found in one night, in an order of its own."""
    found = [finding(url, failures=number) for url in URLS]
    random.Random(number).shuffle(found)  # noqa: S311 - the same order each time
    return found


def after_nights(folder: Path, count: int) -> DiskStore:
    store = DiskStore(folder, pytest.fail)
    for number in range(count):
        store.save(night(number))
    return store


def size(folder: Path) -> int:
    return (folder / "findings-3" / "cache.db").stat().st_size


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "findings-3" / "cache.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM Cache").fetchone()
        return int(count)


def batches(folder: Path) -> Iterator[list[Finding]]:
    """Read row after row, as another process does meanwhile."""
    for _, row in Rows(folder / "findings-3", 60).read():
        yield msgspec.json.decode(row, type=list[Finding])


def test_superseded_findings_are_compacted(tmp_path: Path) -> None:
    after_nights(tmp_path, 1).close()
    once = size(tmp_path)
    for number in range(1, 9):
        store = DiskStore(tmp_path, pytest.fail)
        store.load(URLS[:10])
        store.save(night(number))
        store.close()
        assert size(tmp_path) < 5 * once
    store = DiskStore(tmp_path, pytest.fail)
    assert store.load(URLS) == {found.url: found for found in night(8)}


def test_short_rows_are_compacted(tmp_path: Path) -> None:
    store = DiskStore(tmp_path, pytest.fail)
    for found in night(1):
        store.save([found])
    assert rows(tmp_path) == len(URLS)
    store.load(URLS)
    assert rows(tmp_path) <= 3
    assert store.load(URLS) == {found.url: found for found in night(1)}


def test_compaction_keeps_what_another_process_saves(tmp_path: Path) -> None:
    one, other = after_nights(tmp_path, 5), DiskStore(tmp_path, pytest.fail)
    other.save([finding(URLS[7], Verdict.DEAD), finding("https://other.example/")])
    one.load(URLS)
    other.save([finding(URLS[8], Verdict.DEAD)])
    expected = {found.url: found for found in night(4)}
    for dead in (URLS[7], URLS[8]):
        expected[dead] = finding(dead, Verdict.DEAD)
    expected["https://other.example/"] = finding("https://other.example/")
    for store in (one, other):
        assert store.load() == expected
        store.close()


@pytest.mark.parametrize("already", range(1, 11))
def test_reader_sees_everything_during_compaction(tmp_path: Path, already: int) -> None:
    store = after_nights(tmp_path, 5)
    reading = batches(tmp_path)
    read = {found.url: found for _ in range(already) for found in next(reading)}
    store.load(URLS)
    assert rows(tmp_path) <= 3
    for batch in reading:
        read.update((found.url, found) for found in batch)
    assert read == {found.url: found for found in night(4)}


def test_reader_sees_findings_saved_after_deletion(tmp_path: Path) -> None:
    store = after_nights(tmp_path, 5)
    reading = batches(tmp_path)
    for _ in range(10):
        next(reading)
    store.delete(URLS)
    for number in range(5, 10):
        store.save(night(number))
        store.load(URLS)
    read = {found.url: found for batch in reading for found in batch}
    assert read == {found.url: found for found in night(9)}


@pytest.mark.parametrize("kilobytes", [0, 4, 64, 200, 400])
def test_kill_during_compaction_loses_nothing(tmp_path: Path, kilobytes: int) -> None:
    after_nights(tmp_path, 5).close()
    before = rows(tmp_path)
    ended = _recall_with(tmp_path, kilobytes, "SIG_DFL")
    assert ended.returncode == -signal.SIGXFSZ
    assert rows(tmp_path) == before
    store = DiskStore(tmp_path, pytest.fail)
    assert store.load(URLS) == {found.url: found for found in night(4)}


def test_full_disk_is_not_called_damage(tmp_path: Path) -> None:
    store = DiskStore(tmp_path, pytest.fail)
    store.save([finding(url, final_url="x" * 4_000_000) for url in URLS[:10]])  # sqlite holds 32 MB in store
    for _ in range(60):
        store.save([finding(url) for url in URLS[10:20]])
    store.close()
    ended = _recall_with(tmp_path, 1000, "SIG_IGN")
    assert "cannot be used" in ended.stdout
    assert "damaged" not in ended.stdout
    assert ended.stdout.splitlines()[-1] == "20"


def _recall_with(folder: Path, kilobytes: int, signalled: str) -> subprocess.CompletedProcess[str]:
    """Recall in a process of which no file may become larger than that."""
    command = [sys.executable, "-c", _RECALL.format(URLS), str(folder), str(kilobytes * 1000), signalled]
    return subprocess.run(command, capture_output=True, text=True, check=False)
