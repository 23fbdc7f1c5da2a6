"""HTTP client for APIs, against pytest-httpx."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.client import ApiClient
from lmsys_enrich.http.messages import ErrorKind, FetchError, Request, RequestKind, Response
from lmsys_enrich.http.proxy import Proxies
from lmsys_enrich.politeness.stats import RequestStats
from tests.fakes import FakeClock, api_client

_URL = "https://api.example.org/graphql"
_TOKEN = {"authorization": "Bearer secret"}


def _request(url: str = _URL, body_limit: int = 1000) -> Request:
    return Request("POST", url, RequestKind.GRAPHQL, _TOKEN, b"{}", body_limit, trusted=True)


@asynccontextmanager
async def _client(
    stats: RequestStats | None = None, proxies: Proxies | None = None, patience: float = 5.0
) -> AsyncGenerator[ApiClient, None]:
    async with api_client(FakeClock(), proxies, stats, patience) as client:
        yield client


async def test_response_is_a_value_with_joined_headers(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=203, headers=[("x-a", "1"), ("X-A", "2")], content=b"{}")
    async with _client() as client:
        response = await client(_request())
    assert isinstance(response, Response)
    assert (response.status, response.headers["x-a"], response.body, response.whole) == (
        203,
        "1, 2",
        b"{}",
        True,
    )


async def test_request_carries_its_headers_and_our_name(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response()
    async with _client() as client:
        await client(_request())
    (sent,) = httpx_mock.get_requests()
    assert (sent.method, sent.content, sent.headers["authorization"]) == ("POST", b"{}", "Bearer secret")
    assert sent.headers["user-agent"].startswith("lmsys-enrich/")


async def test_redirect_is_not_followed_with_the_token(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=302, headers={"location": "https://evil.example/"})
    async with _client() as client:
        response = await client(_request())
    assert isinstance(response, Response)
    assert (response.status, response.headers["location"]) == (302, "https://evil.example/")
    assert len(httpx_mock.get_requests()) == 1


@pytest.mark.parametrize("location", ["http://[::", "http://a:99999999/", "//\x00", "\xff"])
async def test_unreadable_location_is_no_exception(httpx_mock: HTTPXMock, location: str) -> None:
    httpx_mock.add_response(status_code=302, headers=[(b"location", location.encode("latin-1"))])
    async with _client() as client:
        outcome = await client(_request())
    assert isinstance(outcome, Response | FetchError)


async def test_cookies_are_not_sent_back(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(headers={"set-cookie": "a=1; Path=/"})
    httpx_mock.add_response()
    async with _client() as client:
        await client(_request())
        await client(_request())
    assert "cookie" not in httpx_mock.get_requests()[1].headers


async def test_body_is_read_no_further_than_its_limit(httpx_mock: HTTPXMock) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    httpx_mock.add_response(headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    async with _client() as client:
        response = await client(_request(body_limit=100))
    assert isinstance(response, Response)
    assert (len(response.body), response.whole) == (100, False)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectTimeout("slow"), ErrorKind.TIMEOUT),
        (httpx.ReadTimeout("slow"), ErrorKind.TIMEOUT),
        (httpx.ConnectError("refused"), ErrorKind.UNREACHABLE),
        (httpx.ReadError("reset"), ErrorKind.RESET),
        (httpx.RemoteProtocolError("no response"), ErrorKind.RESET),
        (httpx.ProxyError("407"), ErrorKind.PROXY),
        (httpx.DecodingError("bad"), ErrorKind.PROTOCOL),
    ],
)
async def test_failures_are_values(httpx_mock: HTTPXMock, error: Exception, kind: ErrorKind) -> None:
    httpx_mock.add_exception(error)
    async with _client() as client:
        outcome = await client(_request())
    assert isinstance(outcome, FetchError)
    assert outcome.kind is kind
    assert "secret" not in outcome.detail


@pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
async def test_silent_service_ends_with_the_timeout(httpx_mock: HTTPXMock) -> None:
    async def silent(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    callback: Callable[[httpx.Request], object] = silent
    httpx_mock.add_callback(callback)  # type: ignore[arg-type]  # an async callback is documented
    async with _client(patience=0.01) as client:
        outcome = await client(_request())
    assert outcome == FetchError(ErrorKind.TIMEOUT, "no response within 0.01 seconds")


async def test_requests_are_counted_by_kind(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(is_reusable=True)
    stats = RequestStats()
    async with _client(stats) as client:
        await client(_request())
        await client(Request("GET", _URL, RequestKind.REST))
    traffic = stats.traffic(cached=0, seconds=0)
    assert (traffic.graphql, traffic.rest, traffic.web) == (1, 1, 0)


@pytest.mark.parametrize(
    ("environ", "patterns"),
    [
        ({}, {}),
        (
            {"https_proxy": "proxy:3128", "NO_PROXY": ".corp.example, localhost:80"},
            {
                "https://": "http://proxy:3128",
                "all://corp.example": None,
                "all://*.corp.example": None,
                "all://localhost": None,
                "all://*.localhost": None,
            },
        ),
        ({"https_proxy": "proxy:3128", "no_proxy": "*"}, {}),
    ],
)
def test_proxies_and_their_exceptions_are_mounted(
    environ: dict[str, str], patterns: dict[str, str | None]
) -> None:
    assert Proxies(environ).patterns() == patterns
