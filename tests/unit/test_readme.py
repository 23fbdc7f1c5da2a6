"""What README tells of commands and settings is what `--help` tells."""

import argparse
from collections.abc import Iterable, Sequence

from lmsys_enrich.cli.flags import shown
from lmsys_enrich.cli.main import COMMANDS, build_parser
from lmsys_enrich.outputs.markdown_text import in_cell, table
from lmsys_enrich.settings.sources import default_of, flag_of, knobs
from tests.golden import ROOT, assert_golden_block

README = ROOT / "README.md"


def test_readme_tells_every_command_as_help_does() -> None:
    commands = _subparsers(build_parser(list(COMMANDS)))
    rows = [(f"`{_usage(name, parser)}`", COMMANDS[name]) for name, parser in commands.items()]
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
    told = [
        line.split()[0] for line in build_parser([]).format_help().split("exit codes:")[1].splitlines()[1:9]
    ]
    assert told == ["0", "1", "2", "3", "4", "5", "10", "130"]
    assert all(f"\n| {code} | " in text for code in told)


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    action = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001 - argparse offers no other way
    return dict(action.choices)


def _usage(name: str, parser: argparse.ArgumentParser) -> str:
    words = [
        f"[{action.metavar or '|'.join(map(str, action.choices or ()))}]"
        if action.nargs in {"?", "*"}
        else "|".join(map(str, action.choices or ()))
        for action in parser._actions  # noqa: SLF001 - as above
        if not action.option_strings
    ]
    return " ".join([name, *(word.replace("[LIST]", "[LIST…]") for word in words)])


def _plain(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(titles, ["---"] * len(titles), [[in_cell(cell) for cell in row] for row in rows])
