"""Requests that one link costs, and their order."""

from collections.abc import Mapping

import pytest

from lmsys_enrich.checkers.website.fetch import fetch_link
from lmsys_enrich.checkers.website.redirect_chain import RedirectChain, RedirectError
from lmsys_enrich.http.messages import ErrorKind, FetchError, Outcome, Request, Response
from lmsys_enrich.model.finding import Hop
from tests.fakes import FakeFetch, Script

_URL = "https://a.org/x"
_OK = Response(200, {})


def _to(location: str, status: int = 302, cookie: str | None = None) -> Response:
    return Response(status, {"location": location} | ({"set-cookie": cookie} if cookie else {}))


async def _visit(script: Mapping[str, Script], url: str = _URL) -> tuple[RedirectChain, FakeFetch]:
    fetch = FakeFetch(script)
    return await fetch_link(fetch, url), fetch


@pytest.mark.parametrize("status", [200, 204, 206, 300, 304])
async def test_success_of_head_is_final(status: int) -> None:
    chain, fetch = await _visit({_URL: Response(status, {})})
    assert chain == RedirectChain(_URL, (), _URL, Response(status, {}))
    assert fetch.methods(_URL) == ["HEAD"]


@pytest.mark.parametrize(
    ("url", "success"),
    [
        (_URL, Response(202, {})),  # SiteGround, AWS
        (_URL, Response(247, {})),  # Reblaze
        (_URL, Response(200, {"server": "imunify360-webshield/1.21"})),
        (_URL, Response(200, {"x-iinfo": "9-12345-0 0NNN RT(1 0) q(0 -1 -1 -1) r(0 -1) B12(4,316,0) U5"})),
        ("https://a.org/x.pdf", Response(200, {"content-type": "text/html; charset=utf-8"})),
    ],
)
@pytest.mark.parametrize("page", [Response(200, {}, b"<title>Just a moment...</title>"), _OK])
async def test_get_decides_where_the_success_of_head_may_be_of_a_wall(
    url: str, success: Response, page: Response
) -> None:
    chain, fetch = await _visit({f"HEAD {url}": success, f"GET {url}": page}, url)
    assert chain.end == page
    assert fetch.methods(url) == ["HEAD", "GET"]


async def test_success_of_head_stands_where_get_has_no_response() -> None:
    success = Response(202, {})
    chain, _ = await _visit({f"HEAD {_URL}": success, f"GET {_URL}": FetchError(ErrorKind.TIMEOUT, "")})
    assert chain.end == success


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://a.org/x.pdf", {"content-type": "application/pdf"}),
        ("https://a.org/x.html", {"content-type": "text/html"}),
        (_URL, {"x-iinfo": "9-1-0 NNNN CT(1 2 0) RT(3 4) q(0 0 1 -1) r(2 2) U12", "server": "cloudflare"}),
    ],
)
async def test_usual_success_behind_a_wall_costs_one_request(url: str, headers: dict[str, str]) -> None:
    _, fetch = await _visit({url: Response(200, headers)}, url)
    assert fetch.methods(url) == ["HEAD"]


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 406, 410, 418, 451, 500, 501, 502, 503, 520, 302]
)
async def test_get_decides_where_head_is_refused(status: int) -> None:
    chain, fetch = await _visit({f"HEAD {_URL}": Response(status, {}), f"GET {_URL}": _OK})
    assert chain.end == _OK
    assert fetch.methods(_URL) == ["HEAD", "GET"]


@pytest.mark.parametrize("kind", [ErrorKind.RESET, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL])
async def test_get_follows_where_head_breaks_the_connection(kind: ErrorKind) -> None:
    chain, _ = await _visit({f"HEAD {_URL}": FetchError(kind, ""), f"GET {_URL}": _OK})
    assert chain.end == _OK


@pytest.mark.parametrize(
    "kind", sorted(set(ErrorKind) - {ErrorKind.RESET, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL})
)
async def test_error_before_the_method_is_final(kind: ErrorKind) -> None:
    chain, fetch = await _visit({_URL: FetchError(kind, "")})
    assert chain.end == FetchError(kind, "")
    assert fetch.methods(_URL) == ["HEAD"]


