"""Classification of a redirect chain."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.checkers.website.classify import classify_chain
from lmsys_enrich.checkers.website.redirect_chain import End, RedirectChain, RedirectError
from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.model.finding import Hop, Observation, Suggestion, Verdict

_OK = Response(200, {})


def _classified(*way: str | int, end: End = _OK) -> Observation:
    """Classify a chain written as address, status, address, status, …, address."""
    urls, statuses = way[::2], way[1::2]
    hops = tuple(Hop(str(url), int(status)) for url, status in zip(urls, statuses, strict=False))
    return classify_chain(RedirectChain(str(urls[0]), hops, str(urls[-1]), end))


def test_a_page_that_is_there_is_alive() -> None:
    assert _classified("https://a.org/x") == Observation(
        "https://a.org/x", Verdict.ALIVE, "200 OK", http_status=200, final_url="https://a.org/x"
    )


@pytest.mark.parametrize("status", [301, 308])
@pytest.mark.parametrize(
    ("start", "target", "why"),
    [
        ("https://a.org/x", "https://a.org/x/", "permanent redirect"),
        ("https://www.a.org/x", "https://a.org/x", "permanent redirect"),
        ("https://a.org/x", "https://b.org/y?utm_source=z", "permanent redirect"),
        ("https://a.org/old", "https://a.org/new#part", "permanent redirect"),
        ("https://a.org/", "https://b.org/", "permanent redirect"),
        ("https://a.org/docs", "https://docs.a.org/start", "permanent redirect"),
        ("http://a.org/x", "https://a.org/x", "the same page over https"),
        ("http://a.org/", "https://a.org/", "the same page over https"),
    ],
)
def test_a_permanent_redirect_is_moved_with_its_target(
    status: int, start: str, target: str, why: str
) -> None:
    observation = _classified(start, status, target)
    assert observation.verdict is Verdict.MOVED
    assert observation.suggestion == Suggestion(target, why)
    assert observation.final_url == target
    assert observation.hops == (Hop(start, status),)


@pytest.mark.parametrize(
    "way",
    [
        ("https://a.org/x", 301, "http://a.org/x"),
        ("https://a.org/x", 301, "http://a.org/y", 301, "https://a.org/y"),
    ],
)
def test_chain_without_encryption_is_not_suggested(way: tuple[str | int, ...]) -> None:
    observation = _classified(*way)
    assert (observation.verdict, observation.suggestion) == (Verdict.MOVED, None)


def test_a_front_page_is_not_suggested_for_a_deep_address() -> None:
    observation = _classified("https://lab.github.io/alpa/", 301, "https://alpa.ai/")
    assert (observation.verdict, observation.suggestion) == (Verdict.MOVED, None)


@pytest.mark.parametrize("status", [302, 303, 307])
@pytest.mark.parametrize(
    "way",
    [
        ("https://doi.org/10.1/2", "https://dl.acm.org/doi/10.1/2"),
        ("https://a.org/", "https://a.org/en/"),
        ("https://sho.rt/x", "https://b.org/"),
        ("http://a.org/x", "https://a.org/x"),
    ],
)
def test_a_temporary_redirect_is_alive(status: int, way: tuple[str, str]) -> None:
    observation = _classified(way[0], status, way[1])
    assert (observation.verdict, observation.suggestion, observation.final_url) == (
        Verdict.ALIVE,
        None,
        way[1],
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("start", "target"),
    [
        ("https://a.org/paper/1", "https://a.org/"),
        ("https://a.org/paper/1", "https://www.a.org/"),
        ("https://www.a.org/paper/1", "https://a.org"),
        ("http://a.org/paper/1", "https://a.org/index.html"),
        ("https://a.org/paper/1", "https://a.org/en/"),
        ("https://a.org/paper/1", "https://a.org/zh-CN/"),
        ("https://blog.a.org/post", "https://a.org/home"),
        ("https://blog.a.org/post", "https://blog.a.org/"),
    ],
)
def test_redirect_to_home_page_is_failing_and_never_dead(status: int, start: str, target: str) -> None:
    observation = _classified(start, status, target)
    assert (observation.verdict, observation.can_become_dead, observation.suggestion) == (
        Verdict.FAILING,
        False,
        None,
    )
    assert "home page" in observation.reason


@pytest.mark.parametrize(
    ("start", "target"),
    [
        ("https://a.org/", "https://www.a.org/"),
        ("https://a.org/index.html", "https://a.org/"),
        ("https://a.org/en/", "https://a.org/"),
        ("https://a.org/?lang=en", "https://a.org/"),
        ("https://a.org/docs", "https://docs.a.org/"),
        ("https://a.org/post", "https://a.org/?p=123"),
        ("https://a.org/post", "https://a.org/#/post"),
        ("https://a.org/artificial", "https://a.org/ai/"),
        ("https://alpa.github.io/x", "https://other.github.io/"),
        ("https://a.org:8443/x", "https://a.org:9443/"),
    ],
)
def test_a_front_page_that_may_be_the_page_itself_does_not_fail(start: str, target: str) -> None:
    assert _classified(start, 302, target).verdict is Verdict.ALIVE


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://a.org/login?next=/x", "login page"),
        ("https://a.org/users/sign_in?return_to=/x", "login page"),
        ("https://a.org/wp-login.php", "login page"),
        ("https://accounts.google.com/v3/ServiceLogin", "login page"),
        ("https://login.a.org/", "login page"),
        ("https://www.linkedin.com/authwall", "login page"),
        ("https://consent.youtube.com/m?continue=x", "consent page"),
        ("https://a.org/action/cookieAbsent", "consent page"),
        ("https://validate.perfdrive.com/?ssa=1", "page that checks for robots"),
        ("https://a.org/unsupported_browser", "page that checks for robots"),
    ],
)
def test_redirect_to_an_interstitial_is_guarded(status: int, target: str, kind: str) -> None:
    observation = _classified("https://a.org/x", status, target)
    assert (observation.verdict, observation.suggestion) == (Verdict.GUARDED, None)
    assert observation.reason == f"redirects to a {kind}"


@pytest.mark.parametrize(
    ("start", "target"),
    [
        ("https://a.org/login", "https://a.org/login/"),
        ("https://a.org/docs/login.html", "https://a.org/guide/login"),
        ("https://login.a.org/a", "https://login.a.org/b"),
        ("https://a.org/x", "https://a.org/loginless-design"),
    ],
)
def test_link_about_logging_in_is_no_interstitial(start: str, target: str) -> None:
    assert _classified(start, 301, target).verdict is Verdict.MOVED


@pytest.mark.parametrize(
    ("end", "verdict", "reason"),
    [
        (Response(404, {}), Verdict.DEAD, "404 Not Found, after a redirect to b.org"),
        (
            Response(403, {}),
            Verdict.GUARDED,
            "403 Forbidden: the site blocks robots, after a redirect to b.org",
        ),
        (Response(500, {}), Verdict.FAILING, "500 Internal Server Error, after a redirect to b.org"),
        (
            FetchError(ErrorKind.NAME_UNKNOWN, ""),
            Verdict.DEAD,
            "host name does not exist, after a redirect to b.org",
        ),
        (FetchError(ErrorKind.PRIVATE, ""), Verdict.SKIPPED, "private address, after a redirect to b.org"),
    ],
)
def test_redirect_has_the_verdict_of_its_target(end: End, verdict: Verdict, reason: str) -> None:
    observation = _classified("https://a.org/x", 301, "https://b.org/y", end=end)
    assert (observation.verdict, observation.reason, observation.suggestion) == (verdict, reason, None)


def test_a_404_after_a_login_redirect_is_dead_not_guarded() -> None:
    assert (
        _classified("https://a.org/x", 302, "https://a.org/login", end=Response(404, {})).verdict
        is Verdict.DEAD
    )


def test_redirect_on_one_host_does_not_name_it_in_the_reason() -> None:
    observation = _classified("https://a.org/x", 301, "https://a.org/y", end=Response(410, {}))
    assert observation.reason == "410 Gone, after a redirect"


def test_loop_fails_with_the_last_status() -> None:
    observation = _classified(
        "https://a.org/x", 302, "https://a.org/y", 307, "https://a.org/x", end=RedirectError.LOOP
    )
    assert (observation.verdict, observation.http_status) == (Verdict.FAILING, 307)
    assert observation.reason == "redirects in a loop"


def test_loop_through_a_login_page_is_guarded() -> None:
    way = ("https://a.org/x", 302, "https://idp.a.org/authorize", 302, "https://a.org/x")
    assert _classified(*way, end=RedirectError.LOOP).verdict is Verdict.GUARDED


@pytest.mark.parametrize(("url", "can"), [("https://a.org/x", False), ("http://a.org/x", True)])
def test_reset_after_the_handshake_never_kills_a_link(url: str, can: bool) -> None:
    observation = _classified(url, end=FetchError(ErrorKind.RESET, ""))
    assert (observation.verdict, observation.can_become_dead) == (Verdict.FAILING, can)


def test_failed_request_has_no_status_and_no_final_url() -> None:
    observation = _classified("https://a.org/x", end=FetchError(ErrorKind.TIMEOUT, ""))
    assert (observation.http_status, observation.final_url) == (None, None)


_PAGES = st.sampled_from(
    [
        f"{scheme}://{host}{path}"
        for scheme in ("http", "https")
        for host in ("a.org", "www.a.org", "b.net", "login.c.io")
        for path in ("/", "/x", "/en/", "/login", "/x/y?z=1")
    ]
)
_ENDS = st.one_of(
    st.builds(Response, st.sampled_from([200, 204, 304, 403, 404, 500]), st.just({})),
    st.builds(FetchError, st.sampled_from(ErrorKind), st.just("")),
    st.sampled_from(RedirectError),
)


@st.composite
def _journeys(draw: st.DrawFn) -> RedirectChain:
    way = draw(st.lists(_PAGES, min_size=1, max_size=6))
    statuses = st.sampled_from([301, 302, 303, 307, 308])
    hops = tuple(Hop(url, draw(statuses)) for url in way[:-1])
    return RedirectChain(way[0], hops, way[-1], draw(_ENDS))


@given(_journeys())
def test_moved_needs_permanent_hops_only_and_a_living_target(chain: RedirectChain) -> None:
    observation = classify_chain(chain)
    if observation.verdict is Verdict.MOVED:
        assert {hop.status for hop in chain.hops} <= {301, 308}
        assert isinstance(chain.end, Response)
        assert chain.end.status < 400


@given(_journeys())
def test_redirect_from_https_to_http_is_no_suggestion(chain: RedirectChain) -> None:
    if classify_chain(chain).suggestion is not None:
        way = [*(hop.url for hop in chain.hops), chain.final]
        assert not any(a.startswith("https:") and b.startswith("http:") for a, b in pairwise(way))


@given(_journeys())
def test_no_chain_is_dead_unless_its_end_is(chain: RedirectChain) -> None:
    gone = isinstance(chain.end, Response) and chain.end.status == 404
    unknown = isinstance(chain.end, FetchError) and chain.end.kind is ErrorKind.NAME_UNKNOWN
    assert (classify_chain(chain).verdict is Verdict.DEAD) is (gone or unknown)


@pytest.mark.parametrize("target", ["https://a.org/apps/oauth2", "https://a.org/features/login"])
def test_page_named_like_a_login_has_moved_without_suggestion(target: str) -> None:
    observation = _classified("https://a.org/x", 301, target)
    assert (observation.verdict, observation.suggestion) == (Verdict.MOVED, None)


@pytest.mark.parametrize("status", [301, 302])
@pytest.mark.parametrize(
    "path",
    [
        "404",
        "404.html",
        "errors/not-found.html",
        "page-not-found?from=/x",
        "error",
        "Error404.aspx",
        "notfound",
    ],
)
def test_redirect_to_an_error_page_fails_and_never_dies(status: int, path: str) -> None:
    observation = _classified("https://a.org/paper/3", status, f"https://a.org/{path}")
    assert (observation.verdict, observation.can_become_dead) == (Verdict.FAILING, False)
    assert observation.suggestion is None


@pytest.mark.parametrize("start", ["https://a.org/errors/404", "https://a.org/wiki/HTTP_404"])
def test_link_to_a_page_about_errors_is_no_soft_404(start: str) -> None:
    assert _classified(start, 301, f"{start}/new").verdict is Verdict.MOVED


_META = b"<html><head><META HTTP-EQUIV='refresh' CONTENT=\"0; URL='%s'\"></head>"


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (Response(200, {"refresh": "0; url=/404"}), Verdict.FAILING),
        (Response(200, {"refresh": "0;/"}), Verdict.FAILING),
        (Response(200, {"refresh": "5; url=https://a.org/login?next=/x"}), Verdict.GUARDED),
        (Response(200, {}, _META % b"/not-found.html"), Verdict.FAILING),
        (Response(200, {}, b'<meta content="0;url=/lander" http-equiv=refresh>'), Verdict.FAILING),
        (Response(200, {}, _META % b"/.well-known/sgcaptcha/?r=%2F"), Verdict.GUARDED),
        (Response(200, {}, _META % b"/paper/3/v2"), Verdict.ALIVE),
        (Response(200, {"refresh": "1800; url=/login"}), Verdict.ALIVE),
        (Response(200, {"refresh": "30"}), Verdict.ALIVE),
        (Response(200, {"refresh": "0; url=http://[::1"}), Verdict.ALIVE),
        (Response(200, {}, b"<noscript>" + _META % b"/404" + b"</noscript>"), Verdict.ALIVE),
        (Response(200, {}, b"<p>&lt;meta http-equiv=refresh content='0;url=/404'>"), Verdict.ALIVE),
    ],
)
def test_page_that_leads_on_is_judged_as_a_redirect(page: Response, verdict: Verdict) -> None:
    observation = _classified("https://a.org/paper/3", end=page)
    assert observation.verdict is verdict
    assert observation.final_url == "https://a.org/paper/3"
    assert observation.can_become_dead is (verdict is not Verdict.FAILING)


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ("/search?q=alpa+2019", Verdict.FAILING),
        ("/en/suche?query=alpa", Verdict.FAILING),
        ("/?s=alpa", Verdict.FAILING),
        ("/search?q=other+words", Verdict.ALIVE),
        ("/search", Verdict.ALIVE),
        ("/?s=other", Verdict.ALIVE),
        ("/alpa?q=alpa", Verdict.ALIVE),
    ],
)
def test_search_for_the_words_of_the_link_is_a_soft_404(target: str, verdict: Verdict) -> None:
    assert _classified("https://a.org/papers/2019/alpa", 302, f"https://a.org{target}").verdict is verdict


def test_link_to_a_search_is_none() -> None:
    way = ("https://a.org/search/alpa", 302, "https://a.org/search?q=alpa")
    assert _classified(*way).verdict is Verdict.ALIVE


def test_home_page_in_place_of_a_query_is_a_soft_404() -> None:
    observation = _classified("https://a.org/?p=123", 302, "https://a.org/")
    assert (observation.verdict, observation.can_become_dead) == (Verdict.FAILING, False)
