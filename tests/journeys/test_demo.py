"""The demonstration: what a newcomer sees first."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree

import pytest

from lmsys_enrich.simulation.demonstration import NOTICE
from tests.golden import ROOT, assert_golden_block
from tests.journeys.program import Program


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demonstration wrote in a folder with this project's own list."""
    folder = tmp_path_factory.mktemp("demo")
    copy(ROOT / "entries.yaml", folder)
    command = [sys.executable, "-m", "lmsys_enrich", "demo"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert NOTICE in ended.stderr
    assert "build/demo/dead-links.md" in ended.stdout
    return folder / "build" / "demo"


def test_it_shows_the_four_systems_and_links_of_every_fate(out: Path) -> None:
    own = json.loads((out / "entries" / "enriched.json").read_text())
    systems = {entry["id"]: entry["github"] for entry in own["entries"]}
    assert {"alpa", "megatron-ds", "ds", "megatron"} <= systems.keys()
    assert all(systems[name]["stars"] and systems[name]["last_commit"] for name in ("alpa", "ds", "megatron"))
    assert systems["alpa"]["archived"]
    assert systems["ds"]["renamed_from"] == "microsoft/DeepSpeed"
    fates = json.loads((out / "fates" / "enriched.json").read_text())["summary"]
    assert all(fates[verdict] for verdict in ("alive", "moved", "dead", "failing", "guarded", "skipped"))
    assert (own["summary"]["dead"], own["summary"]["failing"]) == (0, 0)
    assert own["traffic"]["graphql"] <= 8


def test_its_requests_to_apis_are_few_and_named(out: Path) -> None:
    traffic = json.loads((out / "entries" / "enriched.json").read_text())["traffic"]
    assert sum(traffic["apis"].values()) == traffic["graphql"] + traffic["rest"] <= 40
    assert {"api.github.com", "export.arxiv.org", "api.crossref.org", "gitlab.com"} <= traffic["apis"].keys()
    assert not any("127.0.0.1" in host for host in traffic["apis"])


def test_every_page_says_that_its_facts_are_made_up(out: Path) -> None:
    pages = [path for path in out.rglob("*") if path.suffix in {".md", ".yaml", ".html", ".svg"}]
    assert len(pages) > 8
    silent = [path.name for path in pages if NOTICE not in path.read_text() and path.name != "fates.yaml"]
    assert silent == []


def test_its_page_shows_trends(out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(trend in page for trend in ("Links alive: ", "Stars by month: ", "Links that died: "))


def test_a_real_run_believes_nothing_of_it(out: Path, program: Program) -> None:
    assert not (out.parent.parent / "cache").exists()
    copytree(out / "entries", program.folder / "build")
    copy(ROOT / "entries.yaml", program.folder)
    program("run", "--offline", "--quiet")
    summary = program.json("enriched.json")["summary"]
    assert summary["unchecked"] == summary["links"]


def test_it_needs_no_list_of_ones_own(program: Program) -> None:
    history = program.folder / "x" / "demo" / "history.jsonl"
    history.parent.mkdir(parents=True)
    history.write_text('{"date":"2026-10-01","links":30}\n')
    assert program("demo", "--quiet", "--out", "x").code == 0
    assert (history.parent / "enriched.md").is_file()
    assert history.read_text().startswith('{"date":"2026-10-01",'), "history is continued"


def test_readme_shows_its_table(out: Path) -> None:
    text = (out / "entries" / "enriched.md").read_text(encoding="utf-8")
    table = [line for line in text.partition("## Frameworks")[2].splitlines() if line.startswith("|")]
    assert_golden_block(ROOT / "README.md", "table of the demonstration", "\n".join(table[:8]))
