"""Addresses in numbers: which of them lead out into the internet."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

OUT = ip_network("2000::/3")
"""All of the sixth version that is given to anybody; networks of one's own lie elsewhere."""
TRANSLATED = ip_network("64:ff9b::/96")
"""What a network without the fourth version calls those that have no other."""
OF_PROTOCOLS = ip_network("192.0.0.0/24")
"""Some machines tell here what opens them; older Pythons take most of it for anybody's."""
FOUR_BYTES = 0xFFFFFFFF


def is_outside(address: str) -> bool:
    """Whether it is out in the internet, in no network of anybody's own."""
    place = ip_address(address.partition("%")[0])
    if isinstance(place, IPv4Address):
        return place.is_global and not place.is_multicast and place not in OF_PROTOCOLS
    inner = _carried(place)
    if inner is not None:
        return is_outside(str(inner))
    return place in OUT and place.is_global


def _carried(place: IPv6Address) -> IPv4Address | None:
    """The one that is meant in the end, where it is written inside another."""
    if place in TRANSLATED:
        return IPv4Address(int(place) & FOUR_BYTES)
    return place.ipv4_mapped or place.sixtofour
