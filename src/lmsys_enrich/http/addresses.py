"""Which addresses lie inside somebody's network and are not contacted for a list's sake."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# https://datatracker.ietf.org/doc/html/rfc6052#section-2.1 and rfc8215: IPv4 inside IPv6
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


def is_private(address: str) -> bool:
    """
    Whether an IP address is anything but a public one.

    Loopback, link-local (the clouds' metadata services too), private, shared,
    reserved and multicast ranges; for IPv6 that carries an IPv4 address, also by
    that one: https://www.iana.org/assignments/iana-ipv4-special-registry/.
    """
    try:
        parsed = ip_address(address.split("%", 1)[0])
    except ValueError:
        return True
    return _is_private(parsed)


def _is_private(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _in_nat64(address)
        if inner is not None:
            return _is_private(inner)
        if address.teredo is not None:
            return True
    return not address.is_global or address.is_multicast


def _in_nat64(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
