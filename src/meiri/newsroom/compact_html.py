"""The form of an article without what only makes it longer: blank lines of templates, escaped quotes in the values of blocks, and
Chinese escaped in JSON."""

import re

# Blanks beside a tag, but not in what has to stay as it is, up to the end where it is never closed.
_BLANKS = re.compile(
    rb"(<(textarea|script|pre)\b.*?(?:</\2>|\Z))|(?<=>)\s{2,}|(?<!\s)\s{2,}+(?=<)", re.DOTALL
)
# JSON, in which each quote was written as `&quot;`; an apostrophe is escaped in it.
_BLOCKS = re.compile(rb'(data-w-block-(?:data|arguments)-value=)"([^"]*)"')

# An escaped backslash, which stays; or a Chinese character or sign, of six bytes where three do.
_ESCAPED = re.compile(rb"\\\\|\\u([3-9][0-9a-f]{3}|ff[0-9a-f]{2})")


def compact(response):
    """Let `response` be sent as short HTML that means the same."""
    response.add_post_render_callback(_compact)
    return response


def _compact(response) -> None:
    response.content = _BLOCKS.sub(_in_apostrophes, _BLANKS.sub(_shortened, response.content))


def _shortened(found: re.Match[bytes]) -> bytes:
    """A line break for blanks; what has to stay, with its Chinese as it is written where it is JSON."""
    stays = found[1]
    if not stays:
        return b"\n"
    return _ESCAPED.sub(_as_character, stays) if b"application/json" in stays.partition(b">")[0] else stays


def _as_character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode() if found[1] else found[0]


def _in_apostrophes(found: re.Match[bytes]) -> bytes:
    return found[1] + b"'" + found[2].replace(b"&quot;", b'"') + b"'"
