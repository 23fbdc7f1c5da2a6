"""Findings survive on disk; whatever else lies in a cache folder is harmless."""

import contextlib
import pickle
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from lmsys_enrich.model.facts import Release
from lmsys_enrich.model.finding import Finding, Hop, Suggestion, Verdict
from lmsys_enrich.store.findings import DiskStore
from tests.builders import finding, repository
from tests.fakes import NIGHT

URL = "https://example.org/"


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[tuple[DiskStore, list[str]]]:
    warnings: list[str] = []
    store = DiskStore(folder, warnings.append)
    yield store, warnings
    store.close()


@contextlib.contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / "findings-3" / "cache.db")) as connection:
        yield connection
        connection.commit()


def full_finding() -> Finding:
    return finding(
        URL,
        Verdict.MOVED,
        http_status=301,
        final_url="https://example.com/",
        hops=(Hop(URL, 301),),
        suggestion=Suggestion("https://example.com/", "permanent redirect"),
        first_seen=NIGHT,
        last_alive=NIGHT,
        failing_since=NIGHT,
        failures=2,
        failed_on=NIGHT.date(),
        reported=Verdict.ALIVE,
        repository=repository(
            topics=("llm", "训练"),
            latest_release=Release("v1", NIGHT),
            kept={"stars": NIGHT},
            last_commit=NIGHT,
        ),
    )


