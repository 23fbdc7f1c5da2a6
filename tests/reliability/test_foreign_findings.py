"""Forged findings in the cache or in `enriched.json`: a bad one costs itself alone."""

import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmsys_enrich.model.finding import Finding, LinkTask, Observation, Suggestion, Verdict, unchecked
from lmsys_enrich.model.json_fields import Json
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.fixes import edits_of
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.pipeline.history import update
from lmsys_enrich.pipeline.plan import is_fresh
from lmsys_enrich.store.findings import DiskStore
from lmsys_enrich.store.last_written import read_last_written
from lmsys_enrich.values import replace
from tests.builders import finding, report
from tests.fakes import NIGHT
from tests.unit.store.test_findings import full_finding

hostile = settings(
    max_examples=int(os.environ.get("TORTURE_EXAMPLES", "60")),
    suppress_health_check=[HealthCheck.too_slow],
)
SOUND = finding("https://sound.example/")
_DATES = (
    "2026-11-23T02:00:00",  # no zone
    "0001-01-01T00:00:00+14:00",  # before the calendar, in UTC
    "9999-12-31T23:59:59-14:00",
    "2999-01-01T00:00:00Z",
    "2026-11-23",
    "+012026-11-23T02:00:00Z",
)
_values = st.one_of(
    st.sampled_from(_DATES),
    st.integers(),
    st.sampled_from([10**400, -(10**30), 2**64, -1]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.booleans(),
    st.text(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def _paths(node: Json, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [above, *(path for key, value in inner for path in _paths(value, (*above, key)))]


def _spoiled(whole: Json, path: tuple[str | int, ...], value: object) -> object:
    spoiled: Any = json.loads(json.dumps(whole))
    if not path:
        return value
    node = spoiled
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return spoiled


def _row(folder: Path) -> list[Json]:
    """The JSON of the only row of a cache with two findings."""
    with closing(DiskStore(folder, pytest.fail)) as store:
        store.save([SOUND, full_finding()])
    with closing(sqlite3.connect(folder / "findings-3" / "cache.db")) as connection:
        row: list[Json] = json.loads(connection.execute("SELECT value FROM Cache").fetchone()[0])
    return row


def _write_row(folder: Path, row: object) -> None:
    with closing(sqlite3.connect(folder / "findings-3" / "cache.db")) as connection:
        connection.execute("UPDATE Cache SET value = ?", (json.dumps(row).encode(),))
        connection.commit()


def _use(found: Finding) -> None:
    """Do with a finding of an earlier run all that a run does."""
    is_fresh(found, NIGHT, timedelta(days=7))
    task = LinkTask(found.url, found)
    later = [update(task, Observation(found.url, verdict, "reason"), NIGHT, 3) for verdict in Verdict]
    for one in (unchecked(task, "reason"), *later):
        render_all(report(one))


@hostile
@given(st.data())
def test_any_content_of_a_row_costs_itself(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    sound, whole = _row(folder)
    path = data.draw(st.sampled_from(_paths(whole)))
    _write_row(folder, [sound, _spoiled(whole, path, data.draw(_values))])
    with closing(DiskStore(folder, pytest.fail)) as store:
        found = store.load()
    assert found[SOUND.url] == SOUND
    for one in found.values():
        _use(one)


@hostile
@given(st.data())
def test_any_content_of_a_report_costs_its_link(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    out = tmp_path_factory.mktemp("out")
    write_files(out, render_all(report(SOUND, full_finding())))
    file = out / "enriched.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    path = data.draw(st.sampled_from(_paths(whole["entries"][1])))
    whole["entries"][1] = _spoiled(whole["entries"][1], path, data.draw(_values))
    file.write_text(json.dumps(whole, indent=data.draw(st.sampled_from([None, 1, 2]))), encoding="utf-8")
    found = {one.url: one for one in read_last_written(out, lambda _: None)}
    assert SOUND.url in found
    for one in found.values():
        _use(one)


@pytest.mark.parametrize("last", ["null", "3", "[]", '"x"'])
def test_last_item_of_another_kind_costs_no_other(tmp_path: Path, last: str) -> None:
    write_files(tmp_path, render_all(report(SOUND, full_finding())))
    file = tmp_path / "enriched.json"
    text = file.read_text(encoding="utf-8").replace("\n ]", f",\n  {last}\n ]", 1)
    file.write_text(text, encoding="utf-8")
    assert len([*read_last_written(tmp_path, pytest.fail)]) == 2


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"])
def test_date_at_an_end_of_the_calendar_costs_its_link(tmp_path: Path, at: str) -> None:
    write_files(tmp_path, render_all(report(full_finding())))
    file = tmp_path / "enriched.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    entry = whole["entries"][0]
    dates = [path for path in _paths(entry)[1:] if str(path[-1]).endswith(("_at", "_since", "_alive"))]
    assert len(dates) > 8
    for path in dates:
        file.write_text(json.dumps({**whole, "entries": [_spoiled(entry, path, at)]}), encoding="utf-8")
        for one in read_last_written(tmp_path, pytest.fail):
            _use(one)


@pytest.mark.parametrize(
    "url", ["http://[", "http://x:99999/", "javascript:alert(1)", "//x.example", "", "x\ny"]
)
def test_suggestion_that_is_no_web_address_is_not_applied(url: str) -> None:
    moved = replace(SOUND, verdict=Verdict.MOVED, moves=3, suggestion=Suggestion(url, "moved"))
    made = report(moved)
    assert not list(edits_of(made, made.catalogs[0], across=True))
    good = report(replace(moved, suggestion=Suggestion("https://new.example/", "moved")))
    assert len(list(edits_of(good, good.catalogs[0], across=True))) == 1
