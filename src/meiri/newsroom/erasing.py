"""Erases the text of an article, or of one of its versions, by order: of a court, of an authority, of somebody whose data it is.

Its words are then nowhere on the site, but where others say the same: docs/trust.md names what stays. The journal keeps its chain, and the
public log its leaves without what they stood for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Revision

from meiri.asked_words import asked_words
from meiri.changes.models import LONGEST_REASON, ChangeKind, PublishedChange, record_change
from meiri.changes.version_numbers import change_to, count_versions, erasures_of
from meiri.journal.content_keys import CORRECTIONS, ContentKey
from meiri.journal.log import actor, append
from meiri.journal.models import Entry
from meiri.journal.redaction import redact
from meiri.mail.forgetting_mail import forget_mail_that
from meiri.newsroom.changes import ARTICLES
from meiri.newsroom.corrections import Correction
from meiri.newsroom.erased_pictures import clean_pictures
from meiri.newsroom.erased_rows import (
    clean_drafts_copying,
    clean_rows_of,
    published_saying,
    when_words_are_erased,
)
from meiri.newsroom.erased_words import GONE, TEXTS, ErasedWords
from meiri.newsroom.erasure_list import keep_erasures_after_commit
from meiri.newsroom.events import ArticleErased, ArticlePublished, ErasureEvent, VersionErased
from meiri.newsroom.models import Article, ArticleTag, Byline
from meiri.newsroom.open_forms import OpenForm
from meiri.newsroom.published_versions import PublishedVersion, revisions_of_versions, version_of
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.told_entries import entries_naming
from meiri.policy import check
from meiri.trust.forgetting import forget_leaves_of_entries

LONGEST_ORDER = 200
# What is emptied of an article, and of a version beside its texts.
EMPTIED = (
    *(name for name in TEXTS if name != "title"),
    *("original_url", "change_reason", "change_kind", "ai_blocks"),
)
_LISTS = ("bylines", "tagged_items", "tags")


@dataclass(frozen=True)
class ErasureResult:
    """`leaves`: how many leaves of the public log nobody can open any more. `words`: what was erased."""

    article: Article
    leaves: int
    words: ErasedWords

    def others(self) -> list[Article]:
        """Published articles that say the same, see `published_saying`. Asked after the deed: it takes long."""
        return published_saying(self.words, self.article)


@transaction.atomic
def erase(article: Article, order: str, reason: str, by=None) -> ErasureResult:
    """Withdraw the article where it is published, and empty it and all its versions: its address goes on saying why it is gone.

    `order`: what orders it, as it is cited.
    Raises `ValidationError` without an order and a reason, `PermissionDenied` where `by` may not.
    """
    order, reason = _asked(order, reason)
    stored = _locked(article, by)
    number, key = stored.pk, stored.content_key
    revisions = Revision.objects.for_instance(stored)
    corrected = Correction.objects.filter(article=number)
    told = [{"title": one.wrong, "summary": one.right, "body": one.note} for one in corrected]
    words = ErasedWords([_content_of(stored), *told, *_contents(revisions)], [])
    if stored.live:
        # What tells of the withdrawal holds nothing that would have to go, and can be proven.
        Article.objects.filter(pk=number).update(title=GONE)
        withdraw(stored, reason, by)
    published = [one for one in entries_naming([key]) if one.kind == ArticlePublished.kind]
    pictures = clean_pictures(_contents(revisions), words)
    for revision in revisions.values_list("pk", flat=True):
        _empty_version(revision)
    corrected.update(wrong=GONE, right=GONE, note="")
    _empty_article(stored, reason)
    leaves = forget_leaves_of_entries([entry.sequence for entry in published])
    return _tell(stored, words, ArticleErased, {}, order, reason, by, pictures, leaves, published)


@transaction.atomic
def erase_version(article: Article, number: int, order: str, reason: str, by=None) -> ErasureResult:
    """Erase the text of version `number`, which readers do not see any more: what it says and no version that stands says, wherever the
    site has it. The history keeps that there was such a version, and why its text is gone.

    Raises `ValidationError` in words for the editor, `PermissionDenied` where `by` may not.
    """
    order, reason = _asked(order, reason)
    stored = _locked(article, by)
    thing = ARTICLES.name(stored)
    erased, count = erasures_of(thing), count_versions(thing)
    version = version_of(stored, number) if number not in erased else None
    if number in erased:
        raise ValidationError(f"第 {number} 版的文字已经删除。")
    if version is None or stored.first_published_at is None:
        raise ValidationError(f"这篇稿件没有第 {number} 版。")
    told = [one for one in entries_naming([stored.content_key]) if one.kind == ArticlePublished.kind]
    if number == 1 and version.revision is None and told:
        # Of what was withdrawn only the journal knows which it was, where the public log has not come so far.
        version = replace(version, revision=told[0].payload.get("revision"))
    if version.revision is None:
        raise ValidationError(
            f"第 {number} 版没有单独保存，不能只删这一版。可以请管理员用 meiri erase 删除整篇。"
        )
    is_newest = number == count
    if is_newest and stored.live:
        raise ValidationError("这一版正在网上。请先发布删去有关文字的新版，或者先撤稿。")
    published = _entries_of(version, told)
    own = {
        version.revision,
        *(entry.payload["revision"] for entry in published if entry.payload.get("revision")),
    }
    revisions = revisions_of_versions(stored).items()
    standing = {one for n, one in revisions if one and n != number and n not in erased}
    words = ErasedWords(
        [
            *_contents(Revision.objects.filter(pk__in=own)),
            *([_content_of(stored)] if is_newest else []),
        ],
        _contents(Revision.objects.filter(pk__in=standing)),
    )
    pictures = clean_pictures(_contents(Revision.objects.filter(pk__in=own)), words)
    for revision in own - standing:
        _empty_version(revision)
    if is_newest:
        _empty_article(stored, stored.withdrawal_reason)
    # There is nothing any more to compare the versions before and after with.
    if version.ended_by:
        PublishedChange.objects.filter(pk=version.ended_by.pk).update(old_version=None)
    if made_by := change_to(thing, number):
        PublishedChange.objects.filter(pk=made_by.pk).update(new_version=None)
    record_change(thing, ChangeKind.ERASED, reason, by, before={"依据": order}, version=number)
    said = {"version": number, "published": published[0].sequence if published else None}
    leaves = forget_leaves_of_entries([entry.sequence for entry in published])
    return _tell(stored, words, VersionErased, said, order, reason, by, pictures, leaves, published)


def _asked(order: str, reason: str) -> tuple[str, str]:
    return (
        asked_words(order, LONGEST_ORDER, "请写明依据的文书。", "依据"),
        asked_words(reason, LONGEST_REASON, "请写明删除原因。", "删除原因"),
    )


def _locked(article: Article, by) -> Article:
    stored = Article.objects.select_for_update().get(pk=article.pk)
    if by is not None:
        check(by, "erase", stored)
    return stored


def _tell(
    article: Article,
    words: ErasedWords,
    kind: type[ErasureEvent],
    told: dict[str, Any],
    order: str,
    reason: str,
    by,
    pictures: list[ContentKey],
    leaves: int,
    published: Sequence[Entry] = (),
) -> ErasureResult:
    """Take the words out of whatever else holds them, and tell the journal. `leaves`: how many can't be opened already."""
    OpenForm.objects.filter(
        content_type=ContentType.objects.get_for_model(Article), object_id=str(article.pk)
    ).delete()
    keys = [article.content_key, CORRECTIONS, *pictures]
    kept = _payloads_kept(entries_naming([article.content_key, *pictures]), words, published)
    entry = append(kind(keys=keys, order=order, reason=reason, entries=sorted(kept), **told), actor(by))
    redact(kept, entry)
    for clean in when_words_are_erased:
        clean(article, words, entry.sequence)
    clean_rows_of(article, words)
    clean_drafts_copying(words, article)
    forget_mail_that(words.of_copies().stand_in)
    keep_erasures_after_commit()
    return ErasureResult(article, leaves + forget_leaves_of_entries(kept), words)


