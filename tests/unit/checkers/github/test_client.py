"""GitHub's API through httpx, with responses in the forms that GitHub documents."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.client import ApiClient
from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.rate_limiter import RateLimiter
from lmsys_enrich.api.results import Ok, QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.github.client import GitHubApi
from lmsys_enrich.checkers.github.query import Query
from lmsys_enrich.settings.access import Access
from tests.fakes import FakeClock, api_client
from tests.unit.checkers.github.api_double import ACCESS, API, DATE, DATE_EPOCH, GRAPHQL

QUERY = Query("query{rateLimit{cost remaining resetAt}}", {})
QUOTA = {"cost": 1, "remaining": 4998, "resetAt": "2026-11-23T03:00:00Z"}


class Opened:
    """GitHub's API on a client of its own, with the clock and the points that it spends."""

    def __init__(self, client: ApiClient, clock: FakeClock, token: str | None) -> None:
        self.clock, self.points = clock, list[tuple[int, int | None]]()
        self.limiter = RateLimiter(clock, timedelta(minutes=2), api="GitHub", status_page="")
        spent = lambda points, left: self.points.append((points, left))  # noqa: E731
        apis = Apis(client, clock, Access(), timedelta(minutes=2), spent)
        self.api = GitHubApi(apis, ACCESS, self.limiter, token)


@asynccontextmanager
async def opened(token: str | None = ACCESS.token) -> AsyncGenerator[Opened, None]:
    clock = FakeClock()
    async with api_client(clock) as client:
        yield Opened(client, clock, token)


async def test_query_carries_token_version_and_variables(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=GRAPHQL, method="POST", json={"data": {"rateLimit": QUOTA}})
    async with opened() as github:
        result = await github.api.graphql(Query(QUERY.text, {"v0": "octo"}))
    (sent,) = httpx_mock.get_requests()
    assert isinstance(result, Ok)
    assert json.loads(sent.content) == {"query": QUERY.text, "variables": {"v0": "octo"}}
    assert sent.headers["authorization"] == f"Bearer {ACCESS.token}"
    assert sent.headers["x-github-api-version"] == "2022-11-28"
    assert github.points == [(1, 4998)]


async def test_anonymous_request_carries_no_token(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{API}/users/octo", json={"login": "octo"})
    async with opened(token=None) as github:
        assert isinstance(await github.api.rest("/users/octo"), Ok)
    assert "authorization" not in httpx_mock.get_requests()[0].headers


async def test_renamed_repository_is_followed_on_the_api_host(httpx_mock: HTTPXMock) -> None:
    moved = {"location": f"{API}/repositories/1"}
    httpx_mock.add_response(url=f"{API}/repos/octo/old", status_code=301, headers=moved, json={})
    httpx_mock.add_response(url=f"{API}/repositories/1", json={"full_name": "octo/new"})
    async with opened() as github:
        result = await github.api.rest("/repos/octo/old")
    assert isinstance(result, Ok)
    assert result.body == {"full_name": "octo/new"}


@pytest.mark.parametrize(
    "location", ["https://evil.example/", "http://api.github.com/", "http://[::", "//:0/"]
)
async def test_redirect_to_another_host_gets_no_token(httpx_mock: HTTPXMock, location: str) -> None:
    httpx_mock.add_response(status_code=301, headers={"location": location}, json={}, is_reusable=True)
    async with opened() as github:
        assert isinstance(await github.api.rest("/repos/octo/old"), TransientError)
    assert {request.url.host for request in httpx_mock.get_requests()} == {"api.github.com"}


async def test_primary_limit_is_waited_for_until_its_reset(httpx_mock: HTTPXMock) -> None:
    limit = {
        "date": DATE,
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(DATE_EPOCH + 60),
        "x-ratelimit-resource": "core",
    }
    httpx_mock.add_response(
        status_code=403, headers=limit, json={"message": "API rate limit exceeded for user ID 1."}
    )
    httpx_mock.add_response(json={"login": "octo"})
    async with opened() as github:
        assert isinstance(await github.api.rest("/users/octo"), Ok)
    assert [seconds for seconds in github.clock.slept if seconds] == [61]


async def test_bad_credentials_close_both_apis(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=401, json={"message": f"Bad credentials {ACCESS.token}"})
    async with opened() as github:
        assert await github.api.graphql(QUERY) == Unavailable()
        assert await github.api.rest("/users/octo") == Unavailable()
    assert len(httpx_mock.get_requests()) == 1
    (obstacle,) = github.limiter.obstacles
    assert obstacle.what == "GitHub rejects the token (Bad credentials …)"


async def test_query_that_times_out_is_divided_not_repeated(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))
    async with opened() as github:
        assert isinstance(await github.api.graphql(QUERY), QueryTooLarge)
    assert len(httpx_mock.get_requests()) == 1


async def test_outage_is_retried_three_times(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=503, html="<title>Unicorn!</title>", is_reusable=True)
    async with opened() as github:
        assert await github.api.rest("/users/octo") == TransientError("status 503")
    assert len(httpx_mock.get_requests()) == 3
