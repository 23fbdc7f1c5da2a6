"""The outputs last written, read as untrusted input when the cache is lost."""

import dataclasses
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lmsys_enrich.errors import InputError
from lmsys_enrich.model.facts import Model, Paper
from lmsys_enrich.model.finding import Finding, Suggestion, SuggestionKind, Verdict
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.store.enriched_file import LISTS, EnrichedFile
from lmsys_enrich.store.last_written import read_last_written, read_snapshot
from lmsys_enrich.values import replace
from tests.builders import finding, repository
from tests.builders import report as made
from tests.fakes import NIGHT
from tests.unit.outputs.example import NOTICE, example


def _read(out: Path, warn: Callable[[str], None]) -> dict[str, Finding]:
    return {finding.url: finding for finding in read_last_written(out, warn)}


def _silent(text: str) -> None:
    pytest.fail(f"warned: {text}")


def test_written_findings_are_read_again(tmp_path: Path) -> None:
    report = example(notice=None)
    write_files(tmp_path, render_all(report))
    found = _read(tmp_path, _silent)
    expected = {
        url: replace(finding, reported=finding.effective_verdict) for url, finding in report.findings.items()
    }
    assert found == expected


def test_folder_of_each_list_is_read(tmp_path: Path) -> None:
    report = example(notice=None)
    twice = dataclasses.replace(
        report, catalogs=(*report.catalogs, replace(report.catalogs[0], source=Path("other.yaml")))
    )
    write_files(tmp_path, render_all(twice))
    assert _read(tmp_path, _silent).keys() == report.findings.keys()


def test_simulated_facts_are_skipped(tmp_path: Path) -> None:
    write_files(tmp_path, render_all(example(notice=NOTICE)))
    assert _read(tmp_path, _silent) == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 2, "entries": []}', '{"schema": 1}', "[" * 100_000]
)
def test_unreadable_file_is_reported_and_skipped(tmp_path: Path, text: str) -> None:
    (tmp_path / "enriched.json").write_text(text)
    warnings: list[str] = []
    assert _read(tmp_path, warnings.append) == {}
    assert "enriched.json cannot be read" in warnings[0]


def _spoil(tmp_path: Path, key: str, value: object) -> Path:
    write_files(tmp_path, render_all(example(notice=None)))
    path = tmp_path / "enriched.json"
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    entry = next(entry for entry in content["entries"] if entry["id"] == "alpa")
    in_facts = key in entry["github"] and key != "repository"
    for target in (entry["github"], entry["repository"]) if in_facts else (entry["links"][0],):
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
def test_finding_of_another_shape_is_skipped(tmp_path: Path, key: str, value: object) -> None:
    write_files(tmp_path, render_all(example(notice=None)))
    others = _read(tmp_path, _silent)
    del others["https://github.com/alpa-projects/alpa"]
    _spoil(tmp_path, key, value)
    assert _read(tmp_path, _silent) == others
    assert others["https://github.com/microsoft/DeepSpeed"].effective_verdict is Verdict.MOVED


def test_facts_without_a_name_are_skipped(tmp_path: Path) -> None:
    _spoil(tmp_path, "full_name", 3)
    assert _read(tmp_path, _silent)["https://github.com/alpa-projects/alpa"].repository is None


def test_facts_that_an_earlier_version_did_not_know_may_be_absent(tmp_path: Path) -> None:
    path = _spoil(tmp_path, "stars", "many")
    expected = _read(tmp_path, _silent)
    content: Any = json.loads(path.read_text(encoding="utf-8"))
    known = [
        {key: value for key, value in entry.items() if key not in {"paper", "model"} or value is not None}
        for entry in content["entries"]
    ]
    assert known != content["entries"]
    content["entries"] = known
    path.write_text(json.dumps(content), encoding="utf-8")
    assert _read(tmp_path, _silent) == expected


def test_large_file_of_another_layout_is_skipped(tmp_path: Path) -> None:
    with (tmp_path / "enriched.json").open("wb") as file:
        file.truncate(2**30)  # sparse: it takes no room
    warnings: list[str] = []
    assert _read(tmp_path, warnings.append) == {}
    assert "too large" in warnings[0]


def test_device_in_place_of_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "enriched.json").symlink_to("/dev/zero")
    with pytest.raises(InputError, match="not a regular file"):
        read_snapshot(tmp_path / "enriched.json")
    assert _read(tmp_path, pytest.fail) == {}


@pytest.mark.parametrize("size", [1500, 1777, 4096])
def test_file_is_read_in_parts_of_any_size(tmp_path: Path, size: int) -> None:
    write_files(tmp_path, render_all(example(notice=None)))
    whole = json.loads((tmp_path / "enriched.json").read_bytes())
    items: dict[str, list[Any]] = {name: [] for name in LISTS}
    with EnrichedFile(tmp_path / "enriched.json", at_once=size) as file:
        for name, array in file.parts():
            items[name] += json.loads(array)
    assert items == {name: whole[name] for name in items}
    assert whole["entries"]


def test_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    many = [finding(f"https://example.org/{number}", final_url="x" * 2000) for number in range(5_000)]
    write_files(tmp_path, render_all(made(*many)))
    assert (tmp_path / "enriched.json").stat().st_size > 10_000_000
    tracemalloc.start()
    count = sum(1 for _ in read_last_written(tmp_path, _silent))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 5_000
    assert most < 8_000_000


@pytest.mark.parametrize("end", [b"", b"\n ]", b"\n ],\n", b"\n ]\n"])
def test_file_without_its_end_is_reported(tmp_path: Path, end: bytes) -> None:
    write_files(tmp_path, render_all(example(notice=None)))
    path = tmp_path / "enriched.json"
    path.write_bytes(path.read_bytes().rpartition(b'\n ],\n "repositories"')[0] + end)
    warnings: list[str] = []
    _read(tmp_path, warnings.append)
    assert "cannot be read" in warnings[0]


def test_same_name_on_two_forges_is_two_repositories(tmp_path: Path) -> None:
    urls = ("https://github.com/acme/tool", "https://gitlab.com/acme/tool", "https://gitlab.com/acme/tool/")
    on_github = repository("acme/tool", stars=1)
    on_gitlab = repository("acme/tool", stars=2, forge="gitlab.com", software="gitlab")
    facts = (on_github, on_gitlab, on_gitlab)
    found = [finding(url, repository=known) for url, known in zip(urls, facts, strict=True)]
    write_files(tmp_path, render_all(made(*found)))
    again = _read(tmp_path, _silent)
    assert [again[one.url].repository for one in found] == list(facts)


def test_papers_and_models_are_read_again(tmp_path: Path) -> None:
    paper = Paper(ids={"arxiv": "2201.12023"}, title="Alpa", citations=3, fetched_at=NIGHT)
    model = Model(full_name="acme/large", likes=5, fetched_at=NIGHT, kept={"downloads": NIGHT})
    copy = Suggestion("https://web.archive.org/web/2020/x", "a copy", SuggestionKind.ARCHIVED)
    url, other = "https://arxiv.org/abs/2201.12023", "https://huggingface.co/acme/large"
    found = (
        finding(url, paper=paper, asked={"semanticscholar": NIGHT}, snapshot=copy),
        finding(other, model=model),
    )
    write_files(tmp_path, render_all(made(*found)))
    again = _read(tmp_path, _silent)
    assert (again[url].paper, again[url].asked, again[url].snapshot) == (
        paper,
        {"semanticscholar": NIGHT},
        copy,
    )
    assert again[other].model == model
