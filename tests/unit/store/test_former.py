"""What the first form of the cache kept is taken over, once, and stays where it is."""

import pickle
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import diskcache
import msgspec
import pytest

from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.store.disk import DiskStore
from tests.builders import finding, repository

URL = "https://example.org/"
FACTS = finding(URL, repository=repository(), failures=2)


def former(folder: Path, *findings: Finding) -> Path:
    """A cache as the first form was: a row for each finding, under its link's key."""
    with closing(diskcache.Cache(str(folder / "findings-1"), disk_min_file_size=2**40)) as cache:
        for kept in findings:
            cache.set(kept.url, msgspec.json.encode(kept))
    return folder / "findings-1" / "cache.db"


def recalled(folder: Path, urls: Iterable[str] = (URL,)) -> tuple[dict[str, Finding], list[str]]:
    warnings: list[str] = []
    store = DiskStore(folder, warnings.append)
    found = store.load(urls)
    store.close()
    return found, warnings


def test_what_was_kept_is_known_and_stays_where_it_was(tmp_path: Path) -> None:
    many = [finding(f"{URL}{number}") for number in range(2500)]
    database = former(tmp_path, FACTS, *many)
    before = database.read_bytes()
    found, warnings = recalled(tmp_path, [URL, *(kept.url for kept in many)])
    assert list(found.values()) == [FACTS, *many]
    assert warnings == []
    assert database.read_bytes() == before


def test_what_a_run_that_was_killed_left_behind_is_known_too(tmp_path: Path) -> None:
    with closing(diskcache.Cache(str(tmp_path / "alive"), disk_min_file_size=2**40)) as cache:
        cache.set(URL, msgspec.json.encode(FACTS))
        (tmp_path / "findings-1").mkdir()
        for file in (tmp_path / "alive").iterdir():
            (tmp_path / "findings-1" / file.name).write_bytes(file.read_bytes())
    assert recalled(tmp_path)[0] == {URL: FACTS}


def test_it_is_taken_over_once(tmp_path: Path) -> None:
    former(tmp_path, FACTS)
    recalled(tmp_path)
    store = DiskStore(tmp_path, pytest.fail)
    assert store.delete([URL]) == 1
    store.close()
    assert recalled(tmp_path) == ({}, [])


def test_what_was_found_since_counts(tmp_path: Path) -> None:
    store = DiskStore(tmp_path, pytest.fail)
    store.save([finding(URL, Verdict.DEAD)])
    store.close()
    former(tmp_path, FACTS, finding(URL + "other"))
    found, _ = recalled(tmp_path, [URL, URL + "other"])
    assert found == {URL: finding(URL, Verdict.DEAD), URL + "other": finding(URL + "other")}


def test_of_a_damaged_one_is_told_once_and_the_new_one_is_used(tmp_path: Path) -> None:
    (tmp_path / "findings-1").mkdir()
    (tmp_path / "findings-1" / "cache.db").write_bytes(b"garbage" * 1000)
    found, warnings = recalled(tmp_path)
    assert found == {}
    assert "findings-1 cannot be taken over" in warnings[0]
    assert recalled(tmp_path) == ({}, [])


def test_one_that_cannot_be_read_now_is_taken_over_later(tmp_path: Path) -> None:
    in_the_way = former(tmp_path, FACTS).with_name("cache.db-wal")
    in_the_way.mkdir()
    found, warnings = recalled(tmp_path)
    assert found == {}
    assert "cannot be taken over" in warnings[0]
    in_the_way.rmdir()
    assert recalled(tmp_path) == ({URL: FACTS}, [])


class Boom:
    """Pickled, it writes a file when it is loaded."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.target,))


def test_nothing_of_a_stranger_is_run_or_believed(tmp_path: Path) -> None:
    target = tmp_path / "executed"
    database = former(tmp_path, *(finding(f"{URL}{number}") for number in range(6)), FACTS)
    poison = pickle.dumps(Boom(target))
    with closing(sqlite3.connect(database)) as connection:
        for number, change in enumerate(
            (
                "mode = 4, value = :it",
                "raw = 0, key = :it",
                "value = :it",
                "value = 5",
                "key = 'https://a.org/'",
            )
        ):
            where = f"WHERE key = '{URL}{number}'"
            connection.execute(f"UPDATE Cache SET {change} {where}", {"it": poison})  # noqa: S608 - our own words
        connection.execute(f"UPDATE Cache SET value = NULL, filename = '../../x' WHERE key = '{URL}5'")  # noqa: S608 - the same
        connection.commit()
    store = DiskStore(tmp_path, pytest.fail)
    assert list(store.all_findings()) == [FACTS]
    store.close()
    assert not target.exists()
