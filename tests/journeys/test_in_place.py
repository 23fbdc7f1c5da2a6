"""Facts written into the README itself, night after night."""

import pytest

from lmsys_enrich.simulation.world import SimulatedRepository, World
from tests.builders import day
from tests.journeys.conftest import ServeGitHub
from tests.journeys.program import Program

_README = """\
# My list

Words about it, with a [file](docs/a.md).

## Tools

- [A](https://github.com/acme/a) - does it
- [B](https://github.com/acme/b)

## Papers

| Title | Code |
| --- | --- |
| One | [code](https://github.com/acme/a) |
| Two | [code](https://github.com/acme/b)
"""


_RELATIVE = "<!--facts-->Relative links in this copy start from the folder of the original list.<!--/facts-->"


@pytest.fixture
def world(program: Program, serve_github: ServeGitHub) -> World:
    """A README about two repositories."""
    repositories = (
        SimulatedRepository(name="acme/a", id=1, stars=3111, license="MIT", committed_at=day(1)),
        SimulatedRepository(name="acme/b", id=2, stars=5, committed_at=day(1)),
    )
    (program.folder / "README.md").write_text(_README)
    (program.folder / "docs").mkdir()
    (program.folder / "docs" / "a.md").write_text("# A\n")
    world = World(repositories, {"acme": "Organization"})
    serve_github(world)
    return world


def _readme(program: Program) -> str:
    return (program.folder / "README.md").read_text()


@pytest.mark.usefixtures("world")
def test_facts_are_written_into_the_list_and_replaced(program: Program) -> None:
    assert program.run("README.md", "--in-place").code == 0
    first = _readme(program)
    assert (
        "- [A](https://github.com/acme/a) - does it <!--facts-->· ★ 3,111 · MIT · 2026-11-01<!--/facts-->\n"
        in first
    )
    assert "| Title | Code | <!--facts-->Stars | Licence | Last commit<!--/facts--> |\n" in first
    assert program.text("enriched.md") == f"{first}{_RELATIVE}"
    assert program.run("README.md", "--in-place").code == 0
    assert _readme(program) == first
    assert program("render", "README.md", "--in-place", "--facts", "stars").code == 0
    assert "· ★ 3,111<!--/facts-->" in _readme(program)
    assert "Last commit" not in _readme(program)
    assert program("render", "README.md", "--in-place", "--facts", "none").code == 0
    assert _readme(program) == _README


@pytest.mark.usefixtures("world")
def test_fix_knows_the_list_with_its_facts(program: Program) -> None:
    program.run("README.md", "--in-place")
    assert program("fix", "README.md").code == 0


@pytest.mark.usefixtures("world")
def test_entries_yaml_gets_no_facts_in_place(program: Program) -> None:
    program.write_list("https://github.com/acme/a")
    ended = program.run("README.md", "entries.yaml", "--in-place")
    assert "entries.yaml: facts are only written into Markdown lists" in ended.err


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n"])
def test_copy_says_where_relative_links_start(program: Program, end: str) -> None:
    text = f"{_README.rstrip()}{end}"
    (program.folder / "README.md").write_bytes(text.encode())
    program.run("README.md")
    made = program.text("enriched.md")
    assert made.endswith(_RELATIVE) == bool(end)
    (program.folder / "README.md").write_bytes((program.folder / "build" / "enriched.md").read_bytes())
    program.run("README.md")
    assert program.text("enriched.md") == made
    program("render", "README.md", "--in-place", "--facts", "none")
    assert (program.folder / "README.md").read_bytes() == text.encode()


@pytest.mark.usefixtures("world")
def test_blocks_name_the_lines_of_the_file_with_the_blocks(program: Program) -> None:
    block = "<!-- lmsys-enrich:dead-links -->\n<!-- /lmsys-enrich -->\n\n"
    text = _README.replace("## Tools", f"{block}## Tools").replace("](docs/a.md)", "](docs/none.md)")
    text = text.replace("- [B]", "- [Gone](https://github.com/acme/gone)\n- [B]")
    (program.folder / "README.md").write_text(text)
    program.run("README.md", "--accept-changes")
    assert program("render", "README.md", "--into", "README.md", "--in-place").code == 0
    lines = _readme(program).split("\n")
    [named] = [line for line in lines if "Gone, in Tools" in line]
    number = int(named.partition("README.md:")[2].partition(":")[0])
    assert lines[number - 1].startswith("- [Gone](https://github.com/acme/gone)")
    assert program("render", "README.md", "--into", "README.md", "--in-place").code == 0
    assert _readme(program).split("\n") == lines
