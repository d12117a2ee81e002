"""The article of a page that a script renders: it stands in the script's own data, as JSON."""

import json
import re
from collections.abc import Iterator
from html import escape

MOST_SCRIPTS, MOST_VALUES = 60, 100_000
# Characters of a text that could be an article's.
SHORTEST_BODY = 40
FEWEST_PICTURES = 2
_SCRIPT = re.compile(r"<script\b[^<>]{0,500}>", re.IGNORECASE)
_GIVEN = re.compile(r"[=(]\s{0,4}(?=[{\[])")
_BODY_KEYS = (
    "articlebody",
    "content",
    "contenthtml",
    "body",
    "html",
    "text",
    "articlecontent",
    "detail",
    "contents",
    "maintext",
)
_TITLE_KEYS = ("title", "headline", "articletitle", "newstitle", "subject")
_SOURCE_KEYS = ("source", "sourcename", "origin", "copyfrom", "media", "medianame", "publisher", "author")
_TIME_KEYS = (
    "publishtime",
    "pubtime",
    "datepublished",
    "publishedat",
    "publishdate",
    "pubdate",
    "createtime",
    "ctime",
    "time",
    "date",
)
_PICTURE_KEYS = ("img", "image", "imgurl", "src", "pic", "picurl", "original", "url", "big")
_CAPTION_KEYS = ("note", "caption", "desc", "description", "intro", "summary", "text", "title")
_TAG = re.compile(r"<[^<>]*>")


def page_of_state(text: str) -> str:
    """A plain page made of the article in the data of a page's scripts, empty where there is none."""
    best: tuple[int, str] = (0, "")
    for data in _data_of_scripts(text):
        for value in _values(data):
            if isinstance(value, dict):
                best = max(best, _article(value), key=lambda found: found[0])
            elif isinstance(value, list):
                best = max(best, _gallery(value), key=lambda found: found[0])
    return best[1]


def is_rendered_by_script(text: str) -> bool:
    """Whether a page has scripts, which may write what the page itself doesn't hold."""
    return bool(_SCRIPT.search(text))


def _data_of_scripts(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(MOST_SCRIPTS):
        opening = _SCRIPT.search(text, at)
        if opening is None:
            return
        end = text.find("</", opening.end())
        while end >= 0 and text[end + 2 : end + 8].lower() != "script":
            end = text.find("</", end + 2)
        at = end if end >= 0 else len(text)
        script = text[opening.end() : at].lstrip()
        given = _GIVEN.search(script[:2000]) if script[:1] not in "{[" else None
        start = given.end() if given else 0
        if script[start : start + 1] in ("{", "["):
            try:
                yield decoder.raw_decode(script, start)[0]
            except (ValueError, RecursionError):
                continue


def _values(data: object) -> Iterator[object]:
    """The dicts and lists within `data`, at most so many."""
    waiting, seen = [data], 0
    while waiting and seen < MOST_VALUES:
        value = waiting.pop()
        seen += 1
        if isinstance(value, dict | list):
            yield value
            waiting += value.values() if isinstance(value, dict) else value


def _named(value: dict, keys: tuple[str, ...]) -> str:
    """The first text under one of `keys`, however they are cased and joined."""
    folded = {re.sub(r"[\W_]", "", str(key)).lower(): one for key, one in value.items()}
    for key in keys:
        one = folded.get(key)
        if isinstance(one, dict):
            one = one.get("name")
        if isinstance(one, str) and one.strip():
            return one.strip()
        if isinstance(one, int) and not isinstance(one, bool) and key in _TIME_KEYS:
            return str(one)
    return ""


def _article(value: dict) -> tuple[int, str]:
    body = max((_named(value, (key,)) for key in _BODY_KEYS), key=len, default="")
    length = len(_TAG.sub("", body))
    if length < SHORTEST_BODY:
        return 0, ""
    if "<p" not in body and "<br" not in body:
        body = "".join(f"<p>{escape(line, quote=False)}</p>" for line in body.split("\n"))
    # Without a headline beside it, a text is rather something else's.
    return length if _named(value, _TITLE_KEYS) else length // 4, _page(value, body)


def _gallery(pictures: list) -> tuple[int, str]:
    figures = []
    for one in pictures[:200]:
        address = _named(one, _PICTURE_KEYS) if isinstance(one, dict) else ""
        caption = _named(one, _CAPTION_KEYS) if address else ""
        if caption and re.match(r"(?:https?:)?//|/", address):
            figures.append((address, caption))
    if len(figures) < FEWEST_PICTURES:
        return 0, ""
    body = "".join(
        f'<figure><img src="{escape(address)}"><figcaption>{escape(caption)}</figcaption></figure>'
        for address, caption in figures
    )
    return sum(len(caption) for _, caption in figures), _page({}, body)


def _page(value: dict, body: str) -> str:
    title, source, time = (escape(_named(value, keys)) for keys in (_TITLE_KEYS, _SOURCE_KEYS, _TIME_KEYS))
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>来源：{source} 时间：{time}</p><div>{body}</div></body></html>"
    )
