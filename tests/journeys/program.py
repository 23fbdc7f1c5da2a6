"""The program as users start it, and the websites and lists that tests give it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias

from lmsys_enrich.cli.main import main
from lmsys_enrich.simulation.server import Received, Response, Sent
from tests.builders import day

NOT_FOUND = Sent(404)

Json: TypeAlias = Any
"""JSON as tests read it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a user sees when the program has ended."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> Json:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass
class Program:
    """`lmsys-enrich` in a folder of its own; `night` is the run's time."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    night: datetime = field(default_factory=lambda: day(1))

    def __call__(self, *argv: str) -> Ended:
        out, err = StringIO(), StringIO()
        code = main(argv, self.environment, out, err)
        return Ended(code, out.getvalue(), err.getvalue())

    @property
    def environment(self) -> dict[str, str]:
        return {"SOURCE_DATE_EPOCH": str(int(self.night.timestamp())), **self.environ}

    def run(self, *argv: str) -> Ended:
        """The main job with its summary as JSON; links to loopback are links like others."""
        return self("run", "--json", "--allow-private", *argv)

    def write_list(self, *urls: str, name: str = "entries.yaml") -> None:
        """A list with an entry for each address."""
        lines = [f"      - name: Entry {number}\n        url: {url}\n" for number, url in enumerate(urls, 1)]
        text = "title: A list\nsections:\n  - title: Tools\n    entries:\n" + "".join(lines)
        (self.folder / name).write_text(text, encoding="utf-8")

    def text(self, name: str) -> str:
        """An output, as it lies there."""
        return (self.folder / "build" / name).read_text(encoding="utf-8")

    def json(self, name: str) -> Json:
        return json.loads(self.text(name))

    def outputs(self) -> dict[str, bytes]:
        """Every output under its path."""
        out = self.folder / "build"
        return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def verdicts(self) -> dict[str, str]:
        """The verdict of each link, from the outputs."""
        links = [link for entry in self.json("enriched.json")["entries"] for link in entry["links"]]
        return {link["url"]: link["verdict"] for link in links}

    def link(self, url: str) -> Json:
        """All fields of each link in the outputs."""
        links = [link for entry in self.json("enriched.json")["entries"] for link in entry["links"]]
        return next(link for link in links if link["url"] == url)


@dataclass
class Pages:
    """A website by path, for HEAD and GET alike; of a list each is given once, the last for ever."""

    pages: Mapping[str, Response | Sequence[Response]]
    asked: dict[str, int] = field(default_factory=dict)

    async def __call__(self, received: Received) -> Response:
        page = self.pages.get(received.path, NOT_FOUND)
        if not isinstance(page, Sequence):
            return page
        turn = self.asked[received.path] = self.asked.get(received.path, 0) + 1
        return page[min(turn, len(page)) - 1]


@dataclass
class Site:
    """A website of which some pages are gone."""

    gone: set[str] = field(default_factory=set)

    async def __call__(self, received: Received) -> Response:
        return NOT_FOUND if received.path in self.gone else Sent(200)


def to(url: str, status: int = 301) -> Sent:
    """A redirect."""
    return Sent(status, {"location": url})
