"""`lmsys-enrich completion`: prints a completion script for a shell. The only module that imports shtab."""

import argparse
from collections.abc import Iterator

import shtab

from lmsys_enrich.cli.main import COMMANDS, build_parser
from lmsys_enrich.cli.terminal import Terminal

_SHELLS = ("bash", "zsh", "fish")
_NAMES_OF_FILES = {"LIST": shtab.FILE, "FILE": shtab.FILE, "DIR": shtab.DIRECTORY}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add SHELL."""
    parser.add_argument("shell", metavar="SHELL", choices=_SHELLS, help=", ".join(_SHELLS))


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the script; the documentation says where to put it."""
    parser = build_parser(list(COMMANDS))
    for action in _actions(parser):
        if action.metavar in _NAMES_OF_FILES:
            action.complete = _NAMES_OF_FILES[str(action.metavar)]  # type: ignore[attr-defined]  # shtab reads it
    terminal.result(shtab.complete(parser, shell=arguments.shell).rstrip("\n"))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser and of its commands."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to walk a parser
        yield action
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            for command in action.choices.values():
                yield from _actions(command)
