"""Cookies that are kept during a check, and the hosts that get them."""

import pytest

from lmsys_enrich.checkers.website.session import Cookies
from lmsys_enrich.http.messages import Response


def _after(*lines: str) -> Cookies:
    cookies = Cookies()
    cookies.note("https://www.a.org/x", Response(302, {"set-cookie": "\n".join(lines)}))
    return cookies


def test_a_cookie_goes_back_to_its_site() -> None:
    cookies = _after("a=1; Path=/; HttpOnly", "b=x=y; Max-Age=60")
    assert cookies.header("https://a.org/y") == "a=1; b=x=y"


def test_a_later_value_replaces_an_earlier_one() -> None:
    assert _after("a=1", "a=2").header("https://a.org/") == "a=2"


def test_no_other_site_gets_a_cookie() -> None:
    assert _after("a=1").header("https://b.org/") == ""


@pytest.mark.parametrize("line", ["", "=", "a=\u00e9", "a=\x01", "a=" + "x" * 5000])
def test_a_cookie_that_cannot_be_sent_is_let_go(line: str) -> None:
    assert _after(line).header("https://a.org/") == ""


def test_ten_thousand_cookies_are_not_carried_about() -> None:
    assert _after(*(f"c{n}=1" for n in range(10_000))).header("https://a.org/").count("=") == 50


@pytest.mark.parametrize(
    "line",
    [
        "a=; expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "a=deleted; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/",
        "a=x; Max-Age=0",
        "a=x; max-age=-1; secure",
    ],
)
def test_cookie_that_its_site_takes_back_is_sent_no_more(line: str) -> None:
    cookies = Cookies()
    cookies.note("https://a.example/", Response(302, {"set-cookie": "a=1\nb=2"}))
    cookies.note("https://a.example/", Response(302, {"set-cookie": line}))
    assert cookies.header("https://a.example/") == "b=2"


@pytest.mark.parametrize(
    "line", ["a=1; max-age=01", "a=1; Max-Age=3600", "a=1; expires=Fri, 01 Jan 2038 00:00:00 GMT"]
)
def test_cookie_that_lasts_is_sent(line: str) -> None:
    cookies = Cookies()
    cookies.note("https://a.example/", Response(302, {"set-cookie": line}))
    assert cookies.header("https://a.example/") == "a=1"


def test_cookie_without_name_or_value_is_sent_as_by_browsers() -> None:
    cookies = Cookies()
    cookies.note("https://a.example/", Response(302, {"set-cookie": "token\nflag=\n="}))
    assert cookies.header("https://a.example/") == "token; flag="
