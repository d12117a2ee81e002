"""Which address a request comes from, where proxies may stand between."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings


def address_of(request) -> str:
    """The visitor's address: the nearest one in the chain that is not a proxy of ours, "" where unknown.

    Only what a trusted proxy says is believed: anybody can write a header. Of an IPv6 address the first
    64 bits count, because one household has all that follow.
    """
    chain = [*request.headers.get("X-Forwarded-For", "").split(","), request.META.get("REMOTE_ADDR", "")]
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
