"""Commands in the documentation work, and print the output shown there."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml

from lmsys_enrich.cli.commands.schema import config_schema
from lmsys_enrich.cli.main import COMMANDS, build_parser
from lmsys_enrich.settings.sources import OTHER_VARIABLES, knobs, variable_of
from tests.builders import day
from tests.documentation.command_line import commands, flags_of
from tests.documentation.pages import NAMES, blocks, command_lines, links, words_of_code
from tests.golden import ROOT

WITH_COMMANDS = [name for name in NAMES if any(block.has_commands for block in blocks(ROOT / name))]
WITH_COMMAND_LINES = [name for name in NAMES if any(command_lines(ROOT / name))]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which `lmsys-enrich` uses the simulated internet, and nothing else is set."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "lmsys-enrich"
    program.write_text(
        f"""\
#!/bin/sh
case "$1" in
    run) exec "{sys.executable}" -m tests.documentation.simulated_run "$@" ;;
    *) exec "{sys.executable}" -m lmsys_enrich "$@" ;;
esac
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}
    return {
        **coverage,
        "HOME": str(tmp_path),
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SOURCE_DATE_EPOCH": str(int(day(24).timestamp())),
    }


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_of_a_page_do_what_it_says(name: str, environ: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "list"
    folder.mkdir()
    for block in blocks(ROOT / name):
        if block.file is not None:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.has_commands and block.not_run is None:
            where = f"{name}:{block.line}"
            code = 0
            for typed, shown in block.steps():
                ended = subprocess.run(
                    ["/bin/sh", "-e", "-c", typed],
                    cwd=folder,
                    env=environ,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                code = ended.returncode
                output = (ended.stdout or ended.stderr).rstrip()
                assert shown is None or re.fullmatch(_pattern(shown), output), f"{where}: {output}"
                assert code in {0, block.ends_with}, f"{where}: {code}: {output}"
            assert code == block.ends_with, f"{where}: ended with {code}"


def _pattern(shown: str) -> str:
    """Return what matches an output of which `…` stands for what the page leaves out."""
    return re.escape(shown.rstrip()).replace("…", "(?s:.*?)")


@pytest.mark.parametrize("name", WITH_COMMAND_LINES)
def test_every_command_line_is_one_that_the_program_takes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = build_parser(list(COMMANDS))
    for line in command_lines(ROOT / name):
        if line in COMMANDS:
            continue  # a command is named, not typed
        try:
            parser.parse_args(shlex.split(line))
        except SystemExit as end:
            assert end.code == 0, f"{name}: lmsys-enrich {line}: {capsys.readouterr().err}"  # noqa: PT017 - argparse ends so, with 0 for --help


@pytest.mark.parametrize("name", NAMES)
def test_every_flag_and_variable_is_one_that_there_is(name: str) -> None:
    known = {"--help", "--version"} | {flag for parser in commands().values() for flag in flags_of(parser)}
    flags = [word for words in words_of_code(ROOT / name) for word in words.split() if word.startswith("--")]
    assert {flag.partition("=")[0] for flag in flags} <= known
    variables = re.findall(r"\bLMSYS_ENRICH_[A-Z_]+\b", (ROOT / name).read_text(encoding="utf-8"))
    assert set(variables) <= {variable_of(knob.name) for knob in knobs()} | OTHER_VARIABLES | {
        "LMSYS_ENRICH_SOURCE"
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    files = {link.partition("#")[0] for link in links(ROOT / name) if ":" not in link}
    assert [file for file in files if not (ROOT / name).parent.joinpath(file).exists()] == []


def test_settings_and_workflows_can_be_read() -> None:
    settings = jsonschema.Draft202012Validator(config_schema())
    texts = [(block.language, block.text) for name in NAMES for block in blocks(ROOT / name)]
    tables = [tomllib.loads(text) for language, text in texts if language == "toml"]
    documents = [yaml.safe_load(text) for language, text in texts if language == "yaml"]
    assert tables
    assert all(documents)
    assert [error.message for table in tables for error in settings.iter_errors(table)] == []


def test_what_is_not_run_has_its_reason() -> None:
    reasons = [block.not_run for name in NAMES for block in blocks(ROOT / name) if block.not_run is not None]
    assert reasons
    assert all(reasons)