def test_finding_survives_a_round_trip(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([full_finding()])
    with opened(tmp_path) as (store, warnings):
        assert store.load([URL, "https://other.example/"]) == {URL: full_finding()}
        assert warnings == []


def test_many_findings_are_saved_at_once(tmp_path: Path) -> None:
    many = [finding(f"https://example.org/{number}") for number in range(1201)]
    with opened(tmp_path) as (store, _):
        store.save(many)
        assert list(store.load(found.url for found in many).values()) == many
        assert len(store.load()) == 1201


def test_loading_few_of_many_takes_little_memory(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save(finding(f"{URL}{number}", final_url="x" * 1000) for number in range(20_000))
        tracemalloc.start()
        store.load([URL + "1", URL + "19999"])
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 8_000_000


def test_folder_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with opened(tmp_path / "cache"):
        assert (tmp_path / "cache" / "findings-3").stat().st_mode & 0o077 == 0


class Boom:
    """Pickled, it writes a file when it is loaded."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.target,))


def test_pickled_value_is_never_loaded(tmp_path: Path) -> None:
    target = tmp_path / "executed"
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
        store.save([finding(URL + "good")])
    with database(tmp_path) as connection:
        poison = pickle.dumps(Boom(target))
        connection.execute("UPDATE Cache SET mode = 4, value = ? WHERE rowid = 1", (poison,))
    with opened(tmp_path) as (store, _):
        assert set(store.load([URL, URL + "good"])) == {URL + "good"}
    assert not target.exists()


def test_pickled_key_is_never_loaded(tmp_path: Path) -> None:
    target = tmp_path / "executed"
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    with database(tmp_path) as connection:
        connection.execute("UPDATE Cache SET raw = 0, key = ?", (pickle.dumps(Boom(target)),))
    with opened(tmp_path) as (store, warnings):
        assert list(store.load()) == []
        assert "damaged" in warnings[0]
    assert not target.exists()


def test_row_that_names_a_file_leaves_the_file_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('"a secret"')
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    with database(tmp_path) as connection:
        connection.execute("UPDATE Cache SET mode = 3, value = NULL, filename = '../../secret'")
    with opened(tmp_path) as (store, _):
        assert store.load([URL]) == {}
        store.save([finding(URL)])
        assert store.load([URL]) == {URL: finding(URL)}
    assert secret.read_text() == '"a secret"'


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'["\xff"]',
        b"[" * 100_000,
        b'[{"url": "https://example.org/"}]',
        "text",
        5,
        None,
    ],
)
def test_value_without_finding_is_skipped(tmp_path: Path, value: object) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    with database(tmp_path) as connection:
        connection.execute("UPDATE Cache SET value = ?", (value,))
    with opened(tmp_path) as (store, _):
        assert store.load([URL]) == {}


def test_invalid_finding_costs_only_itself(tmp_path: Path) -> None:
    urls = [f"{URL}{number}" for number in range(3)]
    with opened(tmp_path) as (store, _):
        store.save([finding(urls[0]), finding(urls[1], Verdict.DEAD), finding(urls[2])])
    with database(tmp_path) as connection:
        connection.execute("UPDATE Cache SET value = CAST(replace(value, 'dead', 'undead') AS BLOB)")
    with opened(tmp_path) as (store, _):
        assert list(store.load(urls)) == [urls[0], urls[2]]


def test_invalid_finding_does_not_hide_an_earlier_one(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
        store.save([finding(URL, Verdict.DEAD)])
    with database(tmp_path) as connection:
        connection.execute(
            "UPDATE Cache SET value = CAST(replace(value, 'dead', 'undead') AS BLOB) WHERE rowid = 2"
        )
    with opened(tmp_path) as (store, _):
        assert store.load([URL]) == {URL: finding(URL)}


@pytest.mark.parametrize(
    "content", [b"garbage, not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_damaged_cache_is_renamed_and_replaced(tmp_path: Path, content: bytes) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    (tmp_path / "findings-3" / "cache.db").write_bytes(content)
    with opened(tmp_path) as (store, warnings):
        store.save([finding(URL)])
        assert store.load([URL]) == {URL: finding(URL)}
    assert len(warnings) == 1
    assert "findings-3.damaged-1" in warnings[0]
    assert (tmp_path / "findings-3.damaged-1" / "cache.db").read_bytes() == content


def test_batch_that_meets_damage_goes_to_the_new_cache(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, warnings):
        store.save([finding(URL)])
        with database(tmp_path) as connection:
            connection.execute("UPDATE Cache SET key = 'row-5x'")
        store.save([finding(URL + "later")])
        assert store.load([URL + "later"]) == {URL + "later": finding(URL + "later")}
    assert "damaged" in warnings[0]


def test_foreign_settings_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    with database(tmp_path) as connection:
        connection.execute("INSERT INTO Settings VALUES ('get', 'hostile')")
    with opened(tmp_path) as (store, warnings):
        store.save([finding(URL)])
        assert store.load([URL]) == {URL: finding(URL)}
    assert "settings of another program" in warnings[0]


def test_database_of_another_program_is_renamed(tmp_path: Path) -> None:
    (tmp_path / "findings-3").mkdir()
    with database(tmp_path) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    with opened(tmp_path) as (store, warnings):
        store.save([finding(URL)])
        assert store.load([URL]) == {URL: finding(URL)}
    assert "bookmarks" in warnings[0]


def test_unusable_cache_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with opened(tmp_path / "cache") as (store, warnings):
        store.save([finding(URL)])
        assert store.load([URL]) == {}
        assert list(store.load()) == []
        assert store.delete([URL]) == 0
    assert warnings
    assert "goes on without" in warnings[0]


def test_locked_cache_is_ignored(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    warnings: list[str] = []
    store = DiskStore(tmp_path, warnings.append, patience=0.01)
    with database(tmp_path) as other:
        other.execute("BEGIN IMMEDIATE")
        store.save([finding("https://b.example/")])
    store.close()
    assert warnings == [
        f"The cache in {tmp_path} cannot be used (database is locked). This run goes on without it."
    ]
    with opened(tmp_path) as (store, _):
        assert list(store.load([URL])) == [URL]


def test_two_runs_share_one_cache(tmp_path: Path) -> None:
    with opened(tmp_path) as (one, _), opened(tmp_path) as (other, _):
        one.save([finding(URL + "one")])
        other.save([finding(URL + "other")])
        assert set(one.load([URL + "one", URL + "other"])) == {URL + "one", URL + "other"}


def test_later_finding_wins_across_processes(tmp_path: Path) -> None:
    with opened(tmp_path) as (one, _), opened(tmp_path) as (other, _):
        one.save([finding(URL), finding(URL + "b", Verdict.DEAD)])
        other.save([finding(URL, Verdict.DEAD)])
        one.save([finding(URL + "b")])
        for store in (one, other):
            assert store.load([URL, URL + "b"]) == {
                URL: finding(URL, Verdict.DEAD),
                URL + "b": finding(URL + "b"),
            }
        assert len(one.load()) == 2


def test_delete_returns_the_count(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL), finding(URL + "b")])
        assert store.delete([URL, URL + "unknown"]) == 1
        assert list(store.load()) == [URL + "b"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER steal AFTER INSERT ON Cache BEGIN DELETE FROM Cache; END",
        "CREATE TRIGGER grow AFTER INSERT ON Cache BEGIN UPDATE Settings SET value = zeroblob(9000000); END",
        "CREATE VIEW other AS SELECT * FROM Cache",
    ],
)
def test_triggers_and_views_are_refused(tmp_path: Path, statement: str) -> None:
    with opened(tmp_path) as (store, _):
        store.save([finding(URL)])
    with database(tmp_path) as connection:
        connection.execute(statement)
    with opened(tmp_path) as (store, warnings):
        store.save([finding(URL)])
        assert store.load() == {URL: finding(URL)}
    assert "triggers or views" in warnings[0]


@pytest.mark.parametrize("name", ["", "cache.db", "cache.db-wal"])
def test_links_in_the_cache_are_not_followed(tmp_path: Path, name: str) -> None:
    target = tmp_path / "outside"
    with opened(target) as (store, _):
        store.save([finding(URL)])
    link = tmp_path / "cache" / "findings-3" / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target / "findings-3" / name)
    with opened(tmp_path / "cache") as (store, warnings):
        store.save([finding(URL + "new")])
        assert set(store.load()) == {URL + "new"}
    assert "a link" in warnings[0]
    with opened(target) as (store, _):
        assert set(store.load()) == {URL}


def test_damage_that_sqlite_quotes_ends_no_run(tmp_path: Path) -> None:
    with opened(tmp_path) as (store, _):
        store.save([full_finding()])
    database = tmp_path / "findings-3" / "cache.db"
    database.write_bytes(database.read_bytes().replace(b"CREATE TABLE", b"CREATE \xa1ABLE"))
    with opened(tmp_path) as (store, warnings):
        assert store.load() == {}
        assert "was damaged" in warnings[0]


def test_a_page_of_zeros_ends_no_run(tmp_path: Path) -> None:
    with opened(tmp_path / "sound") as (store, _):
        store.save([full_finding()])
    [database] = (tmp_path / "sound").rglob("cache.db")
    sound = database.read_bytes()
    for start in range(0, len(sound), 4096):
        damaged = tmp_path / str(start) / database.relative_to(tmp_path / "sound")
        damaged.parent.mkdir(parents=True)
        damaged.write_bytes(sound[: start + 100] + bytes(3996) + sound[start + 4096 :])
        with opened(tmp_path / str(start)) as (store, _):
            store.load()
            store.save([full_finding()])
            assert store.load() == {URL: full_finding()}, start
