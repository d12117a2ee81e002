"""What was changed of an article that readers have seen, as they are told."""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from wagtail.models import Revision

from meiri.changes.change_wording import ChangeWording
from meiri.changes.models import PublishedChange, last_changed_at
from meiri.changes.things import KindOfThing, PublishedThing, register_kind
from meiri.newsroom.ai_record import told_of_ai
from meiri.newsroom.plain_text import paragraphs
from meiri.sections.minors import is_set_apart

# Paragraphs that are compared; longer texts are told as one part.
MOST_PARAGRAPHS = 2_000
# What of an article is compared, besides its text.
COMPARED = (
    *("kicker", "title", "subtitle", "summary", "picture", "channel", "source", "editor", "dateline"),
    *("original_title", "original_url", "kind", "published_at"),
)
# The words of an article besides its text, in the order in which they stand.
WORDS = ("kicker", "title", "subtitle", "summary")


def _described(article) -> PublishedThing | None:
    if article.first_published_at is None:
        return None
    return PublishedThing(
        article.title,
        article.get_absolute_url(),
        article.first_published_at,
        (article.content_key,),
        is_withdrawn=not article.live,
        tells_wording=article.live and not is_set_apart(article),
    )


def _wordings(changes: Sequence[PublishedChange]) -> dict[int, ChangeWording]:
    wanted = {pk for change in changes for pk in (change.old_version_id, change.new_version_id)}
    texts = {version.pk: _text_of(version.content) for version in Revision.objects.filter(pk__in=wanted)}
    return {
        change.pk: ChangeWording(texts[change.old_version_id], texts[change.new_version_id])
        for change in changes
        if {change.old_version_id, change.new_version_id} <= texts.keys()
    }


def _text_of(content: Mapping[str, Any]) -> str:
    """The words of a version, its headlines first, a paragraph a line."""
    heads = [content.get(name) or "" for name in WORDS]
    return "\n".join(filter(None, [*heads, *paragraphs(json.loads(content.get("body") or "[]"))]))


ARTICLES = register_kind(
    KindOfThing("article", "稿件", "newsroom.Article", _described, _wordings, erasing_view="erase_version")
)


def changed_at(article) -> datetime | None:
    """When a saved article was changed last, as readers are told; None where there is no change to tell of. One query; none
    where it was published once or never."""
    if article.last_published_at == article.first_published_at:
        return None
    return last_changed_at(ARTICLES.name(article))


def would_be_changed(version) -> bool:
    """Whether there is a change to tell of once `version`, saved or not, is published. Two queries; none before the first
    publication."""
    if version.pk is None or version.first_published_at is None:
        return False
    if PublishedChange.objects.filter(thing=ARTICLES.name(version)).exists():
        return True
    before = type(version).objects.get(pk=version.pk)
    return not before.live or bool(parts_changed(before, version))


def parts_changed(before, after) -> list[str]:
    """The parts in which two versions of an article differ, as readers are told: 标题、正文 2 段. No query."""
    found = fields_changed(before, after, COMPARED)
    if told_of_ai(before) != told_of_ai(after):
        found.append("人工智能生成标识")
    if count := paragraphs_changed(before, after):
        found.append(f"正文 {count} 段")
    elif _shown_without_words(before) != _shown_without_words(after):
        found.append("正文里的图片、文件或格式")
    return found


def fields_changed(before, after, names: Iterable[str]) -> list[str]:
    """The labels of those of the fields `names` that differ. Times are compared to the second, as forms and versions keep them. No
    query."""

    def value(version, attribute: str):
        found = getattr(version, attribute)
        return found.replace(microsecond=0) if isinstance(found, datetime) else found

    fields = map(before._meta.get_field, names)
    return [str(f.verbose_name) for f in fields if value(before, f.attname) != value(after, f.attname)]


def paragraphs_changed(before, after) -> int:
    """How many paragraphs of the text are not the same; of two, where one was changed, it is one."""
    ours, theirs = (paragraphs(version.body.raw_data)[:MOST_PARAGRAPHS] for version in (before, after))
    return count_changed(ours, theirs)


def count_changed(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> int:
    """How many items are not the same; of two, where one stands for the other, it is one."""
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")


def _shown_without_words(version) -> list:
    """What a body shows, without the ids of its blocks."""
    return [(block["type"], block["value"]) for block in version.body.raw_data]
