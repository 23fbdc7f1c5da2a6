"""IP addresses: which of them are private, also when written inside IPv6."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# IPv4 inside IPv6: RFC 6052 section 2.1, RFC 8215 (NAT64), RFC 4291 section 2.5.5.1 (IPv4-compatible).
_EMBEDDED_IN_LAST_32_BITS = (
    ip_network("64:ff9b::/96"),
    ip_network("64:ff9b:1::/48"),
    ip_network("::/96"),
    ip_network("::ffff:0:0:0/96"),  # RFC 2765 section 2.1, IPv4-translated
)
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214 section 6.1
# Clouds' metadata and platform services. Python calls some of them global.
_METADATA = frozenset(
    map(
        ip_address,
        (
            "168.63.129.16",  # Azure
            "100.100.100.200",  # Alibaba
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",  # AWS
            "fd20:ce::254",  # Google
        ),
    )
)


def is_private(address: str) -> bool:
    """
    Whether an IP address is not a public one: RFC 6890 and IANA's registries.

    Loopback, link-local, private, shared, reserved and multicast ranges, and the
    clouds' metadata services. An IPv6 address that embeds an IPv4 address is judged
    by that one too. Text that is no address counts as private.
    """
    parsed = _parse(address)
    return parsed is None or _is_private(parsed)


def is_metadata(address: str) -> bool:
    """Return true if an IP address is link-local or a cloud's metadata service."""
    parsed = _parse(address)
    if parsed is None:
        return False
    embedded = _embedded_ipv4(parsed)
    return any(one.is_link_local or one in _METADATA for one in (parsed, embedded) if one is not None)


def is_address(host: str) -> bool:
    """Return true if a host is an IP address, without brackets."""
    return _parse(host) is not None


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.partition("%")[0])  # without the zone: RFC 4007
    except ValueError:
        return None


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    embedded = _embedded_ipv4(address)
    if isinstance(address, IPv6Address) and address.sixtofour is not None:
        # Python before 3.11.4 calls all of 6to4 private, later ones none of it: only the IPv4 address counts.
        return embedded is not None and _is_private(embedded)
    if address in _METADATA or not address.is_global or address.is_multicast:
        return True
    return embedded is not None and _is_private(embedded)


def _embedded_ipv4(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address.teredo is not None:
        return address.teredo[1]  # the client behind it: RFC 4380
    if (inner := address.ipv4_mapped or address.sixtofour) is not None:
        return inner
    bits = int(address)
    if (
        any(address in network for network in _EMBEDDED_IN_LAST_32_BITS)
        or bits >> 32 & 0xFFFF_FFFF in _ISATAP
    ):
        return IPv4Address(bits & 0xFFFF_FFFF)
    return None