@pytest.mark.parametrize(
    "refusal", [Response(999, {}), Response(403, {"cf-mitigated": "challenge"}), _to("ftp://a.org/x")]
)
async def test_get_decides_also_where_head_meets_a_wall(refusal: Response) -> None:
    chain, fetch = await _visit({f"HEAD {_URL}": refusal, f"GET {_URL}": _OK})
    assert chain.end == _OK
    assert fetch.methods(_URL) == ["HEAD", "GET"]


@pytest.mark.parametrize("kind", sorted(ErrorKind))
async def test_error_after_redirect_of_head_is_not_final(kind: ErrorKind) -> None:
    elsewhere = "https://gone.example/"
    chain, _ = await _visit(
        {f"HEAD {_URL}": _to(elsewhere), elsewhere: FetchError(kind, ""), f"GET {_URL}": _OK}
    )
    assert chain.end == _OK


async def test_login_page_of_head_alone_is_not_final() -> None:
    login = "https://a.org/login"
    chain, _ = await _visit({f"HEAD {_URL}": _to(login), login: _OK, f"GET {_URL}": _OK})
    assert chain.final == _URL


async def test_wall_that_resets_get_is_still_a_wall() -> None:
    refusal = Response(403, {})
    chain, _ = await _visit({f"HEAD {_URL}": refusal, f"GET {_URL}": FetchError(ErrorKind.RESET, "")})
    assert chain.end == refusal


async def test_404_to_head_alone_proves_nothing() -> None:
    lost = FetchError(ErrorKind.TIMEOUT, "")
    chain, _ = await _visit({f"HEAD {_URL}": Response(404, {}), f"GET {_URL}": lost})
    assert chain.end == lost


async def test_bodies_are_never_read_whole() -> None:
    _, fetch = await _visit({_URL: Response(404, {})})
    assert [request.body_limit > 0 for request in fetch.requests] == [False, True]
    assert max(request.body_limit for request in fetch.requests) <= 65_536


async def test_redirects_are_followed_hop_by_hop() -> None:
    chain, fetch = await _visit(
        {_URL: _to("/y", 301), "https://a.org/y": _to("//b.org"), "https://b.org/": _OK}
    )
    assert chain == RedirectChain(_URL, (Hop(_URL, 301), Hop("https://a.org/y", 302)), "https://b.org/", _OK)
    assert [request.method for request in fetch.requests] == ["HEAD"] * 3


@pytest.mark.parametrize(
    ("location", "requested", "final"),
    [
        ("y", "https://a.org/y", "https://a.org/y"),
        ("../y?q=1", "https://a.org/y?q=1", "https://a.org/y?q=1"),
        ("HTTP://B.org:80/Y", "http://b.org/Y", "http://b.org/Y"),
        ("/y#part two", "https://a.org/y", "https://a.org/y#part%20two"),
        ("/a b", "https://a.org/a%20b", "https://a.org/a%20b"),
        ("/caf\u00e9", "https://a.org/caf%E9", "https://a.org/caf%E9"),
        ("/a/../b\\c", "https://a.org/b/c", "https://a.org/b/c"),
        ("http:/c", "http://c/", "http://c/"),
        ("https:/c", "https://a.org/c", "https://a.org/c"),
        ("?d", "https://a.org/x?d", "https://a.org/x?d"),
        ("/e\n/e\nhttps://a.org/e", "https://a.org/e", "https://a.org/e"),
        ("/caf\u00c3\u00a9", "https://a.org/caf%C3%A9", "https://a.org/caf%C3%A9"),
        ("/\u8bba\u6587", "https://a.org/%E8%AE%BA%E6%96%87", "https://a.org/%E8%AE%BA%E6%96%87"),
        ("/%E8%AE%BA", "https://a.org/%E8%AE%BA", "https://a.org/%E8%AE%BA"),
        (
            "https://b\u00c3\u00bccher.example/",
            "https://xn--bcher-kva.example/",
            "https://xn--bcher-kva.example/",
        ),
    ],
)
async def test_location_is_read_as_browsers_read_it(location: str, requested: str, final: str) -> None:
    chain, _ = await _visit({_URL: _to(location), requested: _OK})
    assert (chain.final, chain.end) == (final, _OK)


