"""What README tells of commands and settings is what `--help` tells."""

from collections.abc import Iterable, Sequence

from lmsys_enrich.cli.flags import shown
from lmsys_enrich.cli.main import COMMANDS
from lmsys_enrich.outputs.markdown_text import in_cell, table
from lmsys_enrich.settings.sources import default_of, flag_of, knobs
from tests.documentation.command_line import commands, exit_codes, usage
from tests.golden import ROOT, assert_golden_block

README = ROOT / "README.md"


def test_readme_tells_every_command_as_help_does() -> None:
    rows = [(f"`{usage(name, parser)}`", COMMANDS[name]) for name, parser in commands().items()]
    assert_golden_block(README, "commands", _plain(("Command", "Does"), rows))


def test_readme_tells_every_setting_as_help_does() -> None:
    rows = [
        (
            f"`{' '.join(filter(None, (flag_of(knob.name), knob.metadata['metavar'])))}`",
            knob.metadata["about"],
            f"`{shown(default_of(knob.name))}`" if default_of(knob.name) not in {False, None, ()} else "",
        )
        for knob in knobs()
    ]
    assert_golden_block(README, "settings", _plain(("Setting of `run`", "", "Default"), rows))


def test_readme_tells_the_exit_codes_that_help_tells() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(f"\n| {code} | " in text for code, _ in exit_codes())


def _plain(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(titles, ["---"] * len(titles), [[in_cell(cell) for cell in row] for row in rows])
