"""Private and public addresses, and sites."""

import pytest

from lmsys_enrich.http.hosts import is_metadata, is_private, same_site, site_of


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.10",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:1:2:3:4:5:6",
        "no address",
    ],
)
def test_private_address(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "140.82.121.4",
        "2606:50c0:8000::153",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2001:4860::5efe:808:808",
    ],
)
def test_public_address(address: str) -> None:
    assert not is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        *("168.63.129.16", "100.100.100.200", "::127.0.0.1", "::ffff:0:7f00:1"),
        *("fe80::5efe:7f00:1", "2001:4860::5efe:a9fe:a9fe", "64:ff9b:1::127.0.0.1"),
        *("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "192.0.0.192"),
        *("fec0::1", "64:ff9b:1::808:808", "64:ff9b:1:808:0:800::", "3fff::1", "5f00::1", "100::1"),
        *("::ffff:0:808:808", "::8.8.8.8", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "ff0e::1"),
        *("0.1.2.3", "240.0.0.1", "239.1.1.1", "2001:10::1", "4000::1"),
    ],
)
def test_platform_and_embedded_addresses_are_private(address: str) -> None:
    assert is_private(address)


_METADATA = [
    *("169.254.169.254", "fe80::1%lo", "::ffff:a9fe:a9fe", "168.63.129.16"),
    *("100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254", "64:ff9b::a9fe:a9fe"),
    *("2002:a9fe:a9fe::", "::a9fe:a9fe", "2606:4700::5efe:a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00::"),
]


@pytest.mark.parametrize("address", _METADATA)
def test_metadata_addresses_are_known(address: str) -> None:
    assert is_metadata(address)


def test_loopback_is_no_metadata_address() -> None:
    assert not is_metadata("127.0.0.1")


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
def test_site_is_registered_domain(host: str, site: str) -> None:
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
def test_hosts_of_one_site(host: str, other: str, same: bool) -> None:
    assert same_site(host, other) is same


def test_addresses_are_sites_of_their_own() -> None:
    assert not same_site("192.0.2.1", "198.51.2.1")
    assert not same_site("[2001:db8::1]", "[2001:db8::2]:81")
    assert same_site("192.0.2.1:80", "192.0.2.1:81")
