"""`lmsys-enrich demo`: the main job on simulated forges, registries and websites."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from lmsys_enrich.cli.flags import add_setting_flags, settings_of
from lmsys_enrich.cli.history_file import HISTORY
from lmsys_enrich.cli.run import RunRequest, execute_run
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.clock import SystemClock
from lmsys_enrich.errors import InputError
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.model.catalog import keys_of
from lmsys_enrich.outputs.files import write_files
from lmsys_enrich.settings.settings import Failure, Settings
from lmsys_enrich.simulation.demonstration import LISTS, NOTICE, listed_links, past_lines
from lmsys_enrich.simulation.papers import Listed
from lmsys_enrich.simulation.world import World

_LIST = Path("entries.yaml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the settings for output; the others are fixed."""
    add_setting_flags(parser, {"out", "json", "quiet", "verbose"})


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Run on `entries.yaml`, if there is one, and on a list with one link of every kind."""
    if find_spec("graphql") is None:
        raise InputError(
            "the demonstration needs graphql-core and h11, which are not installed",
            hint="Install them with pip or `pipx inject lmsys-enrich`.",
        )
    settings = settings_of(arguments, terminal.environ)
    # A folder of its own: a real run must not read simulated facts as earlier findings.
    out = settings.out / "demo"
    own = (_LIST,) if _LIST.is_file() else ()
    listed = listed_links(read_lists(own))
    lists = (*own, *_demo_lists(out))
    return asyncio.run(_demonstrate(lists, listed, replace(settings, out=out), terminal))


def _demo_lists(out: Path) -> Iterator[Path]:
    """Copy the lists of the simulation next to the outputs."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in LISTS}
    yield from (out / name for name in write_files(out, texts).all)


async def _demonstrate(
    lists: Sequence[Path], listed: Mapping[str, Listed], settings: Settings, terminal: Terminal
) -> int:
    from lmsys_enrich.simulation.internet import simulated_internet  # needs graphql-core

    with tempfile.TemporaryDirectory(prefix="lmsys-enrich-") as cache:
        async with simulated_internet(listed=listed) as internet:
            request = RunRequest(
                lists=lists,
                settings=replace(settings, cache=Path(cache), fail_on=(Failure.NONE,), accept_changes=True),
                environ={**terminal.environ, **internet.environ},
                through=internet.through,
                notice=NOTICE,
            )
            _write_history(settings.out, request, internet.world)
            terminal.info(NOTICE)
            return await execute_run(request, terminal)


def _write_history(out: Path, request: RunRequest, world: World) -> None:
    """Write simulated figures of earlier days, unless there are some."""
    if not (out / HISTORY).exists():
        today = SystemClock(request.environ).run_time.date()
        stars = sum(repository.stars for repository in world.repositories)
        write_files(out, {HISTORY: past_lines(today, len(keys_of(read_lists(request.lists))), stars)})
