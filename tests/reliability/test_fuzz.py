"""Parsers of untrusted bytes: they return a value, or raise the one expected exception."""

import asyncio
import json
import math
import os
import ssl
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmsys_enrich.api.json_values import parse
from lmsys_enrich.api.results import classify_response
from lmsys_enrich.checkers.github.graphql import read_aliases
from lmsys_enrich.checkers.github.links import parse_link
from lmsys_enrich.checkers.github.responses import classify_graphql, classify_rest
from lmsys_enrich.checkers.protocol import CheckResult
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.credentials import carries_credentials
from lmsys_enrich.errors import InputError
from lmsys_enrich.http.client import Body, join_headers
from lmsys_enrich.http.hosts import is_metadata, is_private, site_of
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response, parse_http_date
from lmsys_enrich.http.proxy import Proxies, ProxyClient
from lmsys_enrich.http.response_parser import NotHttp, ResponseParser
from lmsys_enrich.lists.read import parse_list
from lmsys_enrich.model.finding import LinkTask, Observation
from lmsys_enrich.papers.addresses import (
    parse_arxiv_link,
    parse_doi_link,
    parse_openreview_link,
    parse_s2_link,
)
from lmsys_enrich.politeness.client import PoliteClient, retry_after
from lmsys_enrich.politeness.limiter import HostLimiter
from lmsys_enrich.politeness.robots import crawl_delay
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.access import resolve_access, secret_headers
from lmsys_enrich.settings.sources import resolve
from lmsys_enrich.urls import InvalidAddress, decode_location, host_of, link_key
from lmsys_enrich.urls import resolve as resolve_address
from tests.fakes import NIGHT, FakeClock, closed_queue
from tests.reliability.foreign import (
    addresses,
    bodies,
    dates,
    digits,
    headers,
    json_values,
    markdown,
    responses,
    statuses,
    streams,
    toml,
)

