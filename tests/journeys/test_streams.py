"""Output streams that are closed, full or poor, and interrupts end the program in order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.program import Program


@pytest.mark.parametrize("argv", [["schema", "report"], ["cache", "info"]])
def test_a_reader_who_has_seen_enough_is_no_error(program: Program, argv: list[str]) -> None:
    command = [sys.executable, "-m", "lmsys_enrich", *argv]
    with subprocess.Popen(
        command, cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as ended:
        assert ended.stdout is not None
        ended.stdout.close()
        assert ended.stderr is not None
        assert ended.stderr.read() == b""
    assert ended.returncode == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("argv", [["schema", "report"], ["cache", "info"]])
def test_a_result_that_the_disk_does_not_take_is_reported(program: Program, argv: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "lmsys_enrich", *argv],
            cwd=program.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 4
    assert ended.stderr.startswith("stdout: cannot be written: No space left on device\n→ ")


def test_an_interrupt_while_a_command_is_loaded_is_130() -> None:
    interrupted = """
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "lmsys_enrich.cli.commands.schema":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv = ["lmsys-enrich", "schema"]
from lmsys_enrich.cli.main import entry
entry()
"""
    ended = subprocess.run([sys.executable, "-c", interrupted], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_a_terminal_without_unicode_is_no_error(program: Program) -> None:
    program.write_list("https://a.example/")
    ended = subprocess.run(
        [sys.executable, "-m", "lmsys_enrich", "validate", "ü.yaml"],
        cwd=program.folder,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2
    assert b"?.yaml: no such file" in ended.stderr
