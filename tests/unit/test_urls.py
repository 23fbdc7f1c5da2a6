"""What can be read off an address without asking anyone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmsys_enrich.urls import InvalidAddress, has_scheme, host_of, is_web, link_key


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