_TLS = ssl.create_default_context()
foreign = settings(
    max_examples=int(os.environ.get("TORTURE_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass
class _Site:
    """Gives the responses one after the other, then the last one for ever."""

    responses: list[Outcome]

    async def __call__(self, request: Request) -> Outcome:
        del request
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


async def _judged(site: _Site, url: str) -> list[CheckResult]:
    clock = FakeClock()
    polite = PoliteClient(
        site, HostLimiter(clock), clock, retries=2, patience=timedelta(minutes=2), stats=RequestStats()
    )
    checker = WebsiteChecker(polite, Scheduler(per_host=1), concurrency=1, for_link=polite.for_link)
    async with aclosing(checker.check(closed_queue(LinkTask(url)))) as results:
        found = [result async for result in results]
    await polite.close()
    return found


@foreign
@given(st.lists(responses, min_size=1, max_size=5))
def test_any_responses_are_one_observation(answers: list[Outcome]) -> None:
    for result in asyncio.run(_judged(_Site(answers), "https://site.example/page#part")):
        assert isinstance(result, Observation), result
        assert "secret" not in f"{result.final_url}{result.suggestion}"


@foreign
@given(streams, st.lists(st.integers(1, 60), max_size=8), st.booleans())
def test_any_bytes_are_response_or_not_http(stream: bytes, cuts: list[int], bodiless: bool) -> None:
    parser = ResponseParser(bodiless=bodiless)
    with suppress(NotHttp):
        for size in cuts:
            parser.feed(stream[:size])
            stream = stream[size:]
        parser.feed(stream)
        parser.end()
    assert isinstance(parser.finish(), bool)
    body = Body(join_headers(parser.headers).get("content-encoding", ""), 100)
    while part := parser.take():
        body.add(part)
    assert len(body.result()[0]) <= 100


@foreign
@given(st.text(max_size=30), st.lists(st.binary(max_size=100), max_size=5))
def test_any_encoding_of_any_bytes_is_a_body(encoding: str, parts: list[bytes]) -> None:
    for name in (encoding, "gzip", "deflate", "gzip, deflate", ",gzip,,x-gzip"):
        body = Body(name, 50)
        for part in parts:
            body.add(part)
        assert len(body.result()[0]) <= 50


@foreign
@given(bodies, digits, addresses)
def test_any_robots_txt_is_a_delay(content: bytes, number: str, address: str) -> None:
    text = content.decode("utf-8", "replace")
    for robots in (text, f"User-agent: *\nDisallow: {address}\nCrawl-delay: {number}\n{text}"):
        assert 0 <= crawl_delay(robots) <= 1e6


@foreign
@given(dates, digits)
def test_any_date_and_wait_is_read_or_ignored(date: str, number: str) -> None:
    parsed = parse_http_date(date)
    assert parsed is None or parsed.utcoffset() == timedelta(0)
    for value in (date, number):
        seconds = retry_after(Response(503, {"retry-after": value, "date": date}), NIGHT)
        assert seconds is None or (math.isfinite(seconds) and seconds >= 0)


@foreign
@given(statuses, headers, st.one_of(bodies, json_values.map(lambda made: json.dumps(made).encode())))
def test_any_response_of_an_api_is_classified(status: int, fields: dict[str, str], body: bytes) -> None:
    response = Response(status, fields, body)
    for result in (
        classify_rest(response),
        classify_graphql(response),
        classify_response(response, parse, has_token=True),
    ):
        assert result is not None


@foreign
@given(json_values)
def test_any_json_is_aliases_of_graphql(body: object) -> None:
    assert len(read_aliases(body, 3)) == 3


@foreign
@given(addresses, addresses)
def test_any_address_is_read_or_refused(url: str, reference: str) -> None:
    assert isinstance(decode_location(reference), str)
    carries_credentials(url)
    is_private(reference)
    is_metadata(reference)
    site_of(reference)
    with suppress(InvalidAddress):
        assert resolve_address(url, reference) is not None
    with suppress(InvalidAddress):
        key = link_key(url)
        assert link_key(key) == key
        for read in (parse_arxiv_link, parse_doi_link, parse_openreview_link, parse_s2_link):
            read(key)
        parse_link(key, "https://github.com")
        if key.startswith("http"):
            assert host_of(key)


@foreign
@given(st.one_of(markdown.map(str.encode), st.binary(max_size=200)), st.sampled_from(["md", "yaml"]))
def test_any_list_is_read_or_refused(content: bytes, suffix: str) -> None:
    for whole in (content, b"title: A\nsections:\n  - title: S\n    entries:\n    - " + content):
        with suppress(InputError):
            parse_list(whole, Path(f"list.{suffix}"))


@foreign
@given(st.one_of(toml.map(str.encode), st.binary(max_size=100)), st.text(max_size=30))
def test_any_settings_are_read_or_refused(content: bytes, text: str) -> None:
    with suppress(InputError):
        resolve({}, {"LMSYS_ENRICH_TIMEOUT": text, "LMSYS_ENRICH_EXCLUDE": text}, Path(), lambda _: content)
    with suppress(InputError):
        secret_headers({"LMSYS_ENRICH_HEADERS": f"site.example X: {text}\n{text}"})
    for name in (
        "GITHUB_API_URL",
        "LMSYS_ENRICH_TOKENS",
        "LMSYS_ENRICH_FORGES",
        "HF_ENDPOINT",
        "GITHUB_TOKEN",
    ):
        with suppress(InputError):
            resolve_access({name: text})


async def _through_proxy(stream: bytes) -> Outcome:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(stream)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = ProxyClient(
        _Site([FetchError(ErrorKind.BUG, "")]),
        Proxies({"HTTP_PROXY": f"http://127.0.0.1:{port}"}),
        _TLS,
        1.0,
        allow_private=False,
    )
    async with server:
        outcome = await client(Request("GET", "http://site.example/", body_limit=50))
        await client.close()
    return outcome


@foreign
@given(streams)
def test_any_response_of_a_proxy_is_an_outcome(stream: bytes) -> None:
    outcome = asyncio.run(_through_proxy(stream))
    assert isinstance(outcome, Response) or outcome.kind is not ErrorKind.BUG
