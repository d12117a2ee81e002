"""The form of an article without what only makes it longer: blank lines of templates, escaped quotes in the values of blocks, and
Chinese escaped in JSON."""

import json
import re

# Blanks beside a tag, but not in what has to stay as it is, up to the end where it is never closed.
_BLANKS = re.compile(
    rb"(<(textarea|script|pre)\b.*?(?:</\2>|\Z))|(?<=>)\s{2,}|(?<!\s)\s{2,}+(?=<)", re.DOTALL
)
# At the end of a box, and before what is not drawn, blanks are never seen.
_UNSEEN_BEFORE = re.compile(rb"</(?:div|section|ul|li|form|head|body|html)>|<(?:script|link|meta|template)\b")
# JSON, in which each quote was written as `&quot;`; an apostrophe is escaped in it.
_BLOCKS = re.compile(rb'(data-w-block-(?:data|arguments)-value=)"([^"]*)"')
# What Django's `json_script` escapes.
_MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def compact(response):
    """Let `response` be sent as short HTML that means the same."""
    response.add_post_render_callback(_compact)
    return response


def _compact(response) -> None:
    response.content = _BLOCKS.sub(_in_apostrophes, _BLANKS.sub(_shortened, response.content))


def _shortened(found: re.Match[bytes]) -> bytes:
    """A line break for blanks, nothing where readers see none; what has to stay, without blanks and with its Chinese as it is written where it is JSON."""
    stays = found[1]
    if not stays:
        return b"" if _UNSEEN_BEFORE.match(found.string, found.end()) else b"\n"
    tag, mark, written = stays.partition(b">")
    end = b"</script>"
    if b"application/json" not in tag or not written.endswith(end):
        return stays
    return tag + mark + _shortest_json(written.removesuffix(end)) + end


def _shortest_json(written: bytes) -> bytes:
    """JSON that can stand in a script element; as it was where it says what UTF-8 can't."""
    try:
        text = json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":"))
        return text.translate(_MARKUP).encode()
    except ValueError:
        return written


def _in_apostrophes(found: re.Match[bytes]) -> bytes:
    return found[1] + b"'" + found[2].replace(b"&quot;", b'"') + b"'"
