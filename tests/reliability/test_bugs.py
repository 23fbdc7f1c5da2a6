"""Exceptions in our code, at random: each costs one link, and everything else is written."""

import io
import json
import random
from pathlib import Path, PosixPath

import pytest

from lmsys_enrich.cli.run import RunRequest, execute_run
from lmsys_enrich.cli.terminal import Terminal
from lmsys_enrich.http.messages import Fetch, Outcome, Request, Response
from lmsys_enrich.lists.read import read_lists
from lmsys_enrich.settings.settings import Settings

_LINKS = 300
_EXCEPTIONS = (ValueError, KeyError, OverflowError, RecursionError, AssertionError, StopIteration, OSError)


def _entries(urls: list[str]) -> str:
    entries = "".join(f"      - name: Link {n}\n        url: {url}\n" for n, url in enumerate(urls))
    return f"title: Links\nsections:\n  - title: All\n    entries:\n{entries}"


def _raising_at_random(chance: random.Random) -> Fetch:
    async def fetch(_: Request) -> Outcome:
        if chance.random() < 0.2:
            raise chance.choice(_EXCEPTIONS)("a bug")
        return Response(200, {})

    return fetch


@pytest.mark.parametrize("seed", range(3))
async def test_every_link_but_those_with_a_bug_is_judged(tmp_path: Path, seed: int) -> None:
    urls = [f"https://host{n % 7}.example/{n}" for n in range(_LINKS)]
    (tmp_path / "entries.yaml").write_text(_entries(urls), encoding="utf-8")
    settings = Settings(out=tmp_path / "build", cache=tmp_path / "cache", verbose=True)
    terminal = Terminal(io.StringIO(), errors := io.StringIO(), {})
    request = RunRequest(
        (tmp_path / "entries.yaml",),
        settings,
        {},
        through=lambda _: _raising_at_random(random.Random(seed)),  # noqa: S311 - no secret
    )
    assert await execute_run(request, terminal) == 1
    written = json.loads((tmp_path / "build" / "enriched.json").read_text(encoding="utf-8"))
    links = [link for entry in written["entries"] for link in entry["links"]]
    with_bug = [link for link in links if link["verdict"] == "unchecked"]
    assert len(links) == _LINKS
    assert {link["verdict"] for link in links} == {"alive", "unchecked"}
    assert {link["reason"] for link in with_bug} == {"a bug in lmsys-enrich"}
    assert 20 < len(with_bug) < 120
    assert errors.getvalue().count("a bug in lmsys-enrich stopped the check") == len(with_bug)
    assert "Traceback" in errors.getvalue()


class _Broken(PosixPath):
    """Name of a list whose reading meets a bug."""

    @property
    def suffix(self) -> str:
        raise RecursionError("a bug")


async def test_list_that_meets_a_bug_costs_itself_alone(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(f"# L\n\n- [{name}](https://{name}.example/)\n", encoding="utf-8")
    settings = Settings(out=tmp_path / "build", cache=tmp_path / "cache", verbose=True)
    terminal = Terminal(io.StringIO(), errors := io.StringIO(), {})
    lists = (_Broken(tmp_path / "a.md"), tmp_path / "b.md")
    request = RunRequest(lists, settings, {}, through=lambda _: _alive)
    assert await execute_run(request, terminal) == 1
    written = json.loads((tmp_path / "build" / "enriched.json").read_text(encoding="utf-8"))
    assert [entry["url"] for entry in written["entries"]] == ["https://b.md.example/"]
    assert (
        f"{tmp_path}/a.md: a bug in lmsys-enrich stopped reading it, RecursionError('a bug')"
        in errors.getvalue()
    )
    assert "Traceback" in errors.getvalue()


def test_bug_is_raised_where_it_costs_every_list(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# L\n\n- [B](https://b.example/)\n", encoding="utf-8")
    said: list[str] = []
    lists = [_Broken(tmp_path / "a.md"), tmp_path / "b.md"]
    catalogs = read_lists(lists, on_bug=lambda what, _: said.append(what))
    assert [catalog.source.name for catalog in catalogs] == ["b.md"]
    assert len(said) == 1
    with pytest.raises(RecursionError):
        read_lists(lists[:1], on_bug=lambda what, _: said.append(what))


async def _alive(_: Request) -> Outcome:
    return Response(200, {})
