"""`lmsys-enrich run`: checks the links and writes the outputs."""

import argparse
from pathlib import Path

from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, lists_of, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.settings.sources import ReadFile, read_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add LIST, `--plan`, `--only-changed` and every setting."""
    add_list_argument(parser)
    parser.add_argument(
        "--plan",
        action="store_true",
        help="print the number of links, requests, points and minutes; send and write nothing",
    )
    parser.add_argument(
        "--only-changed",
        metavar="BASE",
        help="check only links that are new since the git commit BASE, and write reports on them alone",
    )
    add_setting_flags(parser)


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Run the main job."""
    settings = settings_of(arguments, terminal.environ, _reader_of_settings(arguments.only_changed))
    # These take 0.2 s to import: not for --help, nor for a wrong setting.
    import asyncio

    from lmsys_enrich.cli.run import RunRequest, execute_run

    request = RunRequest(
        lists=lists_of(arguments, settings),
        settings=settings,
        environ=terminal.environ,
        plan_only=arguments.plan,
        only_changed=arguments.only_changed,
    )
    return asyncio.run(execute_run(request, terminal))


def _reader_of_settings(base: str | None) -> ReadFile:
    """
    Return a reader of settings files from the commit `base`, or else from disk.

    With `--only-changed` the files may come from a stranger: a pull request must not decide what
    it excludes and allows, or where its outputs go.
    """
    if base is None:
        return read_file
    from lmsys_enrich.lists.git import file_at, fork_point, top_level

    folder = Path.cwd()
    if top_level(folder) is None:
        return read_file
    commit = fork_point(folder, base)
    return lambda path: file_at(path, commit)
