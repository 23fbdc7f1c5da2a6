"""What is inside somebody's network is told from what is public."""

import pytest

from lmsys_enrich.http.addresses import is_metadata, is_private


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
def test_it_is_not_contacted_for_a_lists_sake(address: str) -> None:
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
    ],
)
def test_it_is_public(address: str) -> None:
    assert not is_private(address)


@pytest.mark.parametrize(
    "address",
    [
        *("168.63.129.16", "100.100.100.200", "::127.0.0.1", "::ffff:0:7f00:1"),
        *("fe80::5efe:7f00:1", "2001:4860::5efe:a9fe:a9fe", "64:ff9b:1::127.0.0.1"),
        *("fd00:ec2::254", "fd20:ce::254"),
    ],
)
def test_platform_and_embedded_addresses_are_private(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%lo", "::ffff:a9fe:a9fe", "168.63.129.16"])
def test_metadata_addresses_are_known(address: str) -> None:
    assert is_metadata(address)


def test_loopback_is_no_metadata_address() -> None:
    assert not is_metadata("127.0.0.1")
