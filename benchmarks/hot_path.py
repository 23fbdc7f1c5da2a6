"""
What each optimisation of the program's own code gives, in milliseconds of the processor.

    python -m benchmarks.hot_path

Each is measured against the plain way to do the same, for runs of 500 and of 10,000 links.
Prints a Markdown table: the medians of five, and their difference.
"""

import asyncio
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeAlias

import certifi

from benchmarks.lists import spread, urls
from lmsys_enrich.http import client, pool
from lmsys_enrich.http.messages import Response
from lmsys_enrich.model.finding import Finding, Verdict
from lmsys_enrich.outputs.yaml import yaml_item, yaml_text
from lmsys_enrich.politeness.retry import retry
from lmsys_enrich.store.findings import DiskStore
from lmsys_enrich.urls import host_of

_ROUNDS = 5
_SIZES = (500, 10_000)
_READINGS = 25  # of each address, in a run
_CONNECTIONS = 10  # links for each of them, in a run
_NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
_HEADERS = (("user-agent", "lmsys-enrich"), ("accept", "*/*"), ("accept-language", "en, *;q=0.5"))
_web = host_of.__globals__["_web"]  # the parser of an address, and its cache
Prepare: TypeAlias = Callable[[Path, int], Callable[[], object]]
"""Prepares, in a folder, what a run of so many links does, and returns it."""


def main() -> None:
    """Print the table."""
    titles = [f"{size:,} links, {column}" for size in _SIZES for column in ("plain", "as it is", "saved")]
    print(f"| milliseconds | {' | '.join(titles)} |\n| --- |{' ---: |' * len(titles)}")
    for name, plain, actual in _pairs():
        cells: list[str] = []
        for size in _SIZES:
            slow, fast = _milliseconds(plain, size), _milliseconds(actual, size)
            cells += [f"{slow:.1f}", f"{fast:.1f}", f"{slow - fast:.1f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _pairs() -> Iterator[tuple[str, Prepare, Prepare]]:
    yield "findings a thousand to a row of the cache", partial(_save, each=1), partial(_save, each=1000)
    yield "cache of 8 nights compacted", partial(_load, nights=8), partial(_load, nights=1)
    yield "one parse of each address", partial(_parse, read=_web.__wrapped__), partial(_parse, read=_web)
    lines = client._header_lines  # noqa: SLF001 - it is what is measured
    yield "header lines kept", partial(_serialize, make=lines.__wrapped__), partial(_serialize, make=lines)
    yield "no retry object for a final response", partial(_fetch, always=True), partial(_fetch, always=False)
    yield "no race for one address", partial(_connect, race=True), partial(_connect, race=False)
    yield "no TLS context before it is needed", _tls_context, _nothing
    yield "YAML of plain pairs by hand", partial(_yaml, by_hand=False), partial(_yaml, by_hand=True)


def _milliseconds(prepare: Prepare, size: int) -> float:
    seen = []
    for _ in range(_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            work = prepare(Path(folder), size)
            started = time.process_time()
            work()
            seen.append(time.process_time() - started)
    return median(seen) * 1000


def _addresses(links: int) -> Sequence[str]:
    return urls(spread(links, links // 20), 80)


def _findings(links: int) -> Sequence[Finding]:
    return [
        Finding(url=url, verdict=Verdict.ALIVE, reason="200 OK", checked_at=_NIGHT, first_seen=_NIGHT)
        for url in _addresses(links)
    ]


def _save(folder: Path, links: int, *, each: int) -> Callable[[], object]:
    found = _findings(links)

    def save() -> None:
        with closing(DiskStore(folder, print)) as store:
            for start in range(0, links, each):
                store.save(found[start : start + each])

    return save


def _load(folder: Path, links: int, *, nights: int) -> Callable[[], object]:
    found = _findings(links)
    with closing(DiskStore(folder, print)) as store:
        for _ in range(nights):
            store.save(found)

    def load() -> None:
        with closing(DiskStore(folder, print)) as store:
            store.load()

    return load


def _parse(folder: Path, links: int, *, read: Callable[[str], object]) -> Callable[[], object]:
    del folder
    addresses = _addresses(links)
    _web.cache_clear()
    return lambda: [read(address) for address in addresses for _ in range(_READINGS)]


def _serialize(
    folder: Path, links: int, *, make: Callable[[Sequence[tuple[str, str]]], str]
) -> Callable[[], object]:
    del folder
    return lambda: [make(_HEADERS) for _ in range(links)]


def _fetch(folder: Path, links: int, *, always: bool) -> Callable[[], object]:
    del folder
    response = Response(200, {})

    async def attempt() -> Response:
        return response

    async def fetch() -> None:
        for _ in range(links):
            if always:
                await retry(attempt, lambda _outcome, _attempts: None, asyncio.sleep)
            else:
                await attempt()

    return lambda: asyncio.run(fetch())


def _connect(folder: Path, links: int, *, race: bool) -> Callable[[], object]:
    del folder

    async def connect() -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        async with server:
            for _ in range(links // _CONNECTIONS):
                if race:
                    winner = await pool._connect_first(["127.0.0.1"], port)  # noqa: SLF001 - as above
                    transport, _ = await loop.create_connection(asyncio.Protocol, sock=winner)
                else:
                    transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
                transport.abort()

    return lambda: asyncio.run(connect())


def _tls_context(folder: Path, links: int) -> Callable[[], object]:
    del folder, links
    return lambda: ssl.create_default_context(cafile=certifi.where())


def _nothing(folder: Path, links: int) -> Callable[[], object]:
    del folder, links
    return lambda: None


def _yaml(folder: Path, links: int, *, by_hand: bool) -> Callable[[], object]:
    del folder
    entries = [
        {"id": f"entry-{n}", "name": f"Entry {n}", "url": url, "verdicts": {"url": "alive"}}
        for n, url in enumerate(_addresses(links))
    ]
    return lambda: [yaml_item(entry, 1) if by_hand else yaml_text([entry]) for entry in entries]


if __name__ == "__main__":
    main()
