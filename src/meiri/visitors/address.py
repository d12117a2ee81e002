"""Which address a request comes from, where proxies may stand between."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings


def address_of(request) -> str:
    """The visitor's address of a Django request, "" where unknown."""
    return visitor_of([request.headers.get("X-Forwarded-For", "")], request.META.get("REMOTE_ADDR", ""))


def network_of(request) -> str:
    """The network that the visitor's address belongs to: its first 24 bits, of IPv6 the first 48. "" where unknown."""
    try:
        address = ip_network(address_of(request), strict=False)
    except ValueError:
        return ""
    return str(address.supernet(new_prefix=24 if address.version == 4 else 48))


def visitor_of(forwarded: Iterable[str], peer: str) -> str:
    """The nearest address in the chain that is not a proxy of ours, "" where unknown.

    `forwarded`: the X-Forwarded-For headers in their order; `peer`: the address at the other end of the connection.
    Only what a trusted proxy says is believed: anybody can write a header. Of an IPv6 address the first
    64 bits count, because one household has all that follow.
    """
    chain = [*",".join(forwarded).split(","), peer]
    address = None
    for text in reversed(chain):
        try:
            hop = ip_address(text.strip())
        except ValueError:
            break
        address = getattr(hop, "ipv4_mapped", None) or hop
        if str(address) not in settings.TRUSTED_PROXIES:
            break
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or "")
