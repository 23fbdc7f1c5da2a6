"""Requests to GitHub's API: few of them, the token to it alone, and none left behind."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import overload

import httpx
import pytest

from lmsys_enrich.checkers.protocol import TaskQueue
from lmsys_enrich.http.messages import Outcome, Response
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from tests.builders import task
from tests.fakes import closed_queue
from tests.unit.checkers.github.api_double import (
    API,
    HOME,
    GitHub,
    hosts,
    many,
    node,
)
from tests.unit.checkers.github.conftest import Start


async def test_thousand_repositories_cost_at_most_twenty_requests(start: Start) -> None:
    urls, repositories = many(1000)
    run = start(GitHub(repositories))
    observations = await run.check(*urls)
    assert len(observations) == 1000
    assert sum(run.github.sizes) == 1000
    assert sum(run.points) == len(run.github.sizes) <= 20


class MadeTasks(Sequence[LinkTask]):
    """Tasks made when they are read, as those of a plan are; `made` counts them."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self.made = 0

    def __len__(self) -> int:
        return len(self._urls)

    @overload
    def __getitem__(self, index: int) -> LinkTask: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LinkTask]: ...

    def __getitem__(self, index: int | slice) -> LinkTask | Sequence[LinkTask]:
        found = self._urls[index]
        self.made += 1 if isinstance(found, str) else len(found)
        return task(found) if isinstance(found, str) else [task(url) for url in found]


async def test_very_long_list_is_not_held_in_memory(start: Start) -> None:
    tasks = MadeTasks([f"{HOME}/octo/r{number}" for number in range(50_000)])
    queue = TaskQueue(tasks)
    queue.close()
    async with aclosing(start(GitHub({})).checker.check(queue)) as results:
        assert isinstance(await anext(results), Observation)
    assert 0 < tasks.made < 25_000


async def test_repository_with_many_links_is_requested_once(start: Start) -> None:
    run = start(
        GitHub({"octo/hello": node("octo/hello", **{"object main:README.md": {"__typename": "Blob"}})})
    )
    urls = [f"{HOME}/octo/hello", f"{HOME}/Octo/Hello.git", f"{HOME}/octo/hello/wiki"]
    observations = await run.check(*urls, f"{HOME}/octo/hello/blob/main/README.md")
    assert run.github.sizes == [1]
    assert len(observations) == 4
    assert {one.verdict for one in observations.values()} == {Verdict.ALIVE}


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/users/nobody",
        "//evil.example/",
        "\\\\evil.example\\",
        "https:\\\\evil.example\\@api.github.com/",
        "https://api.github.com@evil.example/",
        "https://api.github.com\\@evil.example/",
        "https://api.github.com:8443/",
        "https://user:password@api.github.com/users/nobody",
        "https://[::",
    ],
)
async def test_the_token_goes_to_the_api_alone(start: Start, location: str) -> None:
    away = Response(301, {"location": location})
    run = start(GitHub(rest={"/users/nobody": away}, owners=["octocat"]))
    await run.check(f"{HOME}/nobody", f"{HOME}/octocat")
    assert hosts(run.github) == {"api.github.com"}
    assert all(str(r.url).startswith(API) for r in run.github.requests)


async def test_redirect_in_circles_or_to_plain_http_is_not_followed(start: Start) -> None:
    around = Response(301, {"location": f"{API}/users/nobody"})
    plain = Response(301, {"location": "http://api.github.com/users/plain"})
    nowhere = Response(301, {"location": "https://:0/"})
    run = start(GitHub(rest={"/users/nobody": around, "/users/plain": plain, "/users/nowhere": nowhere}))
    assert await run.check(f"{HOME}/nobody", f"{HOME}/plain", f"{HOME}/nowhere") == {}
    assert len(run.github.rest_paths) == 5
    assert run.checker.obstacles


async def test_requests_name_the_version_of_the_api(start: Start) -> None:
    run = start(GitHub())
    await run.check(f"{HOME}/nobody")
    assert {r.headers["x-github-api-version"] for r in run.github.requests} == {"2022-11-28"}
    assert all("accept" in r.headers for r in run.github.requests)


async def test_results_come_one_by_one_and_an_early_end_is_clean(start: Start) -> None:
    urls, repositories = many(500)
    run = start(GitHub(repositories))
    stream = run.checker.check(closed_queue(*map(task, urls)))
    first = await anext(stream)
    await stream.aclose()
    assert isinstance(first, Observation)
    assert first.verdict is Verdict.ALIVE
    assert len(run.github.requests) < 10


async def test_end_while_github_is_thinking_leaves_no_request(start: Start) -> None:
    thinking: list[str] = []

    class Thinks(GitHub):
        async def __call__(self, request: httpx.Request) -> Outcome:
            thinking.append(str(request.url))
            try:
                if self.requests:
                    await asyncio.Event().wait()
                return await super().__call__(request)
            finally:
                thinking.pop()

    urls, repositories = many(500)
    stream = start(Thinks(repositories)).checker.check(closed_queue(*map(task, urls)))
    await anext(stream)
    await stream.aclose()
    assert thinking == []
