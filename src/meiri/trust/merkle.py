"""The Merkle trees of RFC 6962, section 2.1, over SHA-256: roots, and proofs of inclusion and consistency with their checks."""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
# No proof has more hashes than a tree has levels.
LONGEST_PROOF = 63

# `(height, index)` gives the root of the full subtree of 2**height leaves that begins with leaf index * 2**height.
Subtrees = Callable[[int, int], bytes]


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of full subtrees of one height."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [hash_children(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def root_of_range(subtrees: Subtrees, first: int, end: int) -> bytes:
    """MTH of the leaves from `first` to before `end`, which a tree of this shape has as a node."""
    size = end - first
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return subtrees(height, first >> height)
    middle = first + _split(size)
    return hash_children(
        root_of_range(subtrees, first, middle),
        root_of_range(subtrees, middle, end),
    )


def inclusion_proof(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1. Raises `ValueError` for a leaf that is not in the tree."""
    if not 0 <= index < size:
        raise ValueError(f"Leaf {index} is not in a tree of {size}.")
    first, end, path = 0, size, []
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(root_of_range(subtrees, middle, end))
            end = middle
        else:
            path.append(root_of_range(subtrees, first, middle))
            first = middle
    return path[::-1]


def consistency_proof(subtrees: Subtrees, old: int, size: int) -> list[bytes]:
    """PROOF of RFC 6962, 2.1.2; empty where `old` is nothing or all. Raises `ValueError` where `old` is larger."""
    if not 0 <= old <= size:
        raise ValueError(f"A tree of {size} has none of {old} in it.")
    if old in (0, size):
        return []
    first, end, wanted, whole, path = 0, size, old, True, []
    while wanted != end - first:
        split = _split(end - first)
        if wanted <= split:
            path.append(root_of_range(subtrees, first + split, end))
            end = first + split
        else:
            path.append(root_of_range(subtrees, first, first + split))
            first, wanted, whole = first + split, wanted - split, False
    if not whole:
        path.append(root_of_range(subtrees, first, end))
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` leads from the hash of a leaf to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(proof) > LONGEST_PROOF:
        return False
    number, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = hash_children(one, found)
            while number & 1 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            found = hash_children(found, one)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether `proof` shows that the tree of `size` leaves begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size or len(proof) > LONGEST_PROOF:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    found_old = found = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            found_old, found = hash_children(one, found_old), hash_children(one, found)
            while number & 1 == 0 and number:
                number, last = number >> 1, last >> 1
        else:
            found = hash_children(found, one)
        number, last = number >> 1, last >> 1
    return last == 0 and found_old == old_root and found == root


def _split(size: int) -> int:
    """The largest power of two that is smaller than `size`, which is 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)
