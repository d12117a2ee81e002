"""What the newsroom does with notes in the margin: write one at words of the text, answer it, resolve it, take it up again."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meiri.asked_words import asked_words
from meiri.newsroom.models import Article
from meiri.newsroom.publication_checks import Finding, PublicationCheck, PublishingRule
from meiri.newsroom.saving import newest_version
from meiri.policy import check, may
from meiri.review.margin_notes import LONGEST_NOTE, LONGEST_QUOTE, MarginAnswer, MarginNote
from meiri.review.reviewed_texts import Content, numbered_blocks
from meiri.review.sheet_values import as_moment, as_person

MOST_NOTES, MOST_ANSWERS = 200, 50
# The fields of the form in which a note may stand, as readers meet them.
FIELDS = ("kicker", "title", "subtitle", "short_title", "summary", "dateline")
_SPACE = re.compile(r"\s+")


@transaction.atomic
def write_note(article: Article, quote: str, text: str, by) -> MarginNote:
    """Remark something at the words `quote` of the newest version, or of the whole text where they are empty. Raises
    `PermissionDenied`, and `ValidationError` where there is no remark or the text has no such words."""
    check(by, "see", article)
    text = asked_words(text, LONGEST_NOTE, "请写下旁注。", "旁注")
    quote = _SPACE.sub(" ", quote).strip()
    if len(quote) > LONGEST_QUOTE:
        raise ValidationError(f"请选短一些的文字，{LONGEST_QUOTE} 字以内。")
    stored = Article.objects.select_for_update().get(pk=article.pk)
    if MarginNote.objects.filter(article=stored)[:MOST_NOTES].count() >= MOST_NOTES:
        raise ValidationError(f"一篇稿件最多 {MOST_NOTES} 条旁注。")
    place = place_of(quote, newest_version(stored))
    if place is None:
        raise ValidationError("最新一稿里没有这几个字：请从正文里选，或者不填，写成对全文的意见。")
    return MarginNote.objects.create(
        article=stored,
        revision_number=stored.latest_revision_id,
        place=place,
        quote=quote,
        text=text,
        by=by,
    )


@transaction.atomic
def answer_note(note: MarginNote, text: str, by) -> MarginAnswer:
    """Raises `PermissionDenied`, `ValidationError`."""
    stored = MarginNote.objects.select_for_update().get(pk=note.pk)
    check(by, "see", note.article)
    text = asked_words(text, LONGEST_NOTE, "请写下答复。", "答复")
    if stored.answers.count() >= MOST_ANSWERS:
        raise ValidationError(f"一条旁注最多 {MOST_ANSWERS} 条答复。")
    return stored.answers.create(text=text, by=by)


@transaction.atomic
def resolve_note(note: MarginNote, resolved: bool, by) -> MarginNote:
    """Note that a remark is settled, or is not after all; by who wrote it or may change the article. Raises `PermissionDenied`."""
    stored = MarginNote.objects.select_for_update().get(pk=note.pk)
    if not may_resolve(stored, by):
        raise PermissionDenied("这条旁注由写它的人，或者能改这篇稿件的人来了结。")
    if resolved != (stored.resolved_at is not None):
        stored.resolved_by, stored.resolved_at = (by, timezone.now()) if resolved else (None, None)
        stored.save(update_fields=["resolved_by", "resolved_at"])
    return stored


def may_resolve(note: MarginNote, user) -> bool:
    return (note.by_id == user.pk and may(user, "see", note.article)) or may(user, "change", note.article)


def place_of(quote: str, content: Content) -> str | None:
    """Where the words stand in a version, `""` for none; None where it does not have them."""
    wanted = _bare(quote)
    if not wanted:
        return ""
    for name in FIELDS:
        if wanted in _bare(content.get(name) or ""):
            return name
    return next((f"body:{key}" for key, _, words in numbered_blocks(content) if wanted in _bare(words)), None)


def _bare(text: str) -> str:
    """A text without blanks: a browser's selection has others than what is stored."""
    return _SPACE.sub("", text)


def notes_since(article: Article, since: datetime | None) -> list[dict]:
    """The notes of an article as its sheet keeps them: those that were written or resolved after a moment, and those that are not
    resolved."""
    notes = MarginNote.objects.filter(article=article.pk)
    if since is not None:
        notes = notes.filter(Q(at__gt=since) | Q(resolved_at__gt=since) | Q(resolved_at=None))
    return [told(note) for note in notes.to_read().order_by("pk")[:MOST_NOTES]]


def told(note: MarginNote) -> dict:
    return {
        "revision": note.revision_number,
        "place": note.place,
        "quote": note.quote,
        **_said(note),
        "answers": [_said(answer) for answer in note.answers.all()],
        "resolved_by": as_person(note.resolved_by) if note.resolved_at else None,
        "resolved_at": as_moment(note.resolved_at),
    }


def _said(words: MarginNote | MarginAnswer) -> dict:
    return {"text": words.text, "by": as_person(words.by), "at": as_moment(words.at)}


class MarginNoteCheck(PublicationCheck):
    """What was remarked is settled before readers see the text."""

    label = "旁注"
    asks_editors = True
    rules = (PublishingRule("review.notes", "旁注都已了结"),)

    def findings(self, version, revision, by) -> Iterator[Finding]:
        notes = MarginNote.objects.filter(article=version.pk).unresolved().order_by("pk")
        for note in notes[:MOST_NOTES] if version.pk else ():
            at = f"“{note.quote[:20]}”处的" if note.quote else "对全文的"
            yield Finding(
                "review.notes",
                f"{at}旁注还没有了结：{note.text[:60]}",
                place=note.place or "panel:margin-notes",
            )
