"""Checkers of forges and services on an httpx client, for tests with pytest-httpx."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.checkers.protocol import Checker, CheckError, Deferred
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.settings.access import Access
from tests.builders import task
from tests.fakes import FakeClock, api_client, closed_queue

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Checked:
    """Results of a checker, by link."""

    observations: dict[str, Observation] = field(default_factory=dict)
    deferred: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Service:
    """A checker, and the requests that its API receives."""

    checker: Checker
    clock: FakeClock
    requests: list[httpx.Request] = field(default_factory=list)

    async def check(self, *links: LinkTask | str) -> Checked:
        tasks = [task(link) if isinstance(link, str) else link for link in links]
        assert all(self.checker.claims(one.url) for one in tasks)
        checked = Checked()
        async for result in self.checker.check(closed_queue(*tasks)):
            match result:
                case Observation():
                    checked.observations[result.url] = result
                case Deferred():
                    checked.deferred.append(result.task.url)
                case CheckError():
                    checked.errors.append(result.task.url)
        every = [*checked.observations, *checked.deferred, *checked.errors]
        assert sorted(every) == sorted(one.url for one in tasks), "one result for each link"
        return checked


@asynccontextmanager
async def service(
    httpx_mock: HTTPXMock, make: Callable[[Apis], Checker], answer: Answer, access: Access
) -> AsyncGenerator[Service, None]:
    """Open a checker whose API answers as a test says."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer(request)

    clock = FakeClock()
    async with apis_of(httpx_mock, respond, access, clock) as apis:
        yield Service(make(apis), clock, requests)


@asynccontextmanager
async def apis_of(
    httpx_mock: HTTPXMock, answer: Answer, access: Access, clock: FakeClock | None = None
) -> AsyncGenerator[Apis, None]:
    """Open APIs that answer as a test says."""
    clock = clock or FakeClock()
    httpx_mock.add_callback(answer, is_reusable=True, is_optional=True)
    async with api_client(clock) as client:
        yield Apis(client, clock, access, timedelta(minutes=2))


def reply(body: object, status: int = 200, /, **headers: str) -> httpx.Response:
    """Return a response with JSON; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def page(status: int) -> httpx.Response:
    """Return a page of HTML, as firewalls and proxies send."""
    return httpx.Response(status, html="<title>Not Found</title>")


def sent(request: httpx.Request) -> dict[str, object]:
    """Return the JSON of a request."""
    content: dict[str, object] = json.loads(request.content)
    return content


def _timeout(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no response", request=request)


def _reset(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("connection reset", request=request)


FAULTS: dict[str, Answer] = {
    "401 with a token": lambda _: reply({"message": "401 Unauthorized"}, 401),
    "403 refuses": lambda _: reply({"message": "403 Forbidden"}, 403),
    "403 as HTML": lambda _: page(403),
    "404 as HTML": lambda _: page(404),
    "404 as text": lambda _: httpx.Response(404, text="Not Found"),
    "404 as another API's JSON": lambda _: reply({"reason": "no route"}, 404),
    "404 of a gateway": lambda _: reply({"message": "no Route matched with those values"}, 404),
    "404 of another gateway": lambda _: reply({"message": "Not Found"}, 404),
    "404 as a list": lambda _: reply([], 404),
    "410 as HTML": lambda _: page(410),
    "429 for an hour": lambda _: reply({"message": "Retry later"}, 429, retry_after="3600"),
    "429 for ever": lambda _: httpx.Response(429, text="Retry later"),
    "429 with a date": lambda _: reply({}, 429, retry_after="Fri, 31 Dec 9999 23:59:59 GMT"),
    "429 with garbage": lambda _: reply({}, 429, retry_after="9" * 5000),
    "500": lambda _: reply({"message": "500 Internal Server Error"}, 500),
    "502 as HTML": lambda _: page(502),
    "503": lambda _: httpx.Response(503, text="down"),
    "200 as HTML": lambda _: page(200),
    "200 with an error": lambda _: reply({"errors": [{"message": "Timeout on validation"}]}),
    "200 with null": lambda _: reply(None),
    "200 with an empty object": lambda _: reply({}),
    "200 with another type": lambda _: reply({"data": [1], "id": [], "full_name": 3, "nodes": "x"}),
    "half a response": lambda _: httpx.Response(200, content=b'{"id": 1, "full_name": "ac'),
    "another thing": lambda _: reply({"id": "evil/../x", "full_name": "../../x", "fullPath": "<b>"}),
    "redirect to another host": lambda _: httpx.Response(302, headers={"location": "https://evil.example/"}),
    "redirect in circles": lambda request: httpx.Response(307, headers={"location": str(request.url)}),
    "redirect nowhere": lambda _: httpx.Response(301, headers={"location": "http://[::"}),
    "time-out": _timeout,
    "connection reset": _reset,
}
"""Answers of an API of which no link may die, and no fact be lost."""
