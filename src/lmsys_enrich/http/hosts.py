"""Hosts: private addresses, sites of names. The only module that imports the public suffix list."""

from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from publicsuffixlist import PublicSuffixList

# All that IANA has given out: https://www.iana.org/assignments/ipv6-address-space. What lies outside is
# site-local (fec0::/10), deprecated (::/96), for local use (64:ff9b:1::/48) or reserved.
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052 section 2.1
_DOCUMENTATION = ip_network("3fff::/20")  # RFC 9637, which Python learned in 3.13
_IPV4_TRANSLATED = ip_network("::ffff:0:0:0/96")  # RFC 2765 section 2.1
_IPV4_COMPATIBLE = ip_network("::/96")  # RFC 4291 section 2.5.5.1
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")  # RFC 8215
_EMBEDDED_IN_LAST_32_BITS = (_NAT64, _LOCAL_NAT64, _IPV4_COMPATIBLE, _IPV4_TRANSLATED)
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 section 6.1
# Clouds' metadata and platform services. Python calls some of them global.
_METADATA = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # Azure
            "100.100.100.200/32",  # Alibaba
            "192.0.0.192/32",  # Oracle
            "fd00:ec2::/32",  # AWS: instance metadata, DNS, time, pods' credentials
            "fd20:ce::/32",  # Google
        ),
    )
)


def is_private(address: str) -> bool:
    """
    Return true if an IP address is not a public one: RFC 6890 and IANA's registries.

    Loopback, link-local, private, shared, reserved and multicast ranges, and the
    clouds' metadata services. An IPv6 address that embeds an IPv4 address is judged
    by that one too. Text that is not an address counts as private.
    """
    parsed = _parse(address)
    return parsed is None or _is_private(parsed)


def is_metadata(address: str) -> bool:
    """Return true if an IP address is link-local or a cloud's metadata service."""
    parsed = _parse(address)
    if parsed is None:
        return False
    embedded = _embedded_ipv4(parsed)
    return any(_is_metadata(one) for one in (parsed, embedded) if one is not None)


def is_address(host: str) -> bool:
    """Return true if a host is an IP address, without brackets."""
    return _parse(host) is not None


def site_of(host: str) -> str:
    """Return the registered domain of a host (`docs.bbc.co.uk`: `bbc.co.uk`), else its name."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    name = host.partition(":")[0].lower()
    if is_address(name):  # the list would take 192.0.2.1 and 198.51.2.1 for names under one suffix
        return name
    return _suffixes().privatesuffix(name) or name


def same_site(host: str, other: str) -> bool:
    """Return true if both hosts belong to one registrant."""
    return site_of(host) == site_of(other)


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])  # without the zone: RFC 4007
    except ValueError:
        return None


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return _is_metadata(address) or not address.is_global or address.is_multicast
    embedded = _embedded_ipv4(address)
    # Versions of Python differ on 6to4 and on mapped addresses: there only the IPv4 address counts.
    if embedded is not None and (address.sixtofour or address.ipv4_mapped or address in _NAT64):
        return _is_private(embedded)
    if address not in _GLOBAL_UNICAST or address in _DOCUMENTATION or not address.is_global:
        return True
    return embedded is not None and _is_private(embedded)


def _is_metadata(address: IPv4Address | IPv6Address) -> bool:
    return address.is_link_local or any(address in network for network in _METADATA)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.teredo is not None:
        return address.teredo[1]  # the client behind it: RFC 4380
    if (inner := address.ipv4_mapped or address.sixtofour) is not None:
        return inner
    bits = int(address)
    if address in _LOCAL_NAT64 and bits & 0xFFFF_FFFF == 0:
        # RFC 6052 section 2.2, a prefix of 48 bits: around bits 64 to 71.
        return IPv4Address((bits >> 64 & 0xFFFF) << 16 | bits >> 40 & 0xFFFF)
    if (
        any(address in network for network in _EMBEDDED_IN_LAST_32_BITS)
        or bits >> 32 & 0xFFFF_FFFF in _ISATAP
    ):
        return IPv4Address(bits & 0xFFFF_FFFF)
    return None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # takes 30 ms: only where it is needed
