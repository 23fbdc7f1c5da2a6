"""Hostile text reaches every output as harmless text."""

import json
import os
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from lmsys_enrich.cli.annotations import annotations
from lmsys_enrich.cli.summary import Files, summary_json, summary_markdown, summary_text
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.entries_yaml import read_entries
from lmsys_enrich.model.catalog import Catalog, Column, Entry, Link, Location, Section
from lmsys_enrich.model.facts import Release, Repository
from lmsys_enrich.model.finding import Finding, Suggestion, Verdict
from lmsys_enrich.model.report import Report
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.outputs.registry import render_all
from lmsys_enrich.settings.settings import Settings
from lmsys_enrich.simulation.world import SimulatedRepository, World
from lmsys_enrich.store.last_written import read_last_written
from tests.builders import day, rendered
from tests.fakes import NIGHT
from tests.journeys.conftest import ServeGitHub
from tests.journeys.program import Program
from tests.reliability.harmless_html import Harmless
from tests.reliability.hostile import CORPUS, texts

EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "60"))
_URL = "https://github.com/acme/tool"
_PAGE = "https://site.example/page"
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HARMLESS_TAG = re.compile(r'^(<span id="[a-z0-9_-]+">|</span>|<!--/?facts-->)$')
_READER = MarkdownIt("gfm-like", {"linkify": False})

hostile = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _report(text: str) -> Report:
    """Everything a stranger can fill is filled with the text; the list's own words are its maintainer's."""
    facts = Repository(
        full_name=f"acme/{text}",
        id=1,
        fetched_at=NIGHT,
        stars=1,
        license=text,
        last_commit=day(1),
        description=text,
        homepage=text,
        language=text,
        topics=(text, text),
        default_branch=text,
        latest_release=Release(text, None),
        renamed_from=text,
    )
    moved = Finding(
        url=_URL,
        verdict=Verdict.MOVED,
        reason=text,
        checked_at=NIGHT,
        suggestion=Suggestion(f"https://new.example/{text}", text),
        repository=facts,
    )
    dead = Finding(url=_PAGE, verdict=Verdict.DEAD, reason=text, checked_at=NIGHT, final_url=text)
    location = Location("entries.yaml", 1, 1)
    entries = tuple(
        Entry(
            id=f"e{n}", name=text, location=location, links=(Link(url, "url", location),), id_is_written=True
        )
        for n, url in enumerate((_URL, _PAGE))
    )
    sections = (
        Section(text, location, columns=(Column("name", text),), entries=entries),
        Section(text, location, entries=entries),
    )
    return Report(
        run_time=NIGHT,
        catalogs=(Catalog(text, Path("entries.yaml"), sections=sections),),
        findings={_URL: moved, _PAGE: dead},
        stale_after=Settings().stale_after,
    )


def _assert_no_foreign_html(markdown: str) -> None:
    for token in _READER.parse(markdown):
        assert token.type != "html_block", token.content
        for child in token.children or ():
            if child.type == "html_inline":
                assert _HARMLESS_TAG.match(child.content), child.content
            if child.type == "link_open":
                assert str(child.attrs["href"]).startswith(("https://", "#")), child.attrs
            assert child.type != "image"


@hostile
@given(texts)
def test_every_output_keeps_its_form(text: str) -> None:
    files = rendered(_report(text))
    for name, content in files.items():
        assert not name.startswith(("/", "..")), name
        assert ".." not in Path(name).parts
        content.encode("utf-8", "replace")
        if name.endswith(".svg"):
            tags = {element.tag.split("}")[1] for element in ET.fromstring(content).iter()}  # noqa: S314 - ours
            assert tags <= {"svg", "title", "linearGradient", "stop", "clipPath", "rect", "path", "g", "text"}
            assert len(content) < 5000
        if name.endswith(".xml"):
            assert len(ET.fromstring(content)) == 1  # noqa: S314 - ours
        if name.endswith(".html"):
            Harmless().feed(content)
        if name.endswith((".json", ".sarif")):
            json.loads(content)
        if name.endswith(".md"):
            _assert_no_foreign_html(content)
    read = yaml.safe_load(files["enriched.yaml"])
    assert len(read["sections"]) == 2


