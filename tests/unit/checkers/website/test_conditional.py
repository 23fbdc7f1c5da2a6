"""Conditional requests: one in the next night for a page that responds to GET alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lmsys_enrich.checkers.website.checker import WebsiteChecker
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.model.finding import Finding, Validators, Verdict
from lmsys_enrich.pipeline.plan import PreviousFindings
from lmsys_enrich.pipeline.run import Run, check_and_enrich
from lmsys_enrich.pipeline.workers import Stop
from lmsys_enrich.politeness.scheduler import Scheduler
from lmsys_enrich.politeness.stats import RequestStats
from lmsys_enrich.settings.settings import Settings
from tests.builders import catalog, entry
from tests.fakes import DictStore, FakeClock, FakeFetch

_URL = "https://a.org/x"
_TAG, _DATE = 'W/"33a64df5"', "Wed, 21 Oct 2015 07:28:00 GMT"
_REFUSED = Response(405, {})
_CANARY = "https://canary.org/"


async def _nights(*fetches: FakeFetch) -> list[Finding]:
    """Run once a week, each time with a memory of the runs before; return what each found."""
    store, clock = DictStore(), FakeClock()
    found = []
    for fetch in fetches:
        run = Run(
            catalogs=[catalog(entry("X", _URL))],
            checkers=(WebsiteChecker(fetch, Scheduler(per_host=1), concurrency=1, canaries=(_CANARY,)),),
            store=store,
            previous=PreviousFindings(kept=dict(store.kept)),
            clock=clock,
            settings=Settings(refresh=True),
            stats=RequestStats(),
        )
        report = await check_and_enrich(run, run.plan(), Stop())
        found.append(report.findings[_URL])
        clock = clock.days_later(7)
    return found


def _page(tag: str | None = _TAG) -> Callable[[Request], Outcome]:
    """Page that responds to GET alone, with 304 while it has not changed."""

    def observation(request: Request) -> Outcome:
        if request.method == "HEAD":
            return _REFUSED
        headers = {"last-modified": _DATE} | ({"etag": tag} if tag else {})
        unchanged = tag and request.headers.get("if-none-match") == tag
        return Response(304, headers) if unchanged else Response(200, headers, b"a page")

    return observation


async def test_the_second_night_takes_one_request_and_no_body() -> None:
    first, second, third = (FakeFetch({_URL: _page()}) for _ in range(3))
    found = await _nights(first, second, third)
    assert first.methods(_URL) == ["HEAD", "GET"]
    for night in (second, third):
        assert [dict(request.headers)["if-none-match"] for request in night.requests] == [_TAG]
        assert [request.headers["if-modified-since"] for request in night.requests] == [_DATE]
    assert {(f.verdict, f.reason, f.http_status) for f in found} == {(Verdict.ALIVE, "200 OK", 200)}


async def test_page_without_validators_gets_an_unconditional_get() -> None:
    fetches = [FakeFetch({f"HEAD {_URL}": _REFUSED, f"GET {_URL}": Response(200, {})}) for _ in range(2)]
    await _nights(*fetches)
    assert fetches[1].methods(_URL) == ["GET"]
    assert not {"if-none-match", "if-modified-since"} & set(fetches[1].requests[0].headers)


async def test_page_that_responds_to_head_gets_head_every_night() -> None:
    fetches = [FakeFetch({_URL: Response(200, {"etag": _TAG})}) for _ in range(2)]
    await _nights(*fetches)
    assert [fetch.methods(_URL) for fetch in fetches] == [["HEAD"], ["HEAD"]]


async def test_dead_link_costs_one_request() -> None:
    gone, still, back, well = (
        FakeFetch({_URL: Response(status, {"etag": _TAG})}) for status in (404, 404, 200, 200)
    )
    found = await _nights(gone, still, back, well)
    assert [fetch.methods(_URL) for fetch in (gone, still, back, well)] == [
        ["HEAD", "GET"],
        ["GET"],
        ["GET"],
        ["HEAD"],
    ]
    assert "if-none-match" not in still.requests[0].headers, "a page of errors is no page"
    assert [f.verdict for f in found] == [Verdict.DEAD, Verdict.DEAD, Verdict.ALIVE, Verdict.ALIVE]


async def test_a_page_that_changed_into_a_wall_is_seen_as_one() -> None:
    wall = Response(200, {}, b"<title>Just a moment...</title>")
    first, second = FakeFetch({_URL: _page()}), FakeFetch({_URL: wall})
    found = await _nights(first, second)
    assert [f.verdict for f in found] == [Verdict.ALIVE, Verdict.GUARDED]


@pytest.mark.parametrize(
    "observation", [Response(412, {}), Response(404, {}), FetchError(ErrorKind.RESET, "")]
)
async def test_failed_precondition_is_requested_without_conditions(observation: Outcome) -> None:
    def stumbles(request: Request) -> Outcome:
        return observation if "if-none-match" in request.headers else _page()(request)

    found = await _nights(FakeFetch({_URL: _page()}), FakeFetch({_URL: stumbles}))
    assert [f.verdict for f in found] == [Verdict.ALIVE, Verdict.ALIVE]


async def test_after_trouble_head_is_tried_again() -> None:
    first, second, third = (
        FakeFetch({_URL: _page()}),
        FakeFetch({_URL: FetchError(ErrorKind.TIMEOUT, ""), _CANARY: Response(200, {})}),
        FakeFetch({_URL: Response(200, {})}),
    )
    await _nights(first, second, third)
    assert third.methods(_URL) == ["HEAD"]


@pytest.mark.parametrize("tag", ['"a"\r\nx: y', "no quotes", '"' + "x" * 300 + '"', '"\x00"', '"é"'])
async def test_a_validator_of_another_form_is_never_sent(tag: str) -> None:
    fetch = FakeFetch({_URL: Response(200, {})})
    previous = Finding(
        url=_URL,
        verdict=Verdict.ALIVE,
        reason="200 OK",
        checked_at=FakeClock().run_time - timedelta(days=30),
        validators=Validators(etag=tag, last_modified=tag),
    )
    run = Run(
        catalogs=[catalog(entry("X", _URL))],
        checkers=(WebsiteChecker(fetch, Scheduler(per_host=1), concurrency=1),),
        store=DictStore(),
        previous=PreviousFindings(reported={_URL: previous}),
        clock=FakeClock(),
        settings=Settings(),
        stats=RequestStats(),
    )
    await check_and_enrich(run, run.plan(), Stop())
    assert [request.method for request in fetch.requests] == ["GET"]
    assert not {"if-none-match", "if-modified-since"} & set(fetch.requests[0].headers)
