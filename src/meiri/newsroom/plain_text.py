"""The words of an article's body without its markup."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|blockquote|ul|ol)>|<hr/?>")
_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"\s+")
# Chinese is written without spaces: a line break or a space left by a broken line parts no word. The space comes first in the
# pattern, for it is rare: that is three times as fast as to look for what is before it.
_HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
_BETWEEN_HAN = re.compile(rf"(?s:[^\S\u3000](?<={_HAN}.)[^\S\u3000]*(?={_HAN}))")


def paragraphs(raw: Iterable[dict]) -> list[str]:
    """The paragraphs, headings, captions and cells of a body as it is stored (a list of blocks), without tags. A word that
    a tag or a line break cuts in two is whole again."""
    found = _closed("\0".join(_pieces(raw))).split("\0")
    return [text for piece in found if (text := piece.strip())]


def _closed(text: str) -> str:
    """`text` on one line, without the breaks inside Chinese words."""
    if "\n" in text or "  " in text or "\xa0" in text:
        text = _SPACE.sub(" ", text)
    return _BETWEEN_HAN.sub("", text) if " " in text else text


def from_html(html: str) -> list[str]:
    """The paragraphs of rich text, without tags."""
    text = html.replace("</p>", "\0").replace("<p>", "")  # what most have, and quicker
    if "<" in text:
        text = _TAG.sub("", _BLOCK_END.sub("\0", text).replace("<br", " <br"))
    return (unescape(text) if "&" in text else text).split("\0")


def _pieces(raw: Iterable[dict]) -> Iterator[str]:
    for block in raw:
        value = block["value"]
        match block["type"]:
            case "text":
                yield from from_html(value)
            case "heading":
                yield value
            case "quote":
                yield from (value.get("text") or "", value.get("speaker") or "")
            case "image":
                yield value.get("caption") or ""
            case "gallery":
                yield from (item["value"].get("caption") or "" for item in value.get("pictures", ()))
            case "video" | "audio":
                yield from (value.get("title") or "", value.get("transcript") or "")
            case "table":
                yield from (
                    str(cell) for row in (value or {}).get("data") or () for cell in row if cell is not None
                )
            case "related":
                yield value.get("title") or ""
