"""Shells complete our command lines, tried in the shells themselves."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.journeys.program import Program


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_names_commands_flags_and_files(program: Program, shell: str) -> None:
    ended = program("completion", shell)
    assert ended.code == 0
    for word in ("validate", "stale", "max-age", "older-than"):
        assert word in ended.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_one_that_its_shell_reads(program: Program, shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(program("completion", shell).out, encoding="utf-8")
    checked = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["st"], ["stale"]),
        (["run", "--max-a"], ["--max-age"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["validate", "entr"], ["entries.yaml"]),
        (["run", "--out", "si"], ["site"]),
    ],
)
def test_bash_completes(program: Program, tmp_path: Path, words: list[str], offered: list[str]) -> None:
    if (bash := shutil.which("bash")) is None:
        pytest.skip("bash is not installed")
    script = tmp_path / "completion"
    script.write_text(program("completion", "bash").out, encoding="utf-8")
    (program.folder / "entries.yaml").touch()
    (program.folder / "site").mkdir()
    line = " ".join(f"'{word}'" for word in ("lmsys-enrich", *words))
    asked = (
        f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words)};"
        " $(complete -p lmsys-enrich | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    answered = subprocess.run([bash, "-c", asked], capture_output=True, text=True, check=True)
    assert answered.stdout.split() == offered
