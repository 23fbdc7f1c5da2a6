"""Golden files of every output, and rules that hold for all of them."""

import dataclasses
import json
import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import yaml

from lmsys_enrich.values import replace
from tests.builders import rendered
from tests.golden import ROOT, assert_golden
from tests.unit.outputs.example import CATALOG, NOTICE, example

_GOLDEN = ROOT / "tests" / "unit" / "outputs" / "golden"
_SHOWN_WHOLE = (
    "enriched.md",
    "enriched.yaml",
    "enriched.json",
    "dead-links.md",
    "dead-links.json",
    "junit.xml",
    "report.sarif",
    "badges/links-alive.svg",
    "badges/alpa-license.json",
)
_WITH_THE_RUNS_TIME = {
    "enriched.json",
    "dead-links.json",
    "index.html",
    "junit.xml",
    "report.sarif",
    "badges/last-check.svg",
    "badges/last-check.json",
}


@pytest.mark.parametrize("name", _SHOWN_WHOLE)
def test_output_equals_its_golden_file(name: str) -> None:
    assert_golden(_GOLDEN / name, rendered(example())[name])


def test_rows_of_the_page_equal_their_golden_file() -> None:
    [rows] = re.findall(r"<tbody>\n(.*)    </tbody>", rendered(example())["index.html"], re.DOTALL)
    assert_golden(_GOLDEN / "rows.html", rows)


def test_files_of_the_output_folder() -> None:
    assert_golden(_GOLDEN / "files.txt", "\n".join(sorted(rendered(example()))) + "\n")


@pytest.mark.parametrize("name", ["enriched.json", "dead-links.json"])
def test_json_is_of_the_published_shape(name: str) -> None:
    schema = json.loads(files("lmsys_enrich").joinpath("schemas", "report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    content = json.loads(rendered(example())[name])
    jsonschema.validate(content, schema, format_checker=jsonschema.FormatChecker())
    content.pop("generated_at")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def test_night_without_news_changes_only_files_with_its_time() -> None:
    tonight = example()
    tomorrow = dataclasses.replace(
        tonight,
        run_time=tonight.run_time + timedelta(days=1),
        findings={
            url: replace(found, checked_at=found.checked_at and found.checked_at + timedelta(days=1))
            for url, found in tonight.findings.items()
        },
    )
    before, after = rendered(tonight), rendered(tomorrow)
    assert {name for name in before if before[name] != after[name]} == _WITH_THE_RUNS_TIME


def test_notice_is_in_every_document_and_badge() -> None:
    made = {name: text for name, text in rendered(example()).items() if not _is_endpoint(name)}
    assert [name for name, text in made.items() if NOTICE not in text] == []


def test_no_notice_leaves_no_trace() -> None:
    assert not [name for name, text in rendered(example(notice=None)).items() if NOTICE in text]


def test_enriched_yaml_holds_the_entries_with_their_facts() -> None:
    content: Any = yaml.safe_load(rendered(example())["enriched.yaml"])
    alpa = content["sections"][1]["entries"][0]
    assert alpa["training"] is True
    assert alpa["verdicts"] == {"url": "alive"}
    assert alpa["github"]["stars"] == 3111


def test_pictures_are_well_formed() -> None:
    for name, text in rendered(example()).items():
        if name.endswith(".svg"):
            assert ET.fromstring(text).get("role") == "img"  # noqa: S314 - our own text


def test_each_of_several_lists_has_its_own_folder() -> None:
    report = example()
    lists = tuple(
        replace(CATALOG, source=Path(source))
        for source in ("entries.yaml", "more/entries.yaml", "a/README.md", "badges.md")
    )
    made = rendered(dataclasses.replace(report, catalogs=lists))
    tops = {name.split("/")[0] for name in made}
    assert {top for top in tops if "." not in top} == {"entries", "more-entries", "a", "badges-md", "badges"}
    assert {"dead-links.md", "dead-links.json", "junit.xml", "report.sarif"} <= tops
    assert "a/enriched.md" in made


def test_order_of_lists_changes_no_folder() -> None:
    sources = ["a/entries.yaml", "b/entries.yaml", "b/entries.md", "a-entries.yaml", "badges.md", "c.md"]
    lists = {source: replace(CATALOG, source=Path(source), title=source) for source in sources}
    folders = set()
    for order in (sources, sources[::-1], sources[2:] + sources[:2]):
        made = rendered(dataclasses.replace(example(), catalogs=tuple(map(lists.__getitem__, order))))
        found = {name: text for name, text in made.items() if name.endswith("/enriched.yaml")}
        assert len(found) == len(sources)
        folders.add(tuple(sorted(found.items())))
    assert len(folders) == 1


def test_badges_of_an_id_in_two_lists_get_the_name_of_the_later() -> None:
    lists = (CATALOG, replace(CATALOG, source=Path("other.yaml")))
    made = rendered(dataclasses.replace(example(), catalogs=lists))
    assert {"badges/alpa-stars.svg", "badges/other-alpa-stars.svg"} <= made.keys()


def _is_endpoint(name: str) -> bool:
    """Return whether shields.io reads the file: it refuses unknown keys."""
    return name.startswith("badges/") and name.endswith(".json")
