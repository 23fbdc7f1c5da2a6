"""The list of the project itself: kept, rendered, and round the circle."""

import re
from pathlib import Path

from lmsys_enrich.lists.markdown.comments import without_facts
from lmsys_enrich.lists.read import read_list
from lmsys_enrich.model.catalog import ListedEntry
from lmsys_enrich.outputs.enriched_yaml import entries_yaml
from tests.golden import ROOT
from tests.journeys.program import Program

_FLAGS = ("training", "inference", "serving")


def _said(listed: ListedEntry) -> tuple[object, ...]:
    entry = listed.entry
    links = {link.role: link.url for link in entry.links}
    return listed.path, entry.name, entry.id if entry.id_is_written else None, links, dict(entry.cells)


def test_the_four_systems_stand_as_in_the_first_list() -> None:
    entries = {listed.entry.id: listed.entry for listed in read_list(ROOT / "entries.yaml").listed()}
    assert {
        name: [entries[name].cells.get(flag) for flag in _FLAGS] for name in list(entries) if name in _FOUR
    } == _FOUR
    assert entries["alpa"].url == "https://github.com/alpa-projects/alpa"
    assert entries["ds"].cells["comments"] == "General Support of Transformers and MoE with 3d-parallelism"


_FOUR = {
    "alpa": [True, True, True],
    "megatron-ds": [True, False, False],
    "ds": [True, True, False],
    "megatron": [True, False, False],
}


def test_its_sections_are_those_of_the_field() -> None:
    catalog = read_list(ROOT / "entries.yaml")
    papers, frameworks = catalog.sections
    assert [section.title for section in papers.sections] == [
        "Training",
        "Inference",
        "Serving",
        "Compression",
        "Benchmark",
        "Survey",
    ]
    assert (len(list(catalog.listed())), len(frameworks.entries)) == (473, 123)
    references = {listed.entry.cells.get("framework") for listed in catalog.listed()} - {None}
    assert references <= {entry.id for entry in frameworks.entries}


def test_its_rendering_is_what_stands_in_docs(program: Program) -> None:
    (program.folder / "entries.yaml").write_bytes((ROOT / "entries.yaml").read_bytes())
    assert program("render", "--quiet").code == 0
    # The nightly workflow commits it with facts: these aside, it is the list as it is now.
    kept = (ROOT / "docs" / "list.md").read_text(encoding="utf-8")
    assert without_facts(kept) == program.text("enriched.md")


def test_circle_keeps_every_cell_flag_anchor_and_reference(program: Program) -> None:
    assert program("import", str(ROOT / "docs" / "list.md")).code == 0
    before = [_said(listed) for listed in read_list(ROOT / "entries.yaml").listed()]
    after = [_said(listed) for listed in read_list(Path("entries.yaml")).listed()]
    assert after == before
    assert (
        entries_yaml(read_list(ROOT / "entries.yaml")) == program.folder.joinpath("entries.yaml").read_text()
    )


def test_its_plan_needs_few_requests_to_apis(program: Program) -> None:
    (program.folder / "entries.yaml").write_bytes((ROOT / "entries.yaml").read_bytes())
    program.environ["GITHUB_TOKEN"] = "ghp_" + "x" * 36
    planned = program("run", "--plan").out
    assert "601 links" in planned
    (requests,) = re.findall(r"^Requests +([0-9,]+) to APIs", planned, re.MULTILINE)
    assert int(requests) <= 40
