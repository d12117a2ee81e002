"""The words of an article's body without its markup."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|blockquote|ul|ol)>|<hr/?>")
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")
# Chinese is written without spaces: a line break or a space left by a broken line parts no word.
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff])[^\S\u3000]+(?=[\u3400-\u9fff\uf900-\ufaff])")


def paragraphs(raw: Iterable[dict]) -> list[str]:
    """The paragraphs, headings, captions and cells of a body as it is stored (a list of blocks), without tags. A word that
    a tag or a line break cuts in two is whole again."""
    whole = "\0".join(_pieces(raw))
    found = whole.split("\0")
    if " " in whole or "\n" in whole or "\xa0" in whole:  # few Chinese texts have any
        found = list(map(joined, found))
    return list(filter(None, found))


def joined(text: str) -> str:
    """`text` on one line, without the breaks inside Chinese words."""
    if "\n" not in text and "  " not in text and "\xa0" not in text:
        return _BETWEEN_HAN.sub("", text).strip() if " " in text else text
    return _BETWEEN_HAN.sub("", _SPACE.sub(" ", text)).strip()


def from_html(html: str) -> list[str]:
    """The paragraphs of rich text, without tags."""
    marked = _BLOCK_END.sub("\0", html)
    text = _TAG.sub("", marked.replace("<br", " <br")) if "<" in marked else marked
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
