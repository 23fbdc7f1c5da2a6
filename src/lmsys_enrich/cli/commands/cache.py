"""`lmsys-enrich cache`: what earlier runs found."""

import argparse
from datetime import datetime, timedelta

from lmsys_enrich.cli.flags import add_setting_flags, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import EPOCH, SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.settings.settings import parse_duration
from lmsys_enrich.store.disk import DiskStore, erase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do with the cache."""
    parser.add_argument(
        "act",
        choices=("info", "clear", "prune"),
        help="info: count what is kept; clear: forget it all; prune: forget links not checked for long",
    )
    parser.add_argument(
        "--older-than", default="90d", metavar="TIME", help="for prune: how long is long (default: 90d)"
    )
    add_setting_flags(parser, {"cache"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Do it, and tell how many links it concerned."""
    settings = settings_of(arguments, terminal.environ)
    if not settings.cache.is_dir():
        terminal.result(f"{settings.cache}: no cache there")
        return 0
    store = DiskStore(settings.cache, terminal.warn)
    try:
        match arguments.act:
            case "info":
                terminal.result(_info(store, str(settings.cache)))
            case "clear":
                known = store.contents().findings
                store.close()
                erase(settings.cache)
                terminal.result(f"{settings.cache}: forgot {known} links")
            case _:
                gone = store.delete(_long_unchecked(store, arguments, terminal))
                terminal.result(f"{settings.cache}: forgot {gone} links")
    finally:
        store.close()
    return 0


def _info(store: DiskStore, folder: str) -> str:
    contents = store.contents()
    oldest = contents.oldest
    since = f", the oldest from {oldest.checked_at:%Y-%m-%d}" if oldest and oldest.checked_at else ""
    return (
        f"{folder}: {contents.findings} links, {contents.repositories} repositories,"
        f" {contents.size / 1e6:.1f} MB{since}"
    )


def _long_unchecked(store: DiskStore, arguments: argparse.Namespace, terminal: Terminal) -> list[str]:
    now = SystemClock(terminal.environ).run_time
    try:
        long: timedelta = parse_duration(arguments.older_than)
    except ValueError as problem:
        raise InputError(f"--older-than: {problem}") from None
    return [finding.url for finding in store.all_findings() if now - _last_checked(finding) > long]


def _last_checked(finding: Finding) -> datetime:
    return finding.checked_at or EPOCH
