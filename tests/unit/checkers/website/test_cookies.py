"""Which cookies are kept for a visit, and who gets them."""

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


@pytest.mark.parametrize("line", ["", "a", "=1", "a=\u00e9", "a=\x01", "a=" + "x" * 5000])
def test_a_cookie_that_cannot_be_sent_is_let_go(line: str) -> None:
    assert _after(line).header("https://a.org/") == ""


def test_ten_thousand_cookies_are_not_carried_about() -> None:
    assert _after(*(f"c{n}=1" for n in range(10_000))).header("https://a.org/").count("=") == 50
