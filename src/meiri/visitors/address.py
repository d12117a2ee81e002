"""Which address a request comes from, where proxies may stand between."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# So many hops of a chain are looked at, the nearest ones; and so long is a text that may be one.
MOST_HOPS = 20
LONGEST_HOP = 80
# `203.0.113.9:4711`, `[2001:db8::7]:443`, `[2001:db8::7]`.
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.%\w]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", re.ASCII)


def networks_of(setting: Sequence[str], name: str = "MEIRI_TRUSTED_PROXIES") -> tuple[Network, ...]:
    """The networks that the setting `name` holds: addresses, or networks such as `10.0.0.0/8`.

    Raises `ImproperlyConfigured` with a sentence for the operator.
    """
    found = []
    for text in filter(None, map(str.strip, setting)):
        try:
            network = ip_network(text.strip("[]"), strict=False)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} holds {text!r}, which is neither an address nor a network;"
                " write for example 127.0.0.1,10.0.0.0/8,2001:db8::/32."
            ) from None
        found.append(_as_ipv4(network))
    return tuple(found)


def _as_ipv4(network: Network) -> Network:
    """A network of addresses mapped into IPv6 (`::ffff:10.0.0.0/104`), as one of IPv4."""
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network[0].ipv4_mapped:
        return ip_network((network[0].ipv4_mapped, network.prefixlen - 96))
    return network


@lru_cache(8)
def _networks(setting: tuple[str, ...]) -> tuple[Network, ...]:
    return networks_of(setting)


def is_within(address: Address, setting: Sequence[str]) -> bool:
    """Whether `address` is in one of the networks of a setting."""
    return any(address in network for network in _networks(tuple(setting)))


def is_trusted(address: Address) -> bool:
    """Whether a proxy of ours stands at `address`."""
    return is_within(address, settings.TRUSTED_PROXIES)


def hop_of(text: str) -> Address | None:
    """The address that one entry of X-Forwarded-For names, with or without a port; None where it is none."""
    text = text.strip().strip('"')
    if len(text) > LONGEST_HOP:
        return None
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def address_of(request) -> str:
    """The visitor's address of a Django request, "" where unknown."""
    return visitor_of([request.headers.get("X-Forwarded-For", "")], request.META.get("REMOTE_ADDR", ""))


def comes_from(request, setting: Sequence[str]) -> bool:
    """Whether a Django request comes from one of the networks of a setting; not where its address is unknown."""
    address = nearest([request.headers.get("X-Forwarded-For", "")], request.META.get("REMOTE_ADDR", ""))
    return address is not None and is_within(address, setting)


def network_of(request) -> str:
    """The network that the visitor's address belongs to: its first 24 bits, of IPv6 the first 48. "" where unknown."""
    try:
        address = ip_network(address_of(request), strict=False)
    except ValueError:
        return ""
    return str(address.supernet(new_prefix=24 if address.version == 4 else 48))


def visitor_of(forwarded: Iterable[str], peer: str) -> str:
    """The address that `nearest` finds, "" where unknown. Of an IPv6 address the first 64 bits count, because one household has
    all that follow."""
    address = nearest(forwarded, peer)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address or "")


def nearest(forwarded: Iterable[str], peer: str) -> Address | None:
    """The nearest address in the chain that is not a proxy of ours.

    `forwarded`: the X-Forwarded-For headers in their order; `peer`: the address at the other end of the connection.
    Only what a trusted proxy says is believed: anybody can write a header. Where a proxy names no address ("unknown"), the
    proxy itself is the visitor.
    """
    address = hop_of(peer)
    if address is not None and is_trusted(address):
        chain = [text for text in ",".join(forwarded).split(",") if text.strip()]
        for text in reversed(chain[-MOST_HOPS:]):
            hop = hop_of(text)
            if hop is None:
                break
            address = hop
            if not is_trusted(hop):
                break
    return address


def network_around(address: str) -> str:
    """The network of an address as `visitor_of` gives it: the first 24 bits, of IPv6 the first 48. "" where unknown."""
    if "." in address and ":" not in address:
        return address.rpartition(".")[0]
    try:
        return str(ip_network(address, strict=False).supernet(new_prefix=48))
    except ValueError:
        return ""