def _payloads_kept(
    entries: Iterable[Entry], words: ErasedWords, published: Sequence[Entry]
) -> dict[int, dict]:
    """What stays of the payloads of the entries that hold erased words, by their numbers. Those of `published` lose the digest of the text
    too: it has no salt, so a short text could be guessed from it."""
    own, kept = {entry.sequence for entry in published}, {}
    for entry in entries:
        payload = words.without(entry.payload)
        if entry.sequence in own:
            payload = {name: value for name, value in payload.items() if name != "text"}
        if payload != entry.payload:
            kept[entry.sequence] = payload
    return kept


def _entries_of(version: PublishedVersion, told: Iterable[Entry]) -> list[Entry]:
    """Of the entries `told` of all publications of an article, the oldest first, those in which readers saw this version."""
    following = version.ended_by.new_version_id if version.ended_by else None
    found: list[Entry] = []
    for entry in told:
        revision = entry.payload.get("revision")
        if found and revision == following:
            break
        if found or (revision == version.revision and revision is not None):
            found.append(entry)
    return found


def _contents(revisions) -> Iterable[dict[str, Any]]:
    return revisions.order_by("pk").values_list("content", flat=True).iterator(chunk_size=50)


def _content_of(article: Article) -> dict[str, Any]:
    """The texts of the row."""
    return {name: article._meta.get_field(name).get_prep_value(getattr(article, name)) for name in TEXTS}


def _empty_version(pk: int) -> None:
    """Empty one of Wagtail's versions: reviews and changes go on naming it."""
    revision = Revision.objects.filter(pk=pk).first()
    if revision is None:
        return
    empty = {name: Article._meta.get_field(name).get_default() for name in EMPTIED}
    lists: dict[str, list] = {name: [] for name in _LISTS if name in revision.content}
    content = {**revision.content, **empty, **lists, "body": "[]", "picture": None, "title": GONE}
    Revision.objects.filter(pk=pk).update(content=content, object_str=GONE)


def _empty_article(article: Article, reason: str) -> None:
    number = article.pk
    ArticleTag.objects.filter(content_object=number).delete()
    Byline.objects.filter(article=number).delete()
    emptied = {name: Article._meta.get_field(name).get_default() for name in EMPTIED}
    Article.objects.filter(pk=number).update(**emptied, title=GONE, picture=None, withdrawal_reason=reason)
