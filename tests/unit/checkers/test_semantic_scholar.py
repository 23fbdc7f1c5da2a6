"""Papers at Semantic Scholar: proved in one batch, left to their pages where the API says nothing."""

from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from pytest_httpx import HTTPXMock

from lmsys_enrich.checkers.semantic_scholar import SemanticScholarChecker
from lmsys_enrich.model.finding import Verdict
from lmsys_enrich.settings.access import Access, ApiAccess
from tests.unit.checkers.services import FAULTS, Answer, Service, reply, sent, service

KEY = "s2-secret"
KNOWN, MERGED, GONE = (f"https://www.semanticscholar.org/paper/Title-of-It/{digit * 40}" for digit in "abc")


def a_scholar(request: httpx.Request) -> httpx.Response:
    """Knows one paper, and another under a new identifier; in no order of the request's."""
    ids = sent(request)["ids"]
    assert isinstance(ids, list)
    items = {"a" * 40: {"paperId": "a" * 40, "title": "A"}, "b" * 40: {"paperId": "d" * 40, "title": "B"}}
    found = [items.get(one) for one in reversed(ids)]
    return reply(found) if any(found) else reply({"error": "No valid paper ids given"}, 400)


def opened(
    httpx_mock: HTTPXMock, answer: Answer, key: str | None = KEY
) -> AbstractAsyncContextManager[Service]:
    access = Access(semantic_scholar=ApiAccess("https://api.semanticscholar.org", key))
    return service(httpx_mock, SemanticScholarChecker, answer, access)


async def test_papers_are_proved_in_one_request(httpx_mock: HTTPXMock) -> None:
    plain = f"https://semanticscholar.org/paper/{'a' * 40}"
    async with opened(httpx_mock, a_scholar) as scholar:
        checked = await scholar.check(KNOWN, plain, MERGED, GONE)
    assert {found.verdict for found in checked.observations.values()} == {Verdict.ALIVE}
    assert sorted(checked.observations) == sorted([KNOWN, plain])
    assert sorted(checked.deferred) == [MERGED, GONE]
    assert [request.headers["x-api-key"] for request in scholar.requests] == [KEY]
    assert scholar.checker.obstacles == ()


async def test_papers_that_are_not_known_are_for_their_pages(httpx_mock: HTTPXMock) -> None:
    async with opened(httpx_mock, a_scholar) as scholar:
        assert (await scholar.check(GONE)).deferred == [GONE]
        assert len(scholar.requests) == 1
    assert scholar.checker.obstacles == ()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("key", [KEY, None])
async def test_no_fault_kills_a_paper(httpx_mock: HTTPXMock, fault: str, key: str | None) -> None:
    async with opened(httpx_mock, FAULTS[fault], key) as scholar:
        checked = await scholar.check(KNOWN, GONE)
    assert sorted(checked.deferred) == [KNOWN, GONE]
    assert bool(scholar.checker.obstacles) is (key is not None)
    assert KEY not in str(scholar.checker.obstacles)
    assert {request.url.host for request in scholar.requests} == {"api.semanticscholar.org"}
    assert scholar.clock.elapsed < 300


@pytest.mark.parametrize(("key", "requests"), [(KEY, 2), (None, 1)])
async def test_quota_of_all_is_not_waited_for(httpx_mock: HTTPXMock, key: str | None, requests: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return a_scholar(request) if len(scholar.requests) > 1 else reply({}, 429, retry_after="60")

    async with opened(httpx_mock, answer, key) as scholar:
        checked = await scholar.check(KNOWN)
    assert (checked.deferred == [KNOWN], len(scholar.requests)) == (key is None, requests)


async def test_suspended_key_is_reported_and_used_no_more(httpx_mock: HTTPXMock) -> None:
    urls = [f"https://www.semanticscholar.org/paper/{number:040x}" for number in range(9)]
    async with opened(httpx_mock, lambda _: reply({"message": "Forbidden"}, 403)) as scholar:
        assert sorted((await scholar.check(*urls)).deferred) == urls
        assert len(scholar.requests) == 1
        (obstacle,) = scholar.checker.obstacles
    assert "rejects the token (Forbidden)" in obstacle.what
    assert "SEMANTIC_SCHOLAR_API_KEY" in obstacle.hint


def test_links_to_other_pages_are_not_claimed() -> None:
    checker = SemanticScholarChecker.__new__(SemanticScholarChecker)
    assert checker.claims(KNOWN)
    assert not checker.claims("https://www.semanticscholar.org/author/Ada/1234")
    assert not checker.claims(f"https://evil.example/paper/{'a' * 40}")
