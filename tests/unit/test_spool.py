"""Collections on disk behave as those in memory."""

import errno
import os
import tracemalloc
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.errors import OutputError
from lmsys_enrich.spool import LARGE, Spool, SpooledDict, sequence_of


@given(st.lists(st.integers() | st.text(), max_size=300))
def test_spool_is_a_sequence(items: list[int | str]) -> None:
    spool = Spool(items)
    assert (list(spool), len(spool), list(reversed(spool))) == (items, len(items), items[::-1])
    assert [spool[number] for number in range(-len(items), len(items))] == [*items, *items]
    assert spool[3:200:7] == items[3:200:7]
    with pytest.raises(IndexError):
        spool[len(items)]


def test_spool_can_be_read_while_it_grows() -> None:
    spool = Spool(range(100))
    assert sum(spool) == 4950
    spool.append(100)
    assert list(spool)[-2:] == [99, 100]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.text(max_size=5), st.booleans())))
def test_spooled_dict_is_a_mapping(events: list[tuple[str, str, bool]]) -> None:
    numbers = {key: number for number, key in enumerate("abcde")}
    spooled = SpooledDict(numbers, str.encode, bytes.decode)
    plain: dict[str, str] = {}
    for key, value, is_deleted in events:
        if is_deleted and key in plain:
            del plain[key], spooled[key]
        else:
            plain[key] = spooled[key] = value
        assert (dict(spooled), len(spooled), key in spooled) == (plain, len(plain), key in plain)
    assert list(spooled.items()) == sorted(plain.items())
    assert ("e" in spooled, spooled.get("e"), "f" in spooled) == (False, None, False)


def test_many_items_take_little_memory() -> None:
    tracemalloc.start()
    many = sequence_of((f"{number:0200}" for number in range(LARGE + 1000)), LARGE + 1000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(many, Spool)
    assert (len(many), many[-1]) == (LARGE + 1000, f"{LARGE + 999:0200}")
    assert most < 2_000_000


def test_mappings_that_share_numbers_take_little_memory() -> None:
    numbers = {f"key {number}": number for number in range(20_000)}
    value = "x" * 200
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    spooled = SpooledDict(numbers, str.encode, bytes.decode)
    for key in numbers:
        spooled[key] = value
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(spooled) == 20_000
    assert after - before < 20_000 * 16 + 300_000  # and what a file buffers


def test_few_items_stay_in_memory() -> None:
    assert sequence_of(iter("abc"), 3) == ("a", "b", "c")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_full_disk_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(buffering: int) -> IO[bytes]:
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb", buffering)

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    spool = SpooledDict({"key": 0}, str.encode, bytes.decode)
    with pytest.raises(OutputError, match=os.strerror(errno.ENOSPC)):
        spool["key"] = "x" * 2**20
    spool = SpooledDict({"key": 0}, str.encode, bytes.decode)
    spool["key"] = "x"  # goes no further than a buffer
    with pytest.raises(OutputError, match=os.strerror(errno.ENOSPC)):
        assert spool["key"]


def test_a_missing_folder_for_temporary_files_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    with pytest.raises(OutputError, match="/nonexistent: cannot be written: No such file"):
        SpooledDict({"key": 0}, str.encode, bytes.decode)
