"""Clients of registries through httpx, with answers in the forms that the services document."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.api.endpoint import Apis
from lmsys_enrich.api.results import QueryTooLarge, TransientError, Unavailable
from lmsys_enrich.checkers.arxiv.checker import ArxivApi
from lmsys_enrich.checkers.doi.registries import Crossref, DataCite, DoiOrg, Handle
from lmsys_enrich.fact_sources.citations import OpenAlex, SemanticScholar
from lmsys_enrich.fact_sources.wayback import Wayback
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.model.json_fields import Json
from lmsys_enrich.settings.access import Access, ApiAccess
from tests.builders import finding
from tests.fakes import FakeClock, api_client
from tests.unit.checkers.arxiv.feeds import error, feed, paper
from tests.unit.checkers.doi.answers import datacite, handle, work, works

ARXIV = "https://export.arxiv.org/api/query"
DOI = "10.1145/3600006.3613165"
KEYS = Access(
    contact="maintainer@example.org",
    semantic_scholar=ApiAccess("https://api.semanticscholar.org", "s2-key"),
    openalex=ApiAccess("https://api.openalex.org", "oa-key"),
)


@asynccontextmanager
async def opened(access: Access = KEYS) -> AsyncGenerator[Apis, None]:
    clock = FakeClock()
    async with api_client(clock) as client:
        yield Apis(client, clock, access, timedelta(minutes=2))


async def test_arxiv_gets_a_form_with_a_contact(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(url=ARXIV, method="POST", content=feed(paper("2201.12023v3")))
    async with opened() as apis:
        found = await ArxivApi(apis).papers(["2201.12023", "2201.00001"])
    (sent,) = httpx_mock.get_requests()
    assert not isinstance(found, QueryTooLarge | TransientError | Unavailable)
    assert found.keys() == {"2201.12023"}
    assert parse_qs(sent.content.decode()) == {"id_list": ["2201.12023,2201.00001"], "max_results": ["2"]}
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert sent.headers["accept"] == "application/atom+xml"
    assert "maintainer@example.org" in sent.headers["user-agent"]


@pytest.mark.parametrize(
    ("answer", "requests"),
    [
        (httpx.Response(429), 3),
        (httpx.Response(503, headers={"retry-after": "10"}), 5),
        (httpx.Response(406, text="Not Acceptable"), 3),
        (httpx.Response(200, text="Rate exceeded."), 3),
        (httpx.Response(200, html="<!DOCTYPE html><p>Maintenance</p>"), 3),
        (httpx.Response(301, headers={"location": "https://evil.example.org/api/query"}), 1),
    ],
    ids=["429", "503", "406", "text", "html", "redirect"],
)
async def test_refusal_of_arxiv_is_no_answer(
    httpx_mock: HTTPXMock, answer: httpx.Response, requests: int
) -> None:
    httpx_mock.add_callback(lambda _: answer, is_reusable=True)
    async with opened() as apis:
        result = await ArxivApi(apis).papers(["2201.12023", "2201.00001"])
    assert isinstance(result, QueryTooLarge | TransientError | Unavailable)
    assert len(httpx_mock.get_requests()) <= requests
    assert {request.url.host for request in httpx_mock.get_requests()} == {"export.arxiv.org"}


@pytest.mark.parametrize("status", [200, 400])
async def test_malformed_identifier_divides_the_batch(httpx_mock: HTTPXMock, status: int) -> None:
    httpx_mock.add_response(url=ARXIV, status_code=status, content=feed(error()))
    async with opened() as apis:
        result = await ArxivApi(apis).papers(["2201.12023", "2201.00001"])
    assert isinstance(result, QueryTooLarge)


async def test_crossref_gets_a_filter_or_one_doi(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=works(work(DOI)))
    httpx_mock.add_response(json=works())
    httpx_mock.add_response(status_code=404, text="Resource not found.")
    async with opened() as apis:
        crossref = Crossref(apis)
        found = await crossref.records([DOI, "10.1145/1"])
        missing = await crossref.records(["10.1002/a,b"])
    many, _, single = httpx_mock.get_requests()
    assert not isinstance(found, QueryTooLarge | TransientError | Unavailable)
    assert found.keys() == {DOI}
    assert missing == {}
    assert many.url.params["filter"] == f"doi:{DOI},doi:10.1145/1"
    assert many.url.params["mailto"] == "maintainer@example.org"
    assert single.url.raw_path.startswith(b"/works/10.1002%2Fa%2Cb?")


async def test_retraction_that_only_its_notice_knows_is_found(httpx_mock: HTTPXMock) -> None:
    notice: Json = {"DOI": "10.1145/9", "update-to": [{"DOI": DOI.upper(), "type": "retraction"}, {"DOI": 3}]}
    httpx_mock.add_response(json=works(work(DOI), work("10.1145/1")))
    httpx_mock.add_response(json=works(notice))
    async with opened() as apis:
        found = await Crossref(apis).records([DOI, "10.1145/1"])
    assert not isinstance(found, QueryTooLarge | TransientError | Unavailable)
    assert {doi: record.retracted for doi, record in found.items()} == {DOI: True, "10.1145/1": False}
    _, sent = httpx_mock.get_requests()
    assert sent.url.params["filter"] == f"updates:{DOI},updates:10.1145/1,update-type:retraction"


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(400, json={}), httpx.Response(200, html="<p>"), httpx.Response(503)],
    ids=["400", "html", "503"],
)
async def test_records_stand_without_an_answer_about_notices(
    httpx_mock: HTTPXMock, answer: httpx.Response
) -> None:
    httpx_mock.add_response(json=works(work(DOI), work("10.1145/1")))
    httpx_mock.add_callback(lambda _: answer, is_reusable=True)
    async with opened() as apis:
        found = await Crossref(apis).records([DOI, "10.1145/1"])
    assert not isinstance(found, QueryTooLarge | TransientError | Unavailable)
    assert found.keys() == {DOI, "10.1145/1"}
    assert found[DOI].retracted is None  # what was known stays


async def test_missing_work_counts_in_the_form_of_crossref_alone(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=404, html="<p>Not found</p>", is_reusable=True)
    async with opened() as apis:
        assert isinstance(await Crossref(apis).records(["10.1002/a,b"]), TransientError)


async def test_datacite_gets_a_query(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json={"data": [datacite("10.5281/ZENODO.1")], "meta": {"total": 1}})
    async with opened() as apis:
        found = await DataCite(apis).records(["10.5281/zenodo.1", "10.5281/zenodo.2"])
    (sent,) = httpx_mock.get_requests()
    assert not isinstance(found, QueryTooLarge | TransientError | Unavailable)
    assert found.keys() == {"10.5281/zenodo.1"}
    assert sent.url.params["query"] == 'doi:("10.5281/zenodo.1" OR "10.5281/zenodo.2")'
    assert sent.url.params["page[size]"] == "2"


async def test_doi_org_gets_a_handle_and_no_page(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(json=handle(DOI))
    httpx_mock.add_response(status_code=404, json=handle("10.1145/1", 100))
    httpx_mock.add_response(status_code=302, headers={"location": "https://dl.acm.org/"})
    async with opened() as apis:
        doi_org = DoiOrg(apis)
        assert await doi_org.handles([DOI]) == {DOI: Handle.REGISTERED}
        assert await doi_org.handles(["10.1145/1"]) == {"10.1145/1": Handle.MISSING}
        assert isinstance(await doi_org.handles(["10.1145/2"]), TransientError)
    sent = httpx_mock.get_requests()
    assert str(sent[0].url) == f"https://doi.org/api/handles/{DOI}?type=URL"
    assert {request.url.host for request in sent} == {"doi.org"}


async def test_key_of_semantic_scholar_goes_to_its_host_alone(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        status_code=307, headers={"location": "https://evil.example.org/"}, is_reusable=True
    )
    async with opened() as apis:
        source = SemanticScholar(apis)
        known = [finding("https://arxiv.org/abs/2201.12023")]
        assert [addition async for addition in source.fetch(known)] == []
    for request in httpx_mock.get_requests():
        assert request.url.host == "api.semanticscholar.org"
        assert request.headers["x-api-key"] == "s2-key"
        assert json.loads(request.content) == {"ids": ["ARXIV:2201.12023"]}


async def test_rejected_key_of_openalex_is_named_without_the_key(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(status_code=401, json={"error": "Invalid API key oa-key"})
    async with opened() as apis:
        source = OpenAlex(apis)
        known = [finding(f"https://doi.org/{DOI}")]
        assert [addition async for addition in source.fetch(known)] == []
    (sent,) = httpx_mock.get_requests()
    assert sent.headers["authorization"] == "Bearer oa-key"
    (obstacle,) = source.obstacles
    assert "OPENALEX_API_KEY" in obstacle.hint
    assert "oa-key" not in obstacle.what


async def test_wayback_gets_a_request_for_one_copy(httpx_mock: HTTPXMock) -> None:
    httpx_mock.add_response(
        json=[["timestamp", "original"], ["20190412080000", "http://example.org:80/gone"]]
    )
    async with opened() as apis:
        (added,) = [
            one async for one in Wayback(apis).fetch([finding("https://example.org/gone", Verdict.DEAD)])
        ]
    (sent,) = httpx_mock.get_requests()
    assert sent.url.path == "/cdx/search/cdx"
    assert sent.url.params["url"] == "https://example.org/gone"
    assert added.snapshot is not None
    assert added.snapshot.url == "https://web.archive.org/web/20190412080000/https://example.org/gone"
