"""A measured tool that has not done its work ends the benchmark: its time would look like a fast one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.lists import spread, urls
from benchmarks.measure import OUTPUT, ToolError, measured, require
from benchmarks.report import with_section
from benchmarks.rows import right
from benchmarks.servers import farm, measured_on
from benchmarks.tools import Judged, Tool, judged_by_us, peers

LINKS = spread(5, 5)
REQUESTS = "import sys, urllib.request\nfor url in sys.argv[1:]: urllib.request.urlopen(url).read()"


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.setenv(name, "")  # the farm sets them, and they are put back
    with farm(tmp_path) as ports:
        yield ports.clear


def tool(script: str) -> Tool:
    return Tool("a tool", lambda *_: (), (sys.executable, "-c", script), lambda *_: Judged(0, 0))


def printed(name: str, links: int, bad: int) -> str:
    """What a tool prints about so many links of the list `many`."""
    if name.startswith("lychee"):
        return json.dumps({"total": links, "errors": bad, "timeouts": 0})
    found = [{"state": "BROKEN" if number < bad else "OK", "parent": "many.md"} for number in range(links)]
    return json.dumps({"links": [{"url": "many.md", "state": "OK"}, *found]})


OURS = Tool("lmsys-enrich", lambda *_: (), (), judged_by_us)


def test_tool_that_fails_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="ended with 1: no such list"):
        measured((sys.executable, "-c", "import sys; sys.exit('no such list')"), tmp_path, {})


def test_tool_that_is_not_there_is_no_fast_one(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="was not measured"):
        measured((str(tmp_path / "lychee"), "list.md"), tmp_path, {})


def test_tool_that_sends_too_few_requests_is_refused(tmp_path: Path, port: int) -> None:
    addresses = [url for url in urls(LINKS, port) if "/200/" in url]
    everything = (sys.executable, "-c", REQUESTS, *addresses)
    assert measured_on(port, len(addresses), everything, tmp_path).wall > 0
    with pytest.raises(ToolError, match=f"{len(addresses) - 1}, where {len(addresses)} are the least"):
        measured_on(port, len(addresses), everything[:-1], tmp_path)


def test_version_that_prints_nothing_is_refused() -> None:
    assert tool("print('lychee 0.24.2')").version() == "a tool 0.24.2"
    with pytest.raises(ToolError, match="printed nothing"):
        tool("").version()
    with pytest.raises(subprocess.CalledProcessError):
        tool("raise SystemExit(1)").version()


def test_run_that_has_done_less_than_its_work_is_refused() -> None:
    require({"web": 400}, "web", 400)
    with pytest.raises(ToolError, match="web: 399, where 400 are the least"):
        require({"web": 399}, "web", 400)


@pytest.mark.parametrize("peer", peers(), ids=lambda peer: peer.name)
def test_tool_that_reports_other_links_is_refused(tmp_path: Path, peer: Tool) -> None:
    expected = right(spread(1_000, 10))
    assert 0 < expected.bad < 100
    (tmp_path / OUTPUT).write_text(printed(peer.name, 1_000, expected.bad))
    peer.judged(tmp_path, "many", expected)
    for links, bad in ((999, expected.bad), (1_000, expected.bad - 1), (1_000, expected.bad + 1)):
        (tmp_path / OUTPUT).write_text(printed(peer.name, links, bad))
        with pytest.raises(ToolError, match=f"{peer.name} on many: .*is right"):
            peer.judged(tmp_path, "many", expected)


@pytest.mark.parametrize("peer", [OURS, *peers()], ids=lambda peer: peer.name)
def test_tool_that_prints_nothing_is_refused(tmp_path: Path, peer: Tool) -> None:
    (tmp_path / OUTPUT).write_text("")
    with pytest.raises(ToolError, match="left no report on many"):
        peer.judged(tmp_path, "many", Judged(0, 0))


def test_measured_section_leaves_the_others() -> None:
    page = "# Benchmarks\n\n## A. Old\n\n1\n\n## D, E. Old\n\n2\n\n## Not measured, and not compared\n\n3\n"
    page = with_section(with_section(page, "D", "## D, E. New\n\n4"), "M", "## M. New\n\n5")
    assert page.split("\n\n")[1:9] == [
        "## A. Old",
        "1",
        "## D, E. New",
        "4",
        "## M. New",
        "5",
        *page.split("\n\n")[7:9],
    ]
