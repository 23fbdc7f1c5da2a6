"""`lmsys-enrich cache`: counts, clears or prunes the findings of earlier runs."""

import argparse
import shutil
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from lmsys_enrich.cli.flags import add_setting_flags, settings_of
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import EPOCH, SystemClock
from lmsys_enrich.errors import InputError, OutputError, reason_of
from lmsys_enrich.model.figures import counted
from lmsys_enrich.model.finding import Finding
from lmsys_enrich.pipeline.previous_runs import refuse_links_out
from lmsys_enrich.settings.settings import parse_duration
from lmsys_enrich.store.findings import DiskStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action, and the age for `prune`."""
    parser.add_argument(
        "action",
        choices=("info", "clear", "prune"),
        help="info: count the findings; clear: remove all; prune: remove old ones",
    )
    parser.add_argument(
        "--older-than",
        default="90d",
        metavar="TIME",
        help="with prune: remove findings older than this (default: 90d)",
    )
    add_setting_flags(parser, {"cache"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show, clear or prune the cache."""
    settings = settings_of(arguments, terminal.environ)
    refuse_links_out(settings)
    folder = settings.cache
    if not folder.is_dir():
        terminal.result(f"{folder}: no cache")
        return 0
    store = DiskStore(folder, terminal.warn)
    try:
        match arguments.action:
            case "info":
                terminal.result(_info(folder, store.load().values()))
            case "clear":
                count = len(store.load())
                store.close()
                _clear(folder)
                terminal.result(f"{folder}: removed {counted(count, 'link')}")
            case _:
                count = store.delete(_outdated(store, arguments.older_than, terminal))
                terminal.result(f"{folder}: removed {counted(count, 'link')}")
    finally:
        store.close()
    return 0


def _info(folder: Path, findings: Collection[Finding]) -> str:
    oldest = min((found.checked_at for found in findings if found.checked_at), default=None)
    since = f", the oldest from {oldest:%Y-%m-%d}" if oldest else ""
    repositories = {found.repository.key.lower() for found in findings if found.repository}
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    known = f"{counted(len(findings), 'link')}, {counted(len(repositories), 'repository')}"
    return f"{folder}: {known}, {size / 1e6:.1f} MB{since}"


def _clear(folder: Path) -> None:
    """Remove every cache in a folder, damaged ones included, and nothing else. Raises `OutputError`."""
    try:
        for cache in folder.glob("findings-*"):
            if cache.is_dir() and not cache.is_symlink():
                shutil.rmtree(cache)
    except OSError as problem:
        raise OutputError(
            f"{folder} cannot be cleared: {reason_of(problem)}", hint="Check its owner and permissions."
        ) from None


def _outdated(store: DiskStore, older_than: str, terminal: Terminal) -> list[str]:
    now = SystemClock(terminal.environ).run_time
    try:
        max_age: timedelta = parse_duration(older_than)
    except ValueError as problem:
        raise InputError(f"--older-than: {problem}") from None
    return [found.url for found in store.load().values() if now - (found.checked_at or EPOCH) > max_age]
