"""What can be read off an address without asking anyone."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lmsys_enrich.urls import (
    InvalidAddress,
    has_scheme,
    host_of,
    is_web,
    link_key,
    server_of,
    target_of_request,
)

# Beginnings and characters of addresses that are written as usual, and of others.
_BEGINNINGS = (
    *("http://a.example", "https://a.example", "https://a.example:443", "http://a-1.b_2.example:8080"),
    *("http://127.0.0.1", "http://0177.1", "http://a:0", "http://a:080", "http://a:65535", "http://a:65536"),
    *("http://a.", "http://.", "http://", "https:/", "HTTPS://a", "http://A", "http://u:p@a", "http://[::1]"),
    *("http://b\u00fccher", "//a", "mailto:a"),
)
_CHARACTERS = "aZ09._~!$%&'()*+,/:;=?@#[]- \t\n\"<>\\^`{|}\x00\u00e9\u200b\u3002"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:443/a", "http://example.org:443/a"),
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/A?B=c", "https://example.org/A?B=c"),
        ("https://example.org?q", "https://example.org/?q"),
        (" https://example.org/a ", "https://example.org/a"),
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("https://example.org/é", "https://example.org/%C3%A9"),
        ("https://example.org/%C3%A9%20", "https://example.org/%C3%A9%20"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://[2001:DB8::1]:8080/", "https://[2001:db8::1]:8080/"),
        ("https://user:pass@example.org/", "https://user:pass@example.org/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_spellings_of_one_thing_share_a_key(url: str, key: str) -> None:
    assert link_key(url) == key


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///path",
        "http://:80/",
        "https://exa mple.org:x/",
        "http://[::1",
        "https://\u2028.org/",
    ],
)
def test_an_address_without_a_usable_host_is_told(url: str) -> None:
    with pytest.raises(InvalidAddress):
        link_key(url)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    try:
        key = link_key("https://example.org/" + text)
    except InvalidAddress:
        return
    assert link_key(key) == key


def test_kinds_of_addresses() -> None:
    assert is_web("HTTP://x")
    assert is_web("https://x")
    assert not is_web("ftp://x")
    assert not is_web("httpx")
    assert has_scheme("mailto:x")
    assert not has_scheme("docs/x")
    assert not has_scheme("#x")


def test_the_host_of_an_address_carries_its_port_when_it_is_unusual() -> None:
    assert host_of("https://Example.org:443/") == "example.org"
    assert host_of("https://example.org:8443/") == "example.org:8443"


def _told(url: str) -> list[object]:
    """Return all that can be read off an address, or why it cannot."""
    told: list[object] = []
    for read in (link_key, host_of, server_of, target_of_request):
        try:
            told.append(read(url))
        except InvalidAddress as problem:
            told.append(str(problem))
    return told


@given(st.sampled_from(_BEGINNINGS), st.text(_CHARACTERS, max_size=12))
@example("http://a.example", "/a(b)/%20?c[]=d&e#f?g")
@example("https://a.example:443", "?")
@example("http://127.0.0.1", "/200/1")
def test_what_is_read_off_an_address_at_a_glance_is_what_a_careful_look_tells(
    beginning: str, end: str
) -> None:
    # With a blank before it no address is a usual one, and blanks at the ends mean nothing.
    assert _told(beginning + end) == _told(f" {beginning}{end}")


def test_a_request_goes_where_the_address_leads() -> None:
    assert server_of("https://Example.org./a") == ("https", "example.org", 443)
    assert server_of("http://[2001:DB8::1]:8080/") == ("http", "2001:db8::1", 8080)
    assert target_of_request("https://example.org?q=\u00e9#part") == "/?q=%C3%A9"
    with pytest.raises(InvalidAddress, match="read differently"):
        server_of("http://0177.0.0.1/")


@pytest.mark.parametrize("read", [host_of, server_of, target_of_request])
def test_what_is_not_on_the_web_has_no_server(read: Callable[[str], object]) -> None:
    with pytest.raises(InvalidAddress):
        read("mailto:a@example.org")
