"""The pictures in RTF, which Word puts on the clipboard beside HTML that only names files of its own.

Rich Text Format Specification 1.9.1, "Pictures": a group `{\\pict …}` with control words, then the bytes in hexadecimal.
"""

import re
from itertools import pairwise

_BRACE = re.compile(r"[{}]")
_CONTROL = re.compile(r"\\(?:[a-z]{1,32}-?\d{0,10} ?|[^a-z])")
_NOT_HEX = re.compile(r"[^0-9a-fA-F]+")
_BLIP = re.compile(r"\\(?:png|jpeg)blip\b")
MOST = 200


def rtf_pictures(rtf: str) -> list[bytes | None]:
    """The pictures of a document in their order: PNG and JPEG as bytes, of others only that they are there."""
    found: list[bytes | None] = []
    pieces = rtf.split("\\pict", MOST + 1)
    for before, piece in pairwise(pieces):
        if piece[:1].isalpha() or before.rstrip("{ \r\n").endswith("\\nonshppict"):
            continue  # another control word (\\picture…), or the same picture for old programs
        found.append(_bytes_of(piece))
    return found


def _bytes_of(piece: str) -> bytes | None:
    """What is in a group that begins with `piece`, without the groups inside it."""
    depth, at, own = 0, 0, []
    for brace in _BRACE.finditer(piece):
        if depth == 0:
            own.append(piece[at : brace.start()])
        depth += 1 if brace[0] == "{" else -1
        at = brace.end()
        if depth < 0:
            break
    text = " ".join(own)  # a control word ends with its group
    if not _BLIP.search(text):
        return None
    digits = _NOT_HEX.sub("", _CONTROL.sub("", text))
    return bytes.fromhex(digits[: len(digits) // 2 * 2])
