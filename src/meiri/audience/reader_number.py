"""The number under which a reader of an article is known for half an hour, and how much those of one network may add.

It is made of three digests, so that the readers behind one address, and in one network, stand side by side in the table of
what was counted. They are made with the salt of the half hour and with the article: nothing tells who reads two of them.
"""

from hashlib import blake2b

from meiri.visitors.address import network_around

NETWORK_BITS, ADDRESS_BITS, BROWSER_BITS = 22, 12, 29
# Readers of an article that count in half an hour: behind one address (a household, a school, a telephone company), in
# one network.
MOST_OF_ADDRESS, MOST_OF_NETWORK = 50, 5_000
# … and those that hot lists take at their full weight. Of those after them ever fewer add to the lists.
FREE_OF_ADDRESS, FREE_OF_NETWORK = 10, 300


def reader_number(article: int, address: str, browser: str, key: bytes) -> int:
    """63 bits, as either database keeps them. `key`: the salt of the half hour."""

    def digest(text: str, bits: int) -> int:
        whole = blake2b(f"{article}\n{text}".encode(errors="replace"), key=key, digest_size=8).digest()
        return int.from_bytes(whole) >> (64 - bits)

    network = digest(network_around(address), NETWORK_BITS)
    number = network << ADDRESS_BITS | digest(address, ADDRESS_BITS)
    return number << BROWSER_BITS | digest(f"{address}\n{browser}", BROWSER_BITS)


def of_address(reader: int) -> tuple[int, int]:
    """The least and the greatest number of those behind the same address."""
    return _range(reader, BROWSER_BITS)


def of_network(reader: int) -> tuple[int, int]:
    """The least and the greatest number of those in the same network."""
    return _range(reader, ADDRESS_BITS + BROWSER_BITS)


def _range(reader: int, bits: int) -> tuple[int, int]:
    least = reader >> bits << bits
    return least, least | (1 << bits) - 1


def adds_to_lists(nth: int, free: int) -> bool:
    """Whether the `nth` reader of a network adds to hot lists: the first `free`, then those at twice as many, four times…"""
    times, rest = divmod(nth, free)
    return nth <= free or (rest == 0 and times & (times - 1) == 0)
