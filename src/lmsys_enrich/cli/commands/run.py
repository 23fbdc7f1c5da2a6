"""`lmsys-enrich run`: checks the links and writes the outputs."""

import argparse

from lmsys_enrich.cli.flags import add_list_argument, add_setting_flags, settings_of
from lmsys_enrich.cli.terminal import Terminal


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
    """Check, enrich, write."""
    settings = settings_of(arguments, terminal.environ)
    # These take 0.2 s to import: not for --help, nor for a wrong setting.
    import asyncio

    from lmsys_enrich.cli.run import RunRequest, execute_run

    request = RunRequest(
        lists=arguments.lists,
        settings=settings,
        environ=terminal.environ,
        plan_only=arguments.plan,
        only_changed=arguments.only_changed,
    )
    return asyncio.run(execute_run(request, terminal))
