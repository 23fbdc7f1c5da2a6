"""README has the same commands and exit codes as `--help`."""

from lmsys_enrich.cli.main import COMMANDS
from lmsys_enrich.outputs.text import in_cell, table
from tests.documentation.command_line import commands, exit_codes, usage
from tests.golden import ROOT, assert_golden_block

README = ROOT / "README.md"


def test_readme_shows_every_command_as_help_does() -> None:
    rows = [(f"`{usage(name, parser)}`", COMMANDS[name]) for name, parser in commands().items()]
    cells = [[in_cell(cell) for cell in row] for row in rows]
    assert_golden_block(README, "commands", table(("Command", "Does"), ("---", "---"), cells))


def test_readme_shows_the_exit_codes_that_help_shows() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(f"\n| {code} | " in text for code, _ in exit_codes())
