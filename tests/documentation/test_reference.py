"""The reference agrees with the program; `make golden` regenerates it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lmsys_enrich.about import PROJECT_URL
from lmsys_enrich.cli import finish_run
from lmsys_enrich.cli.commands.schema import config_schema
from lmsys_enrich.errors import EnrichError
from tests.builders import day
from tests.documentation.command_line import commands, exit_codes, flags_of
from tests.documentation.reference import (
    action_md,
    commands_md,
    entries_md,
    exit_codes_md,
    report_md,
    settings_md,
    workflow_md,
)
from tests.golden import ROOT, assert_golden, assert_golden_block

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"


@pytest.mark.parametrize(
    ("page", "block", "make"),
    [
        ("reference/commands.md", "commands", commands_md),
        ("reference/settings.md", "settings", settings_md),
        ("reference/exit-codes.md", "exit codes", exit_codes_md),
        ("reference/files.md", "fields", report_md),
        ("nightly.md", "workflow", workflow_md),
        ("action.md", "inputs and outputs", action_md),
        ("entries-yaml.md", "keys", entries_md),
    ],
)
def test_what_the_program_knows_of_itself_stands_in_the_pages(
    page: str, block: str, make: Callable[[], str]
) -> None:
    assert_golden_block(DOCS / page, block, make())


def test_schemas_lie_where_their_ids_say() -> None:
    schemas = ROOT / "src" / "lmsys_enrich" / "schemas"
    made = json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"
    assert_golden(schemas / "config.json", made)
    for path in schemas.glob("*.json"):
        found = json.loads(path.read_text(encoding="utf-8"))["$id"]
        assert found == f"{PROJECT_URL}/raw/main/{path.relative_to(ROOT).as_posix()}"


@pytest.mark.parametrize("name", commands())
def test_the_reference_shows_every_flag_that_help_shows(name: str) -> None:
    section = commands_md().partition(f"## {name}\n")[2].partition("\n## ")[0]
    flags = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", commands()[name].format_help())
    assert {flag for flag in flags if flag in set(flags_of(commands()[name]))} <= set(
        re.findall(r"`(--?[a-z][a-z-]*)", section)
    )


def test_the_exit_codes_that_help_shows_are_those_that_there_are() -> None:
    ends = {EnrichError.exit_code, *(error.exit_code for error in EnrichError.__subclasses__())}
    reached = {finish_run.DONE, finish_run.COULD_NOT_FIND_OUT, finish_run.FINDINGS, finish_run.INTERRUPTED}
    assert {code for code, _ in exit_codes()} == ends | reached


def test_every_exit_code_has_its_section() -> None:
    page = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+)", page, re.MULTILINE) == [str(code) for code, _ in exit_codes()]


def test_every_file_that_is_written_is_documented(tmp_path: Path) -> None:
    entry = "{name: Alpa, url: 'https://github.com/alpa-projects/alpa'}"
    (tmp_path / "entries.yaml").write_text(f"title: A\nsections: [{{title: B, entries: [{entry}]}}]\n")
    for night in (day(23), day(24)):  # the second run keeps the facts of the first
        command = [
            sys.executable,
            "-m",
            "tests.documentation.simulated_run",
            "run",
            "--quiet",
            "--entry-badges",
        ]
        time = {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": str(int(night.timestamp()))}
        subprocess.run(command, cwd=tmp_path, env=os.environ | time, check=True)
    out = tmp_path / "build"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    documented = set(_documented_files())
    assert {
        name for name in names if not any(re.fullmatch(_pattern(one), name) for one in documented)
    } == set()
    assert {
        one for one in documented if not any(re.fullmatch(_pattern(one), name) for name in names)
    } == set()


def _documented_files() -> Iterator[str]:
    page = (REFERENCE / "files.md").read_text(encoding="utf-8")
    table = page.partition("## In `--out`")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


def _pattern(name: str) -> str:
    return re.escape(name).replace("ID", "[a-z0-9_-]+")


def test_every_variable_that_is_reported_is_read() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    variables = re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", page.partition("## The environment")[2])
    assert "GITHUB_TOKEN" in variables
    assert [name for name in variables if name not in source] == []
