"""Command line: finds the command, runs it, and turns errors into exit codes."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, NoReturn, TextIO

from lmsys_enrich.about import __version__
from lmsys_enrich.cli.terminal import Terminal, open_streams
from lmsys_enrich.errors import EnrichError, InputError, OutputError, reason_of

COMMANDS = {
    "run": "check every link, enrich every repository, write every output",
    "validate": "report all mistakes of a list at once; no network",
    "import": "turn a Markdown list into entries.yaml",
    "render": "write the outputs again from the cache; no network",
    "diff": "show what changed between two runs",
    "fix": "propose, or make, the edits for permanent moves",
    "stale": "show repositories without recent commits, archived, renamed or gone",
    "issue": "keep one issue on GitHub that lists the dead links",
    "comment": "keep one comment on a pull request about its new links",
    "cache": "show, clear or prune the cache of earlier findings",
    "init": "start a list and a nightly workflow",
    "completion": "print the completion script for bash, zsh or fish",
    "schema": "print a JSON Schema: entries, report or config",
    "demo": "run on simulated forges, registries and websites; no network, no token",
}
# Commands that share a module with another one, as its constant.
_SHARED = {
    "import": ("validate", "IMPORT"),
    "comment": ("issue", "COMMENT"),
    "completion": ("schema", "COMPLETION"),
}
_BUG, _INTERRUPTED = 1, 130

_EPILOG = """\
exit codes:
  0    done, nothing that --fail-on names
  1    a bug in lmsys-enrich
  2    the list, the settings or the command line is wrong
  3    could not find out: network or GitHub refuse, quota or deadline reached
  4    outputs cannot be written; the old ones are whole
  5    refused to write: too much would change at once (--max-change)
  10   findings that --fail-on names (default: dead)
  130  interrupted; what was found is kept

Settings are flags, LMSYS_ENRICH_* variables, or keys in lmsys-enrich.toml or
[tool.lmsys-enrich] of pyproject.toml, in this order. GITHUB_TOKEN is used for
GitHub's API alone.
"""


class Command(NamedTuple):
    """Command: adds its arguments to a parser, and returns an exit code."""

    add_arguments: Callable[[argparse.ArgumentParser], None]
    execute: Callable[[argparse.Namespace, Terminal], int]


def entry() -> NoReturn:
    """Run as the installed program does."""
    # The values of reading and writing have no cycles: the collector would search them in vain, which
    # takes a tenth of a run. Only a crawl needs it, see `cli.run`.
    gc.disable()
    open_streams()
    code = main(sys.argv[1:], os.environ, sys.stdout, sys.stderr)
    gc.freeze()  # else the collector searches all objects once more at exit
    sys.exit(code)


def main(argv: Sequence[str], environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Run one command and return its exit code."""
    terminal = Terminal(out, err, environ)
    try:
        code = _run(argv, terminal)
        terminal.flush()
    except EnrichError as problem:
        return terminal.fail(problem)
    except BrokenPipeError:  # the reader of our output has seen enough
        terminal.silence()
        return OutputError.exit_code
    except OSError as problem:
        if problem.filename is None:
            raise
        # A name that no file can have, or a folder that is closed to this user.
        hint = "Look at its name and its rights."
        return terminal.fail(InputError(f"{problem.filename}: {reason_of(problem)}", hint=hint))
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _BUG if terminal.bugs and not code else code


def _run(argv: Sequence[str], terminal: Terminal) -> int:
    """Parse the arguments and run the command that they name. Raises `EnrichError`."""
    chosen = next((word for word in argv if not word.startswith("-")), None)
    parser = build_parser([chosen] if chosen in COMMANDS else [])
    try:
        if chosen is not None and chosen not in COMMANDS and argv[0] == chosen:
            parser.error(f"no such command {chosen!r}{_suggestion(chosen, COMMANDS)}")
        arguments, unknown = parser.parse_known_args(argv)
        if unknown:
            arguments.parser.error(
                f"unrecognized arguments: {' '.join(unknown)}"
                f"{_suggestion(unknown[0], arguments.parser.format_help().split())}"
            )
    except SystemExit as end:  # argparse has printed help, version or the error
        return end.code if isinstance(end.code, int) else 2
    if arguments.command is None:
        parser.print_help(terminal.out)
        return 2
    return _command(arguments.command).execute(arguments, terminal)


def build_parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the named commands get their arguments, so that no other is imported."""
    parser = argparse.ArgumentParser(
        prog="lmsys-enrich",
        description="Check the links of a curated list, fetch facts about its entries, write the results.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(parser=parser)
    parser.add_argument("--version", action="version", version=f"lmsys-enrich {__version__}")
    adding = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, about in COMMANDS.items():
        command = adding.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        command.set_defaults(parser=command)  # reports what it does not know
        if name in commands:
            _command(name).add_arguments(command)
    return parser


def _suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a message that names the closest of the known words, or nothing."""
    from lmsys_enrich.lists.mistakes import did_you_mean

    return did_you_mean(word, [one.rstrip(",]") for one in known])


def _command(name: str) -> Command:
    """Import the module of a command."""
    module_name, constant = _SHARED.get(name, (name, None))
    module = importlib.import_module(f"lmsys_enrich.cli.commands.{module_name}")
    if constant is None:
        return Command(module.add_arguments, module.execute)
    shared: Command = getattr(module, constant)
    return shared
