"""Start of the program: a command loads only the modules it needs, some only after the first request."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.program import Program

_OUTPUTS = "lmsys_enrich.outputs.registry"
_FOR_SOME_RUNS_ALONE = {_OUTPUTS, "jinja2"}
_FOR_THE_NETWORK = {"certifi", "diskcache", "h11", "httpx", "rich", "ssl", "tenacity"}
_FOR_A_LIST = {"lmsys_enrich.urls", "markdown_it", "yaml"}


def _started(folder: Path, *argv: str) -> "subprocess.Popen[str]":
    """Start the program so that it reports each module that it loads."""
    return subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "lmsys_enrich", *argv],
        cwd=folder,
        env={},  # what measures coverage here would load modules of its own
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _module(line: str) -> str:
    return line.rpartition("|")[2].strip()


@pytest.mark.parametrize(
    ("argv", "not_needed"),
    [
        (["--version"], _FOR_SOME_RUNS_ALONE | _FOR_THE_NETWORK | _FOR_A_LIST),
        (["run", "--help"], _FOR_SOME_RUNS_ALONE | _FOR_THE_NETWORK | {"markdown_it", "yaml"}),
        (["validate"], _FOR_SOME_RUNS_ALONE | _FOR_THE_NETWORK),
        (["validate", "README.md"], _FOR_SOME_RUNS_ALONE | _FOR_THE_NETWORK | {"yaml"}),
        (["run", "--plan"], {"graphql"}),
    ],
    ids=["version", "help", "validate", "validate Markdown", "run"],
)
def test_a_command_loads_no_more_than_it_needs(
    program: Program, argv: list[str], not_needed: set[str]
) -> None:
    program.write_list("https://a.example/")
    (program.folder / "README.md").write_text("# Tools\n\n- [A](https://a.example/)\n", encoding="utf-8")
    with _started(program.folder, *argv) as running:
        _, output = running.communicate()
    loaded = set(map(_module, output.splitlines()))
    assert running.returncode == 0
    assert "lmsys_enrich.cli.main" in loaded
    assert not loaded & not_needed
