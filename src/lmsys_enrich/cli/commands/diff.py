"""`lmsys-enrich diff`: changes between two runs."""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from lmsys_enrich.cli.history_file import lines_in, past
from lmsys_enrich.cli.terminal import Linked, Table, Terminal, markdown_table, show
from lmsys_enrich.model.changes import Changes, changes_between
from lmsys_enrich.model.figures import Day
from lmsys_enrich.model.finding import LIVING
from lmsys_enrich.store.last_written import read_snapshot
from lmsys_enrich.values import asdict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the two files, and the form."""
    parser.add_argument("old", metavar="OLD.json", type=Path, help="an earlier enriched.json")
    parser.add_argument("new", metavar="NEW.json", type=Path, help="a later enriched.json")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    form.add_argument("--md", action="store_true", help="print Markdown")


def execute(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Compare, and print."""
    changes = changes_between(read_snapshot(arguments.old), read_snapshot(arguments.new))
    if arguments.as_json:
        terminal.result(_json(changes))
    elif arguments.md:
        terminal.result("\n\n".join(_markdown(changes)))
    else:
        tables = [*_tables(changes)]
        head = [_head(changes), *_over_time(past([*lines_in(arguments.new.parent)]))]
        terminal.result("\n".join([*head, *([""] if tables else [])]))
        if tables:
            show(tables, terminal)
    return 0


def _json(changes: Changes) -> str:
    old, new = changes.between
    content = {
        "from": f"{old:%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{new:%Y-%m-%dT%H:%M:%SZ}",
        "changes": [asdict(change) for change in changes.changes],
        "stars": [{"repository": name, "gain": gain, "stars": stars} for name, gain, stars in changes.stars],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _tables(changes: Changes) -> Iterator[Table]:
    if changes.changes:
        rows: list[tuple[str, str, str]] = [
            (change.kind, Linked(change.subject, change.subject), change.detail) for change in changes.changes
        ]
        yield Table(("Change", "What", "How"), rows)
    if changes.stars:
        rows = [(name, f"{gain:+,}", f"{stars:,}") for name, gain, stars in changes.stars]
        yield Table(("Repository", "Gained", "Stars"), rows, frozenset({"Gained", "Stars"}))


def _markdown(changes: Changes) -> Iterator[str]:
    yield f"## {_head(changes)}"
    yield from map(markdown_table, _tables(changes))


def _over_time(days: Sequence[Day]) -> Iterator[str]:
    """Yield the change since the first day of the history next to the newer file."""
    if len(days) > 1:
        first, last = days[0], days[-1]
        died = sum(len(day.died) for day in days[1:])
        yield (
            f"Since {first.date}: {_alive(first)} links alive, now {_alive(last)};"
            f" {died:,} died, {first.stars:,} stars, now {last.stars:,}"
        )


def _alive(day: Day) -> str:
    living = sum(day.effective_verdict.get(verdict, 0) for verdict in LIVING)
    return f"{living:,}"


def _head(changes: Changes) -> str:
    old, new = changes.between
    between = f"from {old:%Y-%m-%d} to {new:%Y-%m-%d}"
    return f"Changes {between}" if changes.changes or changes.stars else f"Nothing changed {between}"
