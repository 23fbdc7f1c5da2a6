"""Recorded responses of the real GitHub, of npm's @octokit/fixtures, read by the checker."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.checkers.github.checker import github_checkers
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.settings.access import Access
from tests.unit.checkers.services import service

_FIXTURES = os.environ.get("OCTOKIT_FIXTURES", "")

pytestmark = pytest.mark.skipif(
    not _FIXTURES, reason="OCTOKIT_FIXTURES names no folder of npm @octokit/fixtures: see .ci/run"
)


def _recorded(scenario: str) -> Callable[[httpx.Request], httpx.Response]:
    path = Path(_FIXTURES, "scenarios", "api.github.com", scenario, "normalized-fixture.json")
    exchanges: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    by_path = {one["path"]: one for one in exchanges if one["method"] == "get"}

    def answer(request: httpx.Request) -> httpx.Response:
        found = by_path.get(request.url.path)
        if found is None:  # commits and releases were not recorded
            return httpx.Response(404, json={"message": "Not Found"})
        # The body is stored as JSON, without the encoding that it was sent in.
        unsent = {"content-length", "content-encoding", "transfer-encoding"}
        headers = {name: str(value) for name, value in found["headers"].items() if name not in unsent}
        return httpx.Response(found["status"], headers=headers, json=found["response"])

    return answer


async def test_recorded_repository_is_alive_with_its_facts(httpx_mock: HTTPXMock) -> None:
    url = "https://github.com/octokit-fixture-org/hello-world"
    opened = service(
        httpx_mock, lambda apis: next(iter(github_checkers(apis))), _recorded("get-repository"), Access()
    )
    async with opened as github:
        observation = (await github.check(url)).observations[url]
    assert observation.verdict is Verdict.ALIVE
    assert observation.repository is not None
    facts = observation.repository.facts
    assert (facts.full_name, facts.id, facts.default_branch) == (
        "octokit-fixture-org/hello-world",
        1000,
        "master",
    )
    assert facts.stars is not None


async def test_recorded_rename_is_moved_to_its_new_name(httpx_mock: HTTPXMock) -> None:
    url = "https://github.com/octokit-fixture-org/rename-repository"
    opened = service(
        httpx_mock, lambda apis: next(iter(github_checkers(apis))), _recorded("rename-repository"), Access()
    )
    async with opened as github:
        observation = (await github.check(url)).observations[url]
    assert observation.verdict is Verdict.MOVED
    assert observation.suggestion is not None
    assert observation.suggestion.url == "https://github.com/octokit-fixture-org/rename-repository-newname"
