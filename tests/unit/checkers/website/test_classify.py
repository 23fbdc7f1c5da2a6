"""Which answer gives which verdict, and which must never give it (CONTRACT.md §4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.checkers.website.classify import classify
from lmsys_enrich.checkers.website.redirect_chain import End, RedirectError
from lmsys_enrich.http.messages import ErrorKind, FetchError, Response
from lmsys_enrich.model.finding import Verdict

_CLOUDFLARE = {"server": "cloudflare", "cf-mitigated": "challenge"}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 226, 300, 304])
def test_a_success_is_alive(status: int) -> None:
    assert classify(Response(status, {})).verdict is Verdict.ALIVE


@pytest.mark.parametrize("status", [404, 410, 451])
@pytest.mark.parametrize("headers", [{}, _CLOUDFLARE, {"x-datadome": "protected"}])
def test_what_the_site_says_is_gone_is_dead_also_behind_a_wall(status: int, headers: dict[str, str]) -> None:
    assert classify(Response(status, headers, b"<title>Just a moment...</title>")).verdict is Verdict.DEAD


@pytest.mark.parametrize("status", [401, 403, 405, 406, 412, 415, 418, 999])
def test_a_refusal_is_guarded(status: int) -> None:
    assert classify(Response(status, {})).verdict is Verdict.GUARDED


@pytest.mark.parametrize("status", [400, 402, 407, 408, 409, 411, 414, 416, 417, 421, 422, 425, 428, 431])
def test_other_client_errors_never_kill_a_link(status: int) -> None:
    classification = classify(Response(status, {"server": "nginx"}, b"<h1>Sorry</h1>"))
    assert (classification.verdict, classification.can_become_dead) == (Verdict.FAILING, False)


@pytest.mark.parametrize("kind", [ErrorKind.TLS_STRICT, ErrorKind.PROTOCOL, ErrorKind.PROXY])
def test_our_own_strictness_never_kills_a_link(kind: ErrorKind) -> None:
    classification = classify(FetchError(kind, "refused by us"))
    assert (classification.verdict, classification.can_become_dead) == (Verdict.FAILING, False)


@pytest.mark.parametrize("status", [302, 429, 500, 502, 503, 504, 511, 520])
def test_other_errors_are_failing(status: int) -> None:
    classification = classify(Response(status, {"server": "nginx"}, b"<h1>Sorry</h1>"))
    assert (classification.verdict, classification.can_become_dead) == (Verdict.FAILING, True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "headers",
    [
        _CLOUDFLARE,
        {"server": "cloudflare"},
        {"server": "AkamaiGHost"},
        {"server": "ddos-guard"},
        {"x-datadome": "protected"},
        {"x-vercel-mitigated": "challenge"},
        {"x-sucuri-id": "11005"},
        {"x-iinfo": "9-1-0 0NNN RT"},
    ],
)
def test_too_busy_with_the_marks_of_a_wall_is_guarded(status: int, headers: dict[str, str]) -> None:
    assert classify(Response(status, headers)).verdict is Verdict.GUARDED


@pytest.mark.parametrize("status", [500, 502, 504, 520, 521, 522, 530])
def test_a_broken_server_behind_a_wall_is_failing(status: int) -> None:
    assert classify(Response(status, {"server": "cloudflare"})).verdict is Verdict.FAILING


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><title>Just a moment...</title></head>",
        b"<TITLE>Attention Required! | Cloudflare</TITLE>",
        b"<script>window._cf_chl_opt={cvId:'3'}</script>",
        b'<div id="px-captcha"></div>',
        b"<script src='https://ct.captcha-delivery.com/c.js'></script>",
        b"Request unsuccessful. Incapsula incident ID: 1",
        b"<script id='anubis_challenge' type='application/json'>",
        b"<title>Vercel Security Checkpoint</title>",
        b"<title>DDOS-GUARD</title>",
        b"<title>Sucuri WebSite Firewall - Access Denied</title>",
        b"Access Denied. https://errors.edgesuite.net/18.1",
    ],
)
@pytest.mark.parametrize("status", [200, 400, 405, 429, 503])
def test_a_challenge_page_is_guarded_whatever_its_status(status: int, body: bytes) -> None:
    assert classify(Response(status, {}, body)).verdict is Verdict.GUARDED


@pytest.mark.parametrize(
    ("status", "headers"),
    [(202, {"x-amzn-waf-action": "challenge"}), (405, {"x-amzn-waf-action": "captcha"}), (200, _CLOUDFLARE)],
)
def test_a_challenge_told_by_headers_is_guarded(status: int, headers: dict[str, str]) -> None:
    assert classify(Response(status, headers)).verdict is Verdict.GUARDED


@pytest.mark.parametrize(
    "reply",
    [
        Response(200, {"server": "cloudflare", "x-datadome": "protected", "x-iinfo": "1"}),
        Response(200, {"cf-mitigated": "no"}),
        Response(200, {}, b"<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        Response(200, {}, b"<script src='/_Incapsula_Resource?SWJIYLWA=1'></script>"),
        Response(200, {}, b"<p>How to solve a captcha with a neural network</p>"),
    ],
)
def test_a_page_behind_a_wall_that_lets_us_in_is_alive(reply: Response) -> None:
    assert classify(reply).verdict is Verdict.ALIVE


def test_a_captcha_beside_a_refusal_is_guarded() -> None:
    assert classify(Response(429, {}, b"please solve the CAPTCHA")).verdict is Verdict.GUARDED


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        (ErrorKind.NAME_UNKNOWN, Verdict.DEAD),
        (ErrorKind.NAME_UNANSWERED, Verdict.FAILING),
        (ErrorKind.REFUSED, Verdict.FAILING),
        (ErrorKind.UNREACHABLE, Verdict.FAILING),
        (ErrorKind.RESET, Verdict.FAILING),
        (ErrorKind.TIMEOUT, Verdict.FAILING),
        (ErrorKind.TLS, Verdict.FAILING),
        (ErrorKind.PROTOCOL, Verdict.FAILING),
        (ErrorKind.PRIVATE, Verdict.SKIPPED),
        (ErrorKind.ADDRESS, Verdict.FAILING),
        (ErrorKind.PROXY, Verdict.FAILING),
    ],
)
def test_no_answer_is_judged_by_its_cause(kind: ErrorKind, verdict: Verdict) -> None:
    assert classify(FetchError(kind, "")).verdict is verdict


def test_what_our_proxy_refuses_never_kills_a_link() -> None:
    assert not classify(FetchError(ErrorKind.PROXY, "403")).can_become_dead


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        (RedirectError.LOOP, Verdict.FAILING),
        (RedirectError.TOO_MANY, Verdict.FAILING),
        (RedirectError.NO_TARGET, Verdict.FAILING),
        (RedirectError.OTHER_SCHEME, Verdict.SKIPPED),
    ],
)
def test_a_redirect_that_leads_nowhere_is_no_death(end: RedirectError, verdict: Verdict) -> None:
    assert classify(end).verdict is verdict


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (Response(404, {}), "404 Not Found"),
        (Response(520, {}), "HTTP status 520"),
        (FetchError(ErrorKind.NAME_UNKNOWN, "-2"), "host name does not exist"),
        (FetchError(ErrorKind.TIMEOUT, "after 20.013 s"), "no response in time"),
        (
            FetchError(ErrorKind.TLS, "certificate\nhas expired"),
            "no secure connection: certificate has expired",
        ),
        (FetchError(ErrorKind.TLS, ""), "no secure connection"),
        (RedirectError.LOOP, "redirects in a loop"),
    ],
)
def test_reasons_are_short_and_the_same_every_night(end: End, reason: str) -> None:
    assert classify(end).reason == reason


_ENDS = st.one_of(
    st.builds(
        Response,
        st.integers(100, 999),
        st.dictionaries(st.sampled_from(["server", "cf-mitigated", "retry-after", "x-datadome"]), st.text()),
        st.binary(),
    ),
    st.builds(FetchError, st.sampled_from(ErrorKind), st.text()),
    st.sampled_from(RedirectError),
)


@given(_ENDS)
def test_nothing_but_gone_and_an_unknown_name_is_ever_dead(end: End) -> None:
    gone = isinstance(end, Response) and end.status in {404, 410, 451}
    unknown = isinstance(end, FetchError) and end.kind is ErrorKind.NAME_UNKNOWN
    assert (classify(end).verdict is Verdict.DEAD) is (gone or unknown)
