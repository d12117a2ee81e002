"""Rich text as it is stored: its words, without markup."""

import re
from html import unescape

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|blockquote|ul|ol)>|<hr/?>")
_TAG = re.compile(r"<[^<>]*>")


def paragraphs_of_rich_text(html: str) -> list[str]:
    """The paragraphs of rich text, without tags."""
    text = html.replace("</p>", "\0").replace("<p>", "")  # what most have, and quicker
    if "<" in text:
        text = _TAG.sub("", _BLOCK_END.sub("\0", text).replace("<br", " <br"))
    return (unescape(text) if "&" in text else text).split("\0")