@pytest.mark.parametrize(
    ("location", "end"),
    [
        ("mailto:me@a.org", RedirectError.OTHER_SCHEME),
        ("itms-apps://store/1", RedirectError.OTHER_SCHEME),
        ("javascript:alert(1)", RedirectError.OTHER_SCHEME),
        ("file:///etc/passwd", RedirectError.OTHER_SCHEME),
        ("", RedirectError.NO_TARGET),
        ("  ", RedirectError.NO_TARGET),
    ],
)
async def test_redirect_without_target_ends_the_chain(location: str, end: RedirectError) -> None:
    chain, _ = await _visit({_URL: _to(location)})
    assert (chain.hops, chain.final, chain.end) == ((Hop(_URL, 302),), _URL, end)


async def test_redirect_to_several_addresses_at_once_is_no_redirect() -> None:
    chain, fetch = await _visit({_URL: _to("/a\n/b")})
    assert isinstance(chain.end, FetchError)
    assert {request.url for request in fetch.requests} == {_URL}


@pytest.mark.parametrize("location", ["http://[::1", "https://:80/", "https://a.org:x/", "/" + "x" * 40_000])
async def test_unusable_target_is_an_address_error(location: str) -> None:
    chain, fetch = await _visit({_URL: _to(location)})
    assert isinstance(chain.end, FetchError)
    assert chain.end.kind is ErrorKind.ADDRESS
    assert {request.url for request in fetch.requests} == {_URL}


async def test_unusable_link_is_not_requested() -> None:
    chain, fetch = await _visit({}, "https://[::1")
    assert isinstance(chain.end, FetchError)
    assert chain.end.kind is ErrorKind.ADDRESS
    assert not fetch.requests


async def test_ten_redirects_are_followed_eleven_are_too_many() -> None:
    script: dict[str, Script] = {f"https://a.org/{n}": _to(f"/{n + 1}") for n in range(11)}
    alive, _ = await _visit(script | {"https://a.org/11": _OK}, "https://a.org/1")
    lost, _ = await _visit(script | {"https://a.org/11": _OK}, "https://a.org/0")
    assert (len(alive.hops), alive.end) == (10, _OK)
    assert lost.end is RedirectError.TOO_MANY


async def test_loop_is_followed_once_more_with_get() -> None:
    chain, fetch = await _visit({_URL: _to("/y"), "https://a.org/y": _to(_URL)})
    assert chain.end is RedirectError.LOOP
    assert [request.method for request in fetch.requests] == ["HEAD", "HEAD", "GET", "GET"]


async def test_loop_of_head_alone_is_none() -> None:
    chain, _ = await _visit({f"HEAD {_URL}": _to(_URL), f"GET {_URL}": _OK})
    assert (chain.hops, chain.end) == ((), _OK)


def _let_in_with(cookie: str) -> Script:
    def observation(request: Request) -> Outcome:
        return _OK if request.headers.get("cookie") == cookie else _to(_URL, cookie="s=1; Path=/; Secure")

    return observation


async def test_site_gets_its_cookie_back() -> None:
    chain, _ = await _visit({_URL: _let_in_with("s=1")})
    assert chain.end == _OK


async def test_cookies_survive_a_redirect_through_another_host() -> None:
    def bounce(_: Request) -> Outcome:
        return _to(_URL, cookie="pass=2")

    def door(request: Request) -> Outcome:
        return _OK if "pass=2" in request.headers.get("cookie", "") else _to("https://idp.a.org/authorize")

    chain, _ = await _visit({_URL: door, "https://idp.a.org/authorize": bounce})
    assert chain.end == _OK


async def test_cookies_never_reach_another_site() -> None:
    _, fetch = await _visit({_URL: _to("https://b.org/", cookie="secret=1"), "https://b.org/": _to(_URL)})
    carried = {request.url for request in fetch.requests if "cookie" in request.headers}
    assert carried == {_URL}