@hostile
@given(texts)
def test_terminal_gets_no_control_characters(text: str) -> None:
    report, files = _report(text), Files(Path("build"), (), ())
    out = StringIO()
    terminal = Terminal(out, out, {})
    terminal.result(summary_text(report, files))
    terminal.info(text)
    terminal.warn(text)
    assert not _STEERING.search(out.getvalue())
    json.loads(summary_json(report, files, 0))
    _assert_no_foreign_html(summary_markdown(report))


@hostile
@given(texts)
def test_foreign_text_starts_no_workflow_command(text: str) -> None:
    for command in annotations(_report(text), {"GITHUB_ACTIONS": "true"}):
        assert re.match(r"::(error|warning|notice) file=entries\.yaml,line=1,col=1,title=[a-z ]+::", command)
        assert "\n" not in command
        assert "\r" not in command


@hostile
@given(texts)
def test_enriched_json_of_hostile_text_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    out = tmp_path_factory.mktemp("out")
    write_files(out, render_all(_report(text)))
    for finding in read_last_written(out, lambda _: None):
        assert finding.verdict in Verdict


@hostile
@given(texts)
def test_hostile_list_is_read_or_refused(text: str) -> None:
    for content in (text, f"title: {text}\nsections: []", f"title: A\nsections:\n  - title: {text}\n"):
        message = _refusal(content)
        assert not _STEERING.search(message.replace("\n", ""))


def _refusal(content: str) -> str:
    try:
        read_entries(content, Path("e.yaml"))
    except InputError as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("text", ["half a character: \ud800", "x" * 10_000_000, "\x1b[31m|<b>" * 100_000])
def test_huge_facts_are_shortened(program: Program, serve_github: ServeGitHub, text: str) -> None:
    repository = SimulatedRepository(
        name="acme/tool",
        id=1,
        stars=3,
        description=text,
        topics=(text[:1000],),
        license="MIT",
        committed_at=day(1),
    )
    serve_github(World((repository,), {"acme": "Organization"}))
    program.write_list(_URL)
    ended = program("run", "--verbose", "--patience", "0.1s")
    assert ended.code in {0, 3}
    assert not _STEERING.search(ended.out + ended.err)
    assert all(len(content) < 200_000 for name, content in program.outputs().items() if name.endswith(".md"))


def test_hostile_titles_name_no_file_outside_the_folder(program: Program) -> None:
    for number, text in enumerate(CORPUS):
        content = {"title": text[:500], "sections": [{"title": "S", "entries": [{"name": text[:500]}]}]}
        path = program.folder / f"{number}.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    names = [f"{number}.yaml" for number in range(len(CORPUS))]
    readable = [name for name in names if program("validate", "--quiet", name).code == 0]
    assert len(readable) > len(CORPUS) / 2
    ended = program("run", "--offline", "--quiet", *readable)
    assert ended.code == 0
    outside = [path for path in program.folder.rglob("*") if path.is_file() and path.parent == program.folder]
    assert {path.name for path in outside} == set(names)
    assert not list(program.folder.parent.glob("passwd"))


def test_names_of_files_that_are_not_utf8_are_written(program: Program) -> None:
    name = os.fsdecode(b"f\xff")
    folder = program.folder / name
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    text = "# A list\n\n- [a](https://a.example/)\n- [b](gone.txt)\n- [c](#nowhere)\n"
    (folder / os.fsdecode(b"l\xff.md")).write_text(text, encoding="utf-8")
    program.environ |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary.md"}
    assert program("run", "--offline", name).code == 10
    assert {"enriched.json", "dead-links.json", "report.sarif"} <= program.outputs().keys()
    assert "f%FF/l%FF.md" in program.text("report.sarif")
    assert program("issue", "--dry-run", "--repository", "a/b", name).code == 0


def test_a_notice_is_text_too() -> None:
    report = _report("harmless")
    made = rendered(replace(report, notice="<b>notice</b>"))
    assert r"\<b\>notice" in made["enriched.md"]
