"""What a version of an article says, as far as it is reviewed: digests of it, and how it differs from another one.

A version is the content of a revision: a mapping as Wagtail stores it. What it names by key (pictures, source, authors) is looked
up where readers would see it: a picture that was exchanged or a source that was renamed is a changed text.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wagtail.documents.models import Document

from meiri.journal.content_keys import DOCUMENT, PICTURE
from meiri.media.models import Picture
from meiri.newsroom.ai_record import kinds_in, marks_in_order, marks_in_words
from meiri.newsroom.article_choices import AiUse
from meiri.newsroom.body.stream import body_blocks, keys_in_body
from meiri.newsroom.models import Author, Source
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.text_length import length_of
from meiri.review.review_rules import TextDigest

Content = Mapping[str, Any]

# The fields whose change makes another text of it; `bylines` and `body` are looked at by their parts.
WORDS = (
    *("kicker", "title", "subtitle", "short_title", "summary", "dateline", "origin", "kind", "aigc_label"),
    *("original_title", "original_url", "source", "picture"),
)
LABELS = {
    "kicker": "引题", "title": "标题", "subtitle": "副题", "short_title": "首页短标题", "summary": "摘要", "dateline": "电头",
    "origin": "稿源", "kind": "体裁", "aigc_label": "人工智能生成标识", "original_title": "原标题",
    "original_url": "原文地址", "source": "来源", "picture": "题图", "bylines": "作者", "body": "正文",
}  # fmt: skip
# A line break in the editor, which numbers the paragraphs of rich text anew.
_NUMBERED = re.compile(r' data-block-key="[^"]*"')
# At most so many paragraphs of a difference are shown and kept.
MOST_CHANGES = 200


def words_of(content: Content) -> str:
    """The digest of the words of a version alone, without what it names by key. No query."""
    return _digest(_words(content))


def text_of(content: Content) -> TextDigest:
    """The digests of a version with what readers see of all that it names. At most four queries."""
    pictures, documents = _named(content)
    words = [
        *_words(content),
        [[p.pk, p.file_hash, p.file.name, p.caption, p.description] for p in pictures],
        [[d.pk, d.file_hash, d.file.name, d.title] for d in documents],
        list(Source.objects.filter(pk=content.get("source") or 0).values_list("name", flat=True)),
        [name for _, name in _authors(content)],
    ]
    named = list(Author.objects.filter(pk=content.get("editor") or 0).values_list("name", flat=True))
    credits: list[Any] = [named, [[p.pk, p.credit] for p in pictures]]
    if checked_by := content.get("ai_checked_by"):
        credits.append([checked_by])
    return TextDigest(_digest(words), _digest(credits))


def digests_of_parts(content: Content) -> dict[str, str]:
    """The digest of each field, and of each block of the body by its place and id: where two versions differ, this says where."""
    return {name: _digest(value) for name, value in _parts(content).items()}


def encoded_part(content: Content, name: str) -> bytes:
    """What the digest of the part `name` of `digests_of_parts` is taken over; nothing where there is no such part."""
    parts = _parts(content)
    return _encoded(parts[name]) if name in parts else b""


def _parts(content: Content) -> dict[str, Any]:
    found: dict[str, Any] = {name: content.get(name) or "" for name in WORDS}
    found["bylines"] = _bylines(content)
    for number, block in enumerate(blocks_of(content), 1):
        found[f"body/{number}/{block.get('id', '')}"] = _bare(block)
    if ai := _ai_of(content):
        found["ai"] = ai
    return found


def blocks_of(content: Content) -> list[dict[str, Any]]:
    """The blocks of the body as they are stored."""
    body = content.get("body") or "[]"
    read = json.loads(body) if isinstance(body, str) else body
    return [block for block in read if isinstance(block, dict) and "type" in block]


def lines_of(content: Content) -> list[str]:
    """The text line by line, as a difference is shown: fields with their names, then the paragraphs of the body."""
    fields = [f"【{LABELS[name]}】{content[name]}" for name in WORDS if _is_line(name) and content.get(name)]
    return [*fields, *_ai_lines(content), *paragraphs(_readable(blocks_of(content)))]


def _ai_lines(content: Content) -> list[str]:
    """The record of AI, a line for what it was used for and one for each marked block."""
    marks = marks_in_words(content.get("ai_blocks") or "", blocks_of(content))
    used = "、".join(kind.label for kind in kinds_in(content.get("ai_kinds") or ""))
    use = content.get("ai_use") or ""
    lines = [f"【人工智能】{AiUse(use).label}{'：' if used else ''}{used}"] if use and (used or marks) else []
    return lines + [f"【人工智能】正文{mark}" for mark in marks]


def numbered_blocks(content: Content) -> list[tuple[str, str, str]]:
    """Each block of the body: its id, what editors call its kind, and its words on one line."""
    known, found = body_blocks(), []
    for block in blocks_of(content):
        kind = known.get(block["type"])
        if kind is not None:
            words = " ".join(paragraphs(_readable([block])))
            found.append((str(block.get("id", "")), str(kind.label), words))
    return found


def changes_between(old: Content, new: Content) -> list[dict[str, str]]:
    """What differs, line by line: objects with `was` and `now`, of which one may be empty; at most `MOST_CHANGES`."""
    before, after = lines_of(old), lines_of(new)
    found: list[dict[str, str]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        was, now = before[i:j], after[k:m]
        for number in range(max(len(was), len(now))):
            found.append(
                {
                    "was": was[number] if number < len(was) else "",
                    "now": now[number] if number < len(now) else "",
                }
            )
    return found[:MOST_CHANGES]


def length_of_body(content: Content) -> int:
    """字数 of the body, with its marks."""
    return length_of(paragraphs(_readable(blocks_of(content)))).characters


def _words(content: Content) -> list[Any]:
    return [
        *([content.get(name) or ""] for name in WORDS),
        _bylines(content),
        [_bare(block) for block in blocks_of(content)],
        *_ai_of(content),
    ]


def _ai_of(content: Content) -> list[Any]:
    """What the record of AI says; nothing where it says nothing, as it did of all texts before there was one."""
    kinds, marks = content.get("ai_kinds") or "", content.get("ai_blocks") or ""
    if not kinds and not marks:
        return []
    return [[content.get("ai_use") or "", kinds, marks_in_order(marks, blocks_of(content))]]


def _bylines(content: Content) -> list[Any]:
    return [[byline.get("author"), byline.get("credit") or ""] for byline in content.get("bylines") or []]


def _bare(stored: Any) -> Any:
    """What is stored of a block without the numbers that editors give to paragraphs and items."""
    match stored:
        case str():
            return _NUMBERED.sub("", stored)
        case dict():
            return {name: _bare(value) for name, value in stored.items() if name != "id"}
        case list():
            return [_bare(item) for item in stored]
    return stored


def _named(content: Content) -> tuple[Sequence[Picture], Sequence[Document]]:
    """The pictures and documents of a version, by their keys."""
    keys = keys_in_body(blocks_of(content))
    pictures = {*PICTURE.numbers(keys), *([content["picture"]] if content.get("picture") else [])}
    documents = set(DOCUMENT.numbers(keys))
    return (
        list(Picture.objects.filter(pk__in=pictures).order_by("pk")) if pictures else [],
        list(Document.objects.filter(pk__in=documents).order_by("pk")) if documents else [],
    )


def _authors(content: Content) -> Iterable[tuple[int, str]]:
    keys = [key for key, _ in _bylines(content) if key]
    return Author.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name") if keys else []


def _is_line(name: str) -> bool:
    return name not in ("source", "picture", "origin", "kind")


def _readable(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (block for block in blocks if "value" in block)


def _digest(value: Any) -> str:
    return hashlib.sha256(_encoded(value)).hexdigest()


def _encoded(value: Any) -> bytes:
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return plain.encode(errors="surrogatepass")