async def test_new_cookie_at_each_hop_does_not_loop_for_ever() -> None:
    scheduler = iter(range(1000))
    chain, fetch = await _visit({_URL: lambda _: _to(_URL, cookie=f"s={next(scheduler)}")})
    assert chain.end is RedirectError.TOO_MANY
    assert len(fetch.requests) < 15


async def test_home_page_without_cookies_is_requested_again() -> None:
    def page(request: Request) -> Outcome:
        return _OK if "seen=1" in request.headers.get("cookie", "") else _to("/", cookie="seen=1")

    chain, _ = await _visit({_URL: page, "https://a.org/": _OK})
    assert (chain.final, chain.end) == (_URL, _OK)


@pytest.mark.parametrize(
    "bad_news",
    [
        Response(429, {}),
        Response(500, {}),
        FetchError(ErrorKind.TIMEOUT, ""),
        FetchError(ErrorKind.RESET, ""),
        FetchError(ErrorKind.PROTOCOL, ""),
        Response(404, {}),
    ],
)
async def test_bad_news_of_head_is_never_final(bad_news: Outcome) -> None:
    chain, _ = await _visit({f"HEAD {_URL}": bad_news, f"GET {_URL}": _OK})
    assert chain.end == _OK


@pytest.mark.parametrize("status", [404, 200])
async def test_get_starts_at_the_link_itself(status: int) -> None:
    error_page = "https://a.org/errors/404"
    chain, _ = await _visit(
        {f"HEAD {_URL}": _to(error_page), error_page: Response(status, {}), f"GET {_URL}": _OK}
    )
    assert (chain.final, chain.hops, chain.end) == (_URL, (), _OK)


async def test_get_carries_the_cookies_that_head_was_given() -> None:
    target = "https://a.org/landing"

    def landing(request: Request) -> Outcome:
        return _OK if request.headers.get("cookie") == "s=1" else Response(404, {})

    chain, _ = await _visit({_URL: _to(target, cookie="s=1"), target: landing})
    assert (chain.final, chain.end) == (target, _OK)


@pytest.mark.parametrize(
    "kind", [ErrorKind.REFUSED, ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE, ErrorKind.RESET]
)
async def test_host_without_http_is_fetched_over_https(kind: ErrorKind) -> None:
    chain, _ = await _visit(
        {"http://a.org/x": FetchError(kind, ""), "https://a.org/x": _OK}, url="http://a.org/x"
    )
    assert (chain.start, chain.hops, chain.final, chain.end) == ("http://a.org/x", (), "https://a.org/x", _OK)


async def test_https_is_tried_for_the_target_of_a_redirect() -> None:
    refused = FetchError(ErrorKind.REFUSED, "")
    chain, _ = await _visit(
        {_URL: _to("http://b.org/y", 301), "http://b.org/y": refused, "https://b.org/y": _OK}
    )
    assert (chain.hops, chain.final, chain.end) == ((Hop(_URL, 301),), "https://b.org/y", _OK)


@pytest.mark.parametrize("url", ["http://a.org:8080/x", "https://a.org/x"])
async def test_https_is_not_tried_where_browsers_do_not(url: str) -> None:
    refused = FetchError(ErrorKind.REFUSED, "")
    chain, fetch = await _visit({url: refused}, url=url)
    assert (chain.end, fetch.methods(url)) == (refused, ["HEAD"])


async def test_failure_of_https_as_well_leaves_that_of_http() -> None:
    refused = FetchError(ErrorKind.REFUSED, "")
    chain, _ = await _visit(
        {"http://a.org/x": refused, "https://a.org/x": Response(404, {})}, url="http://a.org/x"
    )
    assert (chain.final, chain.end) == ("http://a.org/x", refused)


@pytest.mark.parametrize("port", [22, 25, 6000, 6667])
async def test_port_that_browsers_refuse_gets_no_request(port: int) -> None:
    url = f"http://a.org:{port}/"
    chain, fetch = await _visit({_URL: _to(url), url: _OK})
    assert isinstance(chain.end, FetchError)
    assert chain.end.kind is ErrorKind.ADDRESS
    assert fetch.methods(url) == []
