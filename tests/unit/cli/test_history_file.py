"""The figures of each day, in a file that grows by a line a day."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from lmsys_enrich.cli.history_file import HISTORY, changes_since, history, lines_in, lines_with, past
from lmsys_enrich.errors import OutputError
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.model.report import Report
from tests.builders import finding, report, repository


def _lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / HISTORY).read_text(encoding="utf-8").splitlines()]


def _keep(folder: Path, latest: Report, reported: Mapping[str, Finding] | None = None) -> None:
    for name, text in history(lines_with(_compared(latest, reported or {}), folder)).items():
        (folder / name).write_text(text, encoding="utf-8")


def _compared(latest: Report, reported: Mapping[str, Finding]) -> Report:
    return latest.with_history((), changes_since(latest, reported))


def _later(latest: Report, days: float) -> Report:
    return replace(latest, run_time=latest.run_time + timedelta(days=days))


def test_each_day_adds_a_line_with_its_figures(tmp_path: Path) -> None:
    latest = report(finding("https://github.com/a/b", repository=repository()))
    _keep(tmp_path, latest)
    _keep(tmp_path, _later(latest, 1))
    first, second = _lines(tmp_path)
    assert (first["links"], first["alive"], first["dead"], first["repositories"]) == (1, 1, 0, 1)
    assert first["stars"] == repository().stars
    assert str(first["date"]) < str(second["date"])


def test_a_clock_set_back_loses_no_day(tmp_path: Path) -> None:
    told = report(finding("https://a.example/"))
    for days in (0, 2, 1):
        _keep(tmp_path, _later(told, days))
    dates = [str(line["date"]) for line in _lines(tmp_path)]
    assert len(dates) == 3
    assert dates == sorted(dates)
    until = _later(told, 1).run_time.date()
    assert len(past([*lines_in(tmp_path)], until)) == 2


def test_death_is_recorded_on_its_day(tmp_path: Path) -> None:
    died = report(finding("https://a.example/", Verdict.DEAD, reported=Verdict.FAILING))
    _keep(tmp_path, died)
    _keep(tmp_path, _later(report(finding("https://a.example/", Verdict.DEAD, reported=Verdict.DEAD)), 1))
    assert [line["died"] for line in _lines(tmp_path)] == [["https://a.example/"], []]


def test_second_run_of_a_day_keeps_its_deaths(tmp_path: Path) -> None:
    died = report(finding("https://a.example/", Verdict.DEAD, reported=Verdict.ALIVE))
    _keep(tmp_path, died)
    _keep(tmp_path, report(finding("https://a.example/", Verdict.DEAD, reported=Verdict.DEAD)))
    (line,) = _lines(tmp_path)
    assert (line["dead"], line["died"]) == (1, ["https://a.example/"])


def test_foreign_lines_are_ignored(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_bytes(
        b'\xff\n[1]\n{"date": 3}\n{"date":"2020-01-01","died":7}\n{\n' + b"[" * 99_999
    )
    _keep(tmp_path, report())
    kept, today = _lines(tmp_path)
    assert (kept["date"], today["died"]) == ("2020-01-01", [])


def test_lines_end_where_json_lines_end(tmp_path: Path) -> None:
    died = [f"https://a.example/{mark}b" for mark in "\u2028\u2029\x85"]
    line = json.dumps({"date": "2020-01-01", "died": died}, ensure_ascii=False)
    (tmp_path / HISTORY).write_text(line, encoding="utf-8")
    _keep(tmp_path, report())
    first, _ = past(list(lines_in(tmp_path)))
    assert list(first.died) == died


def test_night_without_answers_is_no_dip(tmp_path: Path) -> None:
    unchecked = finding("https://a.example/", Verdict.UNCHECKED, last_verdict=Verdict.ALIVE)
    _keep(tmp_path, report(unchecked))
    (line,) = _lines(tmp_path)
    assert (line["alive"], line["unchecked"]) == (1, 0)


def test_unreadable_history_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / HISTORY).mkdir()
    with pytest.raises(OutputError, match="cannot be read"):
        lines_with(report(), tmp_path)


def test_it_keeps_a_thousand_days(tmp_path: Path) -> None:
    days = "".join(f'{{"date":"1{year:03}-01-01"}}\n' for year in range(999)) + '{"date":"1999-01-01"}\n' * 2
    (tmp_path / HISTORY).write_text(days, encoding="utf-8")
    _keep(tmp_path, report())
    lines = _lines(tmp_path)
    assert (len(lines), lines[0]["date"]) == (1000, "1001-01-01")


def test_licence_change_is_recorded_on_its_day(tmp_path: Path) -> None:
    url = "https://github.com/a/b"
    before, after = (finding(url, repository=repository("a/b", license=name)) for name in ("MIT", "other"))
    _keep(tmp_path, report(after), {url: before})
    _keep(tmp_path, report(after), {url: after})
    _keep(tmp_path, _later(report(after), 1), {url: after})
    assert [line["relicensed"] for line in _lines(tmp_path)] == [
        [{"repository": "a/b", "change": "MIT → other"}],
        [],
    ]


def test_days_are_parsed_among_foreign_lines(tmp_path: Path) -> None:
    (tmp_path / HISTORY).write_text(
        '{"date":"2026-01-02","alive":3,"stars":-1,"died":["https://a.example/",7],"relicensed":[1,{}]}\n'
        '{"date":"2026-01-01","alive":"many","died":"all"}\n'
        '{"date":"yesterday"}\n',
        encoding="utf-8",
    )
    first, second = past([*lines_in(tmp_path)])
    assert (first.date, first.effective_verdict[Verdict.ALIVE], first.died) == (date(2026, 1, 1), 0, ())
    assert (second.effective_verdict[Verdict.ALIVE], second.stars, second.died) == (
        3,
        0,
        ("https://a.example/",),
    )
    assert second.relicensed == ()


def test_device_in_place_of_the_history_is_refused(tmp_path: Path) -> None:
    (tmp_path / HISTORY).symlink_to("/dev/zero")
    with pytest.raises(OutputError, match="not a regular file"):
        list(lines_in(tmp_path))
