"""The outputs last written, read as a second memory, and as strangers' words."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.store.last_written import read_last_written, read_snapshot
from lmsys_enrich.values import replace
from tests.unit.outputs.example import NOTICE, example


def _silent(text: str) -> None:
    pytest.fail(f"warned: {text}")


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    report = example(notice=None)
    write_files(tmp_path, render_all(report))
    found = read_last_written(tmp_path, _silent)
    expected = {
        url: replace(finding, reported=finding.effective_verdict) for url, finding in report.findings.items()
    }
    assert found == expected


def test_every_lists_folder_is_read(tmp_path: Path) -> None:
    report = example(notice=None)
    twice = dataclasses.replace(
        report, catalogs=(*report.catalogs, replace(report.catalogs[0], source=Path("other.yaml")))
    )
    write_files(tmp_path, render_all(twice))
    assert read_last_written(tmp_path, _silent).keys() == report.findings.keys()


def test_simulated_facts_are_passed_over(tmp_path: Path) -> None:
    write_files(tmp_path, render_all(example(notice=NOTICE)))
    assert read_last_written(tmp_path, _silent) == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 2, "entries": []}', '{"schema": 1}', "[" * 100_000]
)
def test_what_cannot_be_read_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "enriched.json").write_text(text)
    told: list[str] = []
    assert read_last_written(tmp_path, told.append) == {}
    assert "enriched.json cannot be read" in told[0]


def _spoil(tmp_path: Path, key: str, value: object) -> Path:
    write_files(tmp_path, render_all(example(notice=None)))
    path = tmp_path / "enriched.json"
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    entry = next(entry for entry in content["entries"] if entry["id"] == "alpa")
    target = entry["github"] if key in entry["github"] else entry["links"][0]
    target[key] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("verdict", "wonderful"),
        ("checked_at", "yesterday"),
        ("stars", "many"),
        ("topics", 3),
        ("failures", "1"),
        ("repository", {"full_name": "alpa-projects/alpa", "id": 1, "fetched_at": "2026-11-23T02:00:00Z"}),
    ],
)
def test_a_finding_of_another_shape_is_as_if_it_were_not_there(
    tmp_path: Path, key: str, value: object
) -> None:
    write_files(tmp_path, render_all(example(notice=None)))
    others = read_last_written(tmp_path, _silent)
    del others["https://github.com/alpa-projects/alpa"]
    _spoil(tmp_path, key, value)
    assert read_last_written(tmp_path, _silent) == others
    assert others["https://github.com/microsoft/DeepSpeed"].effective_verdict is Verdict.MOVED


def test_facts_without_a_name_belong_to_nobody(tmp_path: Path) -> None:
    _spoil(tmp_path, "full_name", 3)
    assert read_last_written(tmp_path, _silent)["https://github.com/alpa-projects/alpa"].repository is None


def test_a_file_larger_than_any_list_makes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "enriched.json").open("wb") as file:
        file.truncate(2**30)  # sparse: it takes no room
    told: list[str] = []
    assert read_last_written(tmp_path, told.append) == {}
    assert "too large" in told[0]


def test_device_in_place_of_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "enriched.json").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="not a regular file"):
        read_snapshot(tmp_path / "enriched.json")
    assert read_last_written(tmp_path, pytest.fail) == {}
