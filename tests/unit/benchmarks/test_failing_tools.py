"""A measured tool that has not done its work ends the benchmark: its time would look like a fast one."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.lists import spread, urls
from benchmarks.measure import ToolError, measured, require
from benchmarks.servers import farm, measured_on
from benchmarks.tools import Tool

LINKS = spread(5, 5)
REQUESTS = "import sys, urllib.request\nfor url in sys.argv[1:]: urllib.request.urlopen(url).read()"


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        monkeypatch.setenv(name, "")  # the farm sets them, and they are put back
    with farm(tmp_path) as ports:
        yield ports.clear


def tool(script: str) -> Tool:
    return Tool("a tool", lambda *_: (), (sys.executable, "-c", script))


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
