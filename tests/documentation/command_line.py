"""The command line as pages describe it, read from the parser."""

import argparse
from collections.abc import Iterator, Mapping, Sequence

from lmsys_enrich.cli.main import COMMANDS, build_parser


def commands() -> Mapping[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    actions = build_parser(list(COMMANDS))._actions  # noqa: SLF001 - argparse offers no other way
    found = next(action for action in actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001 - as above
    return dict(found.choices)


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield what a command takes, `--help` aside."""
    yield from (action for action in parser._actions if action.dest != "help")  # noqa: SLF001 - as above


def flags_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield each spelling of each flag."""
    for action in arguments_of(parser):
        yield from action.option_strings


def usage(name: str, parser: argparse.ArgumentParser) -> str:
    """Return a command with what stands behind it, flags aside."""
    words = [_place(action) for action in arguments_of(parser) if not action.option_strings]
    return " ".join([name, *words])


def exit_codes() -> Sequence[tuple[int, str]]:
    """Return each exit code with its meaning, from `--help`."""
    epilog = (build_parser([]).epilog or "").partition("exit codes:\n")[2].partition("\n\n")[0]
    pairs = (line.split(maxsplit=1) for line in epilog.splitlines())
    return [(int(code), meaning) for code, meaning in pairs]


def _place(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else "|".join(map(str, action.choices or ()))
    match action.nargs:
        case "*":
            return f"[{metavar}…]"
        case "?":
            return f"[{metavar}]"
        case _:
            return metavar
