"""Hosts are told to belong together by the public suffix list, not by their looks."""

import pytest

from lmsys_enrich.http.sites import same_site, site_of


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("docs.bbc.co.uk", "bbc.co.uk"),
        ("example.com", "example.com"),
        ("WWW.Example.COM", "example.com"),
        ("www.example.com:8443", "example.com"),
        ("someone.github.io", "someone.github.io"),
        ("localhost", "localhost"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
    ],
)
def test_a_hosts_registered_domain(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("www.example.com", "example.com", True),
        ("a.bbc.co.uk", "b.bbc.co.uk", True),
        ("example.com", "example.org", False),
        ("one.co.uk", "two.co.uk", False),
        ("one.github.io", "two.github.io", False),
        ("example.com", "notexample.com", False),
    ],
)
def test_who_answers_for_both_hosts(host: str, other: str, same: bool) -> None:
    assert same_site(host, other) is same


def test_two_addresses_are_two_sites() -> None:
    assert not same_site("192.0.2.1", "198.51.2.1")
    assert not same_site("[2001:db8::1]", "[2001:db8::2]:81")
    assert same_site("192.0.2.1:80", "192.0.2.1:81")
