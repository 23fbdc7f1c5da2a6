"""Fragments of links, looked for in their pages."""

from contextlib import aclosing

import pytest

from lmsys_enrich.checkers.website.anchors import is_anchor
from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.http.messages import Outcome, Request, Response
from lmsys_enrich.model.finding import LinkTask, Observation, Verdict
from lmsys_enrich.politeness.scheduler import Scheduler
from tests.fakes import FakeFetch, closed_queue

_URL = "https://docs.example/guide"
_HTML = {"content-type": "text/html; charset=utf-8"}
_PAGE = b"""<h1 id="install">A</h1><a name='use'></a><p id=plain><i id="&eacute;t&eacute;"></i>
<h2 id="user-content-quick-start"></h2>"""


def _site(page: Response) -> FakeFetch:
    def answer(request: Request) -> Outcome:
        return page if request.method == "GET" else Response(200, page.headers)

    return FakeFetch({_URL: answer})


async def _observed(fetch: FakeFetch, *fragments: str, url: str = _URL) -> Observation:
    checker = WebsiteChecker(fetch, Scheduler(per_host=1), concurrency=1, canaries=())
    async with aclosing(checker.check(closed_queue(LinkTask(url, fragments=fragments)))) as results:
        [result] = [result async for result in results]
    assert isinstance(result, Observation)
    return result


@pytest.mark.parametrize(
    "fragment", ["install", "use", "plain", "%C3%A9t%C3%A9", "quick-start", "Quick-Start"]
)
async def test_fragment_that_names_an_element_is_found(fragment: str) -> None:
    observation = await _observed(_site(Response(200, _HTML, _PAGE)), fragment)
    assert (observation.verdict, observation.reason) == (Verdict.ALIVE, "200 OK")


async def test_missing_fragment_is_noted_and_the_link_alive() -> None:
    observation = await _observed(_site(Response(200, _HTML, _PAGE)), "install", "gone", "old")
    assert observation.verdict is Verdict.ALIVE
    assert observation.reason == "200 OK; its HTML has no #gone, #old"


@pytest.mark.parametrize(
    "page",
    [
        Response(200, _HTML, _PAGE, whole=False),
        Response(200, _HTML, b"<html><script>render()</script>"),
        Response(200, {"content-type": "application/pdf"}, _PAGE),
        Response(404, _HTML, _PAGE),
        Response(503, _HTML, _PAGE),
    ],
)
async def test_page_that_does_not_tell_is_no_evidence(page: Response) -> None:
    assert (await _observed(_site(page), "gone")).reason == "200 OK"


async def test_link_without_fragment_costs_no_further_request() -> None:
    fetch = _site(Response(200, _HTML, _PAGE))
    await _observed(fetch)
    assert fetch.methods(_URL) == ["HEAD"]


async def test_redirect_to_a_fragment_takes_the_place_of_the_links() -> None:
    fetch = FakeFetch(
        {
            "https://docs.example/old": Response(301, {"location": f"{_URL}#new"}),
            _URL: Response(200, _HTML, _PAGE),
        }
    )
    observation = await _observed(fetch, "gone", url="https://docs.example/old")
    assert "no #" not in observation.reason


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [("install", True), ("top", False), ("", False), (":~:text=a", False), ("/route", False), ("!a", False)],
)
def test_fragment_that_can_name_an_element(fragment: str, expected: bool) -> None:
    assert is_anchor(fragment) is expected
