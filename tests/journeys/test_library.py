"""The example of docs/library.md does what it says, beside the simulated GitHub."""

import os
import subprocess
import sys
from pathlib import Path

import lmsys_enrich
from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.documentation.pages import blocks
from tests.golden import ROOT
from tests.journeys.conftest import ServeGitHub
from tests.journeys.program import Program


def test_the_example_reports_and_writes(program: Program, serve_github: ServeGitHub) -> None:
    (example,) = [block for block in blocks(ROOT / "docs/library.md") if block.file == "report_dead.py"]
    alive = SimulatedRepository(name="acme/tool", id=1, stars=42, license="MIT", committed_at=day(1))
    serve_github(World((alive,), {"acme": "Organization"}))
    program.write_list("https://github.com/acme/tool", "https://github.com/acme/gone")
    Path("report_dead.py").write_text(example.text, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "report_dead.py"],
        env={**os.environ, **program.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = ended.stdout.splitlines()
    assert first == "acme/tool 42 MIT as of 2026-11-01"
    assert second.startswith("dead: https://github.com/acme/gone - GitHub shows no such repository")
    assert Path("build/enriched.md").is_file()


def test_every_name_of_the_library_is_there_and_documented() -> None:
    page = (ROOT / "docs/library.md").read_text(encoding="utf-8")
    for name in lmsys_enrich.__all__:
        assert getattr(lmsys_enrich, name).__doc__
        assert f"`{name}" in page
